"""What a run keeps of the images it learns from, so that it can go on when the original is gone or has changed.

A file is kept in the run's `inputs/`; a large file and a folder are only named, with the hash of their content.
"""

from __future__ import annotations

from pathlib import Path

from trainers.dataset_errors import DatasetMissing
from trainers.kept_files import is_upload, keep_file
from trainers.runs import DamagedFile, Run, read_json

LARGEST_COPY_BYTES = 200_000_000


def kept_place(run: Run, path: Path) -> Path:
    """Where a run's own copy of a file lies, if it has one."""
    return run.path / "inputs" / f"own_images{path.suffix.lower()}"


def kept_copy(run: Run, path: Path) -> Path:
    """The run's own copy of a file, made the first time; the path itself where none is kept. Raises StorageFailed."""
    kept = kept_place(run, path)
    if kept.exists():
        return kept
    if not path.is_file() or (not is_upload(run, path) and path.stat().st_size > LARGEST_COPY_BYTES):
        return path
    keep_file(run, path, kept)
    return kept


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
