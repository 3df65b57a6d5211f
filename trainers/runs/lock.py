"""One writer a folder: the trainer that holds the run's lock. The kernel frees it when the process dies."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import filelock

from trainers.runs.errors import RunIsBusy
from trainers.runs.files import storage_failed


@contextmanager
def held(run_folder: Path) -> Iterator[None]:
    """Holds a run while the block runs; raises RunIsBusy when another process holds it."""
    path = run_folder / ".writer.lock"
    try:
        with filelock.FileLock(path, timeout=0):
            yield
    except filelock.Timeout as error:
        raise RunIsBusy(
            f"Another trainer is writing {run_folder.name}: wait until it ends or use another name."
        ) from error
    except PermissionError as error:
        raise storage_failed(path, error) from error
