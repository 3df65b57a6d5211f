"""How often the kernel ended a process for lack of memory: it tells nobody why, but it counts."""

from __future__ import annotations

from pathlib import Path

VMSTAT = Path("/proc/vmstat")


def memory_kills(vmstat: Path = VMSTAT) -> int | None:
    """The processes that the kernel of this machine has ended for lack of memory since it started, in containers too.

    None where it does not say; only Linux does.
    """
    try:
        lines = vmstat.read_text().splitlines()
    except OSError:
        return None
    counts = [line.split()[1] for line in lines if line.startswith("oom_kill ")]
    return int(counts[0]) if counts else None
