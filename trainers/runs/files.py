"""Reading and writing the small files of a run: writes are atomic, reads are bounded and never trust."""

from __future__ import annotations

import errno
import json
import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from trainers.runs.errors import DamagedFile, StorageFailed

LARGEST_JSON_BYTES = 1_000_000


def write_atomically(path: Path, content: bytes | memoryview) -> None:
    """Replaces a file's content so that a reader sees the old or the new, never a half; raises StorageFailed."""
    try:
        handle, aside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".aside")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.chmod(aside, 0o644)
            os.replace(aside, path)
        except BaseException:
            with suppress(FileNotFoundError):
                os.unlink(aside)
            raise
    except OSError as error:
        raise storage_failed(path, error) from error


def write_json(path: Path, value: Any) -> None:
    """Replaces a JSON file atomically; raises StorageFailed."""
    write_atomically(path, (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode())


def read_json(path: Path) -> Any:
    """A JSON file's value; raises FileNotFoundError, or DamagedFile when it is not readable as JSON.

    At most 1 MB is read: what is larger was not written by us.
    """
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_JSON_BYTES + 1)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise DamagedFile(f"{path.name} cannot be read: {error.strerror}.") from error
    if len(content) > LARGEST_JSON_BYTES:
        raise DamagedFile(f"{path.name} is damaged: it is larger than {LARGEST_JSON_BYTES:,} bytes.")
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise DamagedFile(f"{path.name} is damaged: it is not valid JSON.") from error


def storage_failed(path: Path, error: OSError) -> StorageFailed:
    """The sentence for an operating system's refusal to write below a path."""
    folder = path.parent
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return StorageFailed(f"The disk is full: free some space for {folder} and try again.")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return StorageFailed(
            f"{folder} may not be written: give yourself write permission or choose another log folder."
        )
    return StorageFailed(f"{path.name} could not be written in {folder}: {error.strerror}.")
