"""What the machine is busy with: processor, memory, disk, graphics cards, and what each process of the lab takes.

watch = MachineWatch(logdir)
look = watch.look(lab_processes(started))
look.cores                  # the load of each core since the last look, in [0, 1]
"""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from dashboard.machine_gpus import Gpus, read_gpus
from dashboard.machine_processes import LabProcess
from trainers.runs import ProcessIdentity, is_alive

SHORTEST_SECONDS = 1.0  # between two looks: visitors who look at once see the same numbers
LONGEST_SECONDS = 10.0  # after which a load would be that of a time long gone
FIRST_SECONDS = 0.25  # between the two readings of a first look


@dataclass(frozen=True)
class Reading:
    """Counters at a moment (`at` in monotonic seconds).

    `cores`: busy and all seconds of each core. `processes`: processor seconds and resident bytes of each living one.
    """

    at: float
    cores: tuple[tuple[float, float], ...]
    processes: dict[ProcessIdentity, tuple[float, int]]


@dataclass(frozen=True)
class Use:
    """What one process takes: `cores` of the processor, bytes of memory, bytes of graphics memory (None: none)."""

    process: LabProcess
    cores: float
    memory: int
    gpu_memory: int | None = None


@dataclass(frozen=True)
class Look:
    """The machine at a moment: loads in [0, 1], sizes in bytes; the disk is the log folder's, None where unknown."""

    cores: tuple[float, ...]
    memory_used: int
    memory_total: int
    disk_free: int | None
    disk_total: int | None
    gpus: Gpus
    uses: tuple[Use, ...]

    @property
    def load(self) -> float:
        """The mean load of all cores, in [0, 1]."""
        return sum(self.cores) / max(1, len(self.cores))


def read_counters(identities: Sequence[ProcessIdentity], at: float) -> Reading:
    """Reads what the system counts; a process that is gone, or whose number another one has now, is left out."""
    cores = tuple(_busy_and_all(times) for times in psutil.cpu_times(percpu=True))
    processes = {one: counted for one in identities if (counted := _of_process(one)) is not None}
    return Reading(at, cores, processes)


def _busy_and_all(times: Any) -> tuple[float, float]:
    # Linux counts the time of guests in that of user and nice already.
    whole = sum(times) - getattr(times, "guest", 0.0) - getattr(times, "guest_nice", 0.0)
    return whole - times.idle - getattr(times, "iowait", 0.0), whole


def _of_process(identity: ProcessIdentity) -> tuple[float, int] | None:
    if not is_alive(identity):
        return None
    try:
        process = psutil.Process(identity.pid)
        with process.oneshot():
            times = process.cpu_times()
            return times.user + times.system, process.memory_info().rss
    except psutil.Error:
        return None


def core_loads(before: Reading, after: Reading) -> tuple[float, ...]:
    """The load of each core between two readings, in [0, 1]; a core that was switched off or on meanwhile has 0."""
    if len(before.cores) != len(after.cores):
        return (0.0,) * len(after.cores)
    return tuple(
        min(1.0, max(0.0, (busy - busy_before) / (whole - whole_before))) if whole > whole_before else 0.0
        for (busy_before, whole_before), (busy, whole) in zip(before.cores, after.cores, strict=True)
    )


def cores_used(before: Reading, after: Reading, identity: ProcessIdentity) -> float:
    """How many cores a process kept busy between two readings; 0 for one that was not there before."""
    if identity not in before.processes or after.at <= before.at:
        return 0.0
    seconds = after.processes[identity][0] - before.processes[identity][0]
    return max(0.0, seconds / (after.at - before.at))


class MachineWatch:
    """Looks at the machine for all visitors, at most once a second. `read_cards` tells about the graphics cards."""

    def __init__(
        self,
        logdir: Path,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        read_cards: Callable[[], Gpus] = read_gpus,
    ) -> None:
        self._logdir = logdir
        self._clock, self._sleep, self._read_cards = clock, sleep, read_cards
        self._lock = threading.Lock()
        self._reading: Reading | None = None
        self._look: Look | None = None

    def look(self, processes: Sequence[LabProcess]) -> Look:
        """The machine now, with loads since the last look; one a moment ago is given again."""
        identities = [one.identity for one in processes]
        with self._lock:
            before, now = self._reading, self._clock()
            if self._look is not None and before is not None and now - before.at < SHORTEST_SECONDS:
                return self._look
            if before is None or now - before.at > LONGEST_SECONDS:
                before = read_counters(identities, now)
                self._sleep(FIRST_SECONDS)
                now = self._clock()
            self._reading = read_counters(identities, now)
            self._look = self._between(before, self._reading, processes)
            return self._look

    def _between(self, before: Reading, after: Reading, processes: Sequence[LabProcess]) -> Look:
        memory = psutil.virtual_memory()
        cards = self._read_cards()
        disk_free, disk_total = _disk(self._logdir)
        uses = tuple(
            Use(
                one,
                cores_used(before, after, one.identity),
                after.processes[one.identity][1],
                cards.memory_of(one.identity.pid),
            )
            for one in processes
            if one.identity in after.processes
        )
        return Look(
            core_loads(before, after),
            memory.total - memory.available,
            memory.total,
            disk_free,
            disk_total,
            cards,
            uses,
        )


def _disk(folder: Path) -> tuple[int, int] | tuple[None, None]:
    """Free and all bytes of a folder's disk."""
    try:
        disk = shutil.disk_usage(folder)
    except OSError:
        return None, None
    return disk.free, disk.total
