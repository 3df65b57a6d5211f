"""What a file holds, told by its hash: which data and which weights a run had."""

from __future__ import annotations

import hashlib
from pathlib import Path

from trainers.dataset_errors import DatasetMissing


def file_hash(path: Path) -> str:
    """A file's SHA-256 in hexadecimal digits; raises DatasetMissing."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise DatasetMissing(f"{path} cannot be read: {error.strerror}.") from error
