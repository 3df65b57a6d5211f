"""What a run keeps of the images it learns from, so that it can go on when the original is gone or has changed.

A file is copied into the run's `inputs/` (an upload, which never changes, is linked there and takes no room); a large
file and a folder are only named, with the hash of their content.
"""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path

from trainers.dataset_errors import DatasetMissing
from trainers.runs import DamagedFile, Run, read_json, state_folder, storage_failed

LARGEST_COPY_BYTES = 200_000_000
UPLOADS = "uploads"  # the folder of uploads below a lab's state folder


def kept_place(run: Run, path: Path) -> Path:
    """Where a run's own copy of a file lies, if it has one."""
    return run.path / "inputs" / f"own_images{path.suffix.lower()}"


def kept_copy(run: Run, path: Path) -> Path:
    """The run's own copy of a file, made the first time; the path itself where none is kept. Raises StorageFailed."""
    kept = kept_place(run, path)
    if kept.exists():
        return kept
    uploads = state_folder(run.logdir) / UPLOADS
    is_upload = path.is_relative_to(uploads)
    if not path.is_file() or (not is_upload and path.stat().st_size > LARGEST_COPY_BYTES):
        return path
    aside = kept.with_name(f".{kept.name}.aside")
    try:
        with suppress(FileNotFoundError):
            aside.unlink()
        if not (is_upload and _linked(path, aside)):
            shutil.copyfile(path, aside)
        os.replace(aside, kept)
    except OSError as error:
        raise storage_failed(kept, error) from error
    return kept


def _linked(path: Path, aside: Path) -> bool:
    """Whether the file could be given a second name: not across disks, nor on every file system."""
    try:
        os.link(path, aside)
    except OSError:
        return False
    return True


def check_unchanged(run: Run, path: Path, sha256: str) -> None:
    """Raises DatasetMissing where a run that goes on finds other images than it began with."""
    try:
        before = read_json(run.path / "inputs" / "dataset.json")
    except (FileNotFoundError, DamagedFile):
        return  # it begins
    if isinstance(before, dict) and before.get("sha256", sha256) != sha256:
        raise DatasetMissing(
            f"The images in {path} have changed since this run began: put them back, or start a new run with them."
        )
