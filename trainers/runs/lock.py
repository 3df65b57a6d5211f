"""Files that one process at a time holds. The kernel frees them when their holder dies."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import filelock

from trainers.runs.errors import RunError, RunIsBusy
from trainers.runs.files import storage_failed


@contextmanager
def locked(path: Path, busy: RunError, *, wait_seconds: float) -> Iterator[None]:
    """Holds the lock file `path` while the block runs, made where there is none.

    Raises `busy` where somebody else holds it for longer than that, and StorageFailed.
    """
    lock = filelock.FileLock(path, timeout=wait_seconds, poll_interval=0.01)
    try:
        path.parent.mkdir(exist_ok=True)
        lock.acquire()
    except filelock.Timeout as error:
        raise busy from error
    except OSError as error:
        raise storage_failed(path, error) from error
    try:
        yield
    finally:
        lock.release()


@contextmanager
def held(run_folder: Path) -> Iterator[None]:
    """Holds a run, whose one writer this is, while the block runs; raises RunIsBusy where there is another."""
    busy = RunIsBusy(f"Another trainer is writing {run_folder.name}: wait until it ends or use another name.")
    with locked(run_folder / ".writer.lock", busy, wait_seconds=0):
        yield
