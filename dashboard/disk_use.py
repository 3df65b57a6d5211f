"""How much room runs take on the disk, looked up rarely enough to cost nothing with hundreds of runs."""

from __future__ import annotations

import os
import shutil
import time
from functools import lru_cache
from pathlib import Path

from dashboard.listing import RunView

GROWING_SECONDS = 10.0


def folder_bytes(folder: Path | str) -> int:
    """The bytes of all files below a folder.

    Links are not followed, a file with two names (a checkpoint that is last and best) counts once, and what vanishes
    meanwhile counts nothing.
    """
    sizes: dict[object, int] = {}
    _note_sizes(folder, sizes)
    return sum(sizes.values())


def _note_sizes(folder: Path | str, sizes: dict[object, int]) -> None:
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    _note_sizes(entry.path, sizes)
                else:
                    found = entry.stat(follow_symlinks=False)
                    key = (found.st_dev, found.st_ino) if found.st_nlink > 1 else entry.path
                    sizes[key] = found.st_size
    except OSError:
        return


def run_bytes(view: RunView, now: float | None = None) -> int:
    """The bytes of one run: counted once for one that has ended, every ten seconds while it goes on."""
    now = time.monotonic() if now is None else now
    status = view.status
    has_ended = status.finished is not None
    return _counted(
        view.run.path, status.state, status.finished, None if has_ended else int(now / GROWING_SECONDS)
    )


@lru_cache(maxsize=4096)
def _counted(folder: Path, _state: str, _finished: float | None, _turn: int | None) -> int:
    return folder_bytes(folder)


def free_bytes(folder: Path) -> int | None:
    """What is still free on the disk of a folder; None where the system does not say."""
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return None


def bytes_in_words(count: float) -> str:
    """A size a person can compare: "312 B", "4.5 MB", "1.2 GB" (powers of 1,000, as disks are sold)."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 999.5:
            return f"{count:.0f} {unit}" if unit in ("B", "kB") or count >= 99.5 else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"
