"""Files that people upload to learn from: kept under the lab's state folder by their content, for as long as needed.

    path = store(state, "pets.zip", uploaded)
    forget_unused(state, used={path}, now=time.time())

Nothing in a file is believed or unpacked here: the helper process looks into it.
"""

from __future__ import annotations

import hashlib
import os
import re
import time
import zipfile
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from dashboard.disk_use import bytes_in_words, free_bytes
from dashboard.language import _
from trainers.runs import RunError, storage_failed, write_atomically

FOLDER = "uploads"
LARGEST_BYTES = 200_000_000  # Streamlit holds an upload in memory while it arrives
SPARED_BYTES = 1_000_000_000  # of the disk, for trainings that go on
KEPT_SECONDS = 24 * 3600.0  # an upload that no run has learned from
_LONGEST_NAME = 80


class UploadRefused(RunError):
    """An upload that is not kept; its text is one sentence."""


def store(state: Path, name: str, content: BinaryIO) -> Path:
    """Keeps an upload and gives its path, which holds its hash; raises UploadRefused or StorageFailed."""
    size = content.seek(0, os.SEEK_END)
    content.seek(0)
    if size > LARGEST_BYTES:
        raise UploadRefused(
            _(
                "{name} has {size}, more than the {most} that can be uploaded: type its path on the lab's machine."
            ).format(name=name, size=bytes_in_words(size), most=bytes_in_words(LARGEST_BYTES))
        )
    if not zipfile.is_zipfile(content):
        raise UploadRefused(_("{name} is no whole .zip or .npz: upload it again.").format(name=name))
    free = free_bytes(state)
    if free is not None and free - size < SPARED_BYTES:
        raise UploadRefused(
            _("The disk of the lab is nearly full, so nothing can be uploaded: delete old runs first.")
        )
    content.seek(0)
    digest = hashlib.file_digest(content, "sha256").hexdigest()  # type: ignore[arg-type]
    path = state / FOLDER / digest[:32] / kept_name(name)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            os.utime(path)  # wanted again: it stays for another day
            return path
    except OSError as error:
        raise storage_failed(path, error) from error
    content.seek(0)
    write_atomically(path, content.read())
    return path


def kept_name(name: str) -> str:
    """A file's name without what could lead anywhere or hide it: letters, digits, spaces, "-", "_" and dots within."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    suffix = ".npz" if last.lower().endswith(".npz") else ".zip"
    stem = re.sub(r"[^\w .-]+", "_", last[: -len(suffix)] if last.lower().endswith(suffix) else last)
    stem = stem.strip(" .")[:_LONGEST_NAME]
    while len(stem.encode()) > 2 * _LONGEST_NAME:
        stem = stem[:-1]
    return (stem or "images") + suffix


def forget_unused(state: Path, used: Collection[Path], now: float | None = None) -> None:
    """Removes uploads that no run names and that nobody uploaded within a day."""
    now = time.time() if now is None else now
    for path in (state / FOLDER).glob("*/*"):
        with suppress(OSError):  # somebody else removes it too
            if path not in used and now - path.stat().st_mtime > KEPT_SECONDS:
                path.unlink()
                path.parent.rmdir()
