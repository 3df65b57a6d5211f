"""Somebody's own files that a run keeps in its folder, so that it can go on when the original is gone or has changed.

An upload, which never changes, is linked there and takes no room; another file is copied.
"""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path

from trainers.runs import Run, state_folder, storage_failed

UPLOADS = "uploads"  # the folder of uploads below a lab's state folder


def is_upload(run: Run, path: Path) -> bool:
    """Whether a file was uploaded to the lab of a run: its name holds its hash, so it never changes."""
    return path.is_relative_to(state_folder(run.logdir) / UPLOADS)


def keep_file(run: Run, path: Path, kept: Path) -> None:
    """Gives a run its own copy of a file at `kept`, whole or not at all; raises StorageFailed."""
    aside = kept.with_name(f".{kept.name}.aside")
    try:
        with suppress(FileNotFoundError):
            aside.unlink()
        if not (is_upload(run, path) and _linked(path, aside)):
            shutil.copyfile(path, aside)
        os.replace(aside, kept)
    except OSError as error:
        raise storage_failed(kept, error) from error


def _linked(path: Path, aside: Path) -> bool:
    """Whether the file could be given a second name: not across disks, nor on every file system."""
    try:
        os.link(path, aside)
    except OSError:
        return False
    return True
