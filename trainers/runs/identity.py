"""Which process is meant: a process number alone is reused, so host, boot and start time go with it."""

from __future__ import annotations

import os
import platform
import subprocess
import uuid
from functools import cache
from pathlib import Path

import psutil
import pydantic

SYSCTL = Path("/usr/sbin/sysctl")
_START_TOLERANCE_SECONDS = 1.0


class ProcessIdentity(pydantic.BaseModel):
    """A process of some machine; `started` in Unix seconds."""

    model_config = pydantic.ConfigDict(frozen=True, extra="ignore")

    host: str
    boot_id: str
    pid: int = pydantic.Field(gt=0)
    started: float


@cache
def boot_id() -> str:
    """What changes when this machine restarts: Linux' boot id, macOS' boot session, elsewhere the boot time."""
    linux = Path("/proc/sys/kernel/random/boot_id")
    if linux.exists():
        return linux.read_text().strip()
    return macos_boot_session(SYSCTL) or f"boot-{psutil.boot_time():.0f}"


def macos_boot_session(sysctl: Path) -> str | None:
    """What macOS calls the time since it was booted; None elsewhere. Its boot time moves when the clock is set."""
    if not sysctl.exists():
        return None
    done = subprocess.run(
        [str(sysctl), "-n", "kern.bootsessionuuid"], capture_output=True, text=True, check=False
    )
    return done.stdout.strip() or None


@cache
def host() -> str:
    """This machine's name with its hardware number, so that two containers of one name differ."""
    return f"{platform.node()}-{uuid.getnode():x}"


def process_identity(pid: int | None = None) -> ProcessIdentity:
    """The identity of a process here (by default this one); raises psutil.NoSuchProcess."""
    process = psutil.Process(pid or os.getpid())
    return ProcessIdentity(host=host(), boot_id=boot_id(), pid=process.pid, started=process.create_time())


def is_here(identity: ProcessIdentity) -> bool:
    """Whether the process is or was one of this machine, whose life can be looked up."""
    return identity.host == host()


def is_alive(identity: ProcessIdentity) -> bool:
    """Whether this very process still runs on this machine (a zombie does not)."""
    if not is_here(identity) or identity.boot_id != boot_id():
        return False
    try:
        process = psutil.Process(identity.pid)
        started = process.create_time()
        return (
            abs(started - identity.started) < _START_TOLERANCE_SECONDS
            and process.status() != psutil.STATUS_ZOMBIE
        )
    except psutil.NoSuchProcess:
        return False
