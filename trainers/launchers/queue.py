"""The queue is the run folders in state queued, oldest first. Whoever launches takes the next under one lock."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from trainers.launchers.processes import is_suspended
from trainers.runs import (
    ACTIVE,
    ProcessIdentity,
    Run,
    RunError,
    RunIsBusy,
    Status,
    find_runs,
    held,
    is_alive,
    is_here,
    locked,
    read_status,
    state_folder,
)

LOCK_SECONDS = 10.0


class LauncherIsBusy(RunError):
    """Another launcher has held the lock for too long."""


@dataclass(frozen=True)
class Seen:
    """A run and the status it had when it was looked at."""

    run: Run
    status: Status


@contextmanager
def launching(logdir: Path, wait_seconds: float = LOCK_SECONDS) -> Iterator[None]:
    """One launcher at a time, over all dashboards and command lines; raises LauncherIsBusy or StorageFailed."""
    busy = LauncherIsBusy(
        f"Another BoardLab is starting runs in {logdir} and does not finish: close it and try again."
    )
    with locked(state_folder(logdir) / "locks" / "launcher.lock", busy, wait_seconds=wait_seconds):
        yield


def see_all(logdir: Path) -> list[Seen]:
    """Every run with its status; files that did not change since they were last read are not read again."""
    return [Seen(run, known_status(run)) for run in find_runs(logdir)]


def known_status(run: Run) -> Status:
    """A run's status, read from the disk only when its file was replaced or changed."""
    try:
        file = run.status_file.stat()
    except OSError:
        return read_status(run.status_file)
    return _status_as_of(run.status_file, file.st_ino, file.st_mtime_ns, file.st_size)


@lru_cache(maxsize=4096)
def _status_as_of(path: Path, inode: int, changed_ns: int, size: int) -> Status:
    return read_status(path)


def active_here(seen: Sequence[Seen]) -> list[Seen]:
    """The runs that take one of this machine's places.

    A damaged status says nothing, but a living trainer holds its run's lock.
    """
    return [
        one
        for one in seen
        if (one.status.state in ACTIVE and _is_ours(one.status.process))
        or (one.status.state == "damaged" and _has_a_writer(one.run))
    ]


def _is_ours(process: ProcessIdentity | None) -> bool:
    return process is None or is_here(process)


def _has_a_writer(run: Run) -> bool:
    if not (run.path / ".writer.lock").exists():
        return False
    try:
        with held(run.path):
            return False
    except RunIsBusy:
        return True
    except OSError:
        return False


def queued(seen: Sequence[Seen]) -> list[Seen]:
    """The waiting runs, oldest first; a resumed one waits since it was resumed."""
    waiting = [one for one in seen if one.status.state == "queued"]
    return sorted(waiting, key=lambda one: (queued_since(one), one.run.key))


def queued_since(one: Seen) -> float:
    """When a waiting run was put into the queue, in Unix seconds."""
    return one.status.queued or one.status.created or 0.0


def next_turns(seen: Sequence[Seen], limit: int, wait_from: float = float("inf")) -> list[Seen]:
    """The waiting runs whose turn it is with `limit` places on this machine; those queued after `wait_from` wait.

    A run with a process waits for that process (a command line), which takes its turn itself; a halted
    one is passed over, and one whose process is gone or elsewhere has no turn.
    """
    free = max(0, limit - len(active_here(seen)))
    ready = [one for one in queued(seen) if queued_since(one) <= wait_from and can_start(one.status.process)]
    return ready[:free]


def can_start(waiter: ProcessIdentity | None) -> bool:
    """Whether the command line that a queued run waits for could take its turn; one without can always start."""
    return waiter is None or (is_alive(waiter) and not is_suspended(waiter))


def place(seen: Sequence[Seen], run: Run) -> int:
    """How many runs go before this one: those at work and those that wait longer."""
    waiting = [one.run for one in queued(seen)]
    return len(active_here(seen)) + (waiting.index(run) if run in waiting else 0)


def age(moment: float | None) -> float:
    """Seconds since a Unix time; endless where there was none."""
    return float("inf") if moment is None else time.time() - moment
