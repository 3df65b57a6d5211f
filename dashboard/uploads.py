"""Files that people upload to learn from: kept under the lab's state folder by their content, for as long as needed.

    path = store(state, "pets.zip", uploaded, IMAGES)
    forget_unused(state, used={path}, now=time.time())

Nothing in a file is believed, unpacked or parsed here: the helper process looks into it.
"""

from __future__ import annotations

import hashlib
import os
import re
import time
import zipfile
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from dashboard.disk_use import bytes_in_words, free_bytes
from dashboard.language import _
from trainers.runs import RunError, storage_failed, write_atomically
from trainers.specs.sequence import LARGEST_FILE as LARGEST_CSV_BYTES

FOLDER = "uploads"
LARGEST_BYTES = 200_000_000  # Streamlit holds an upload in memory while it arrives
SPARED_BYTES = 1_000_000_000  # of the disk, for trainings that go on
KEPT_SECONDS = 24 * 3600.0  # an upload that no run has learned from
_LONGEST_NAME = 80
_BLOCK_BYTES = 2**20


class UploadRefused(RunError):
    """An upload that is not kept; its text is one sentence."""


@dataclass(frozen=True)
class Kind:
    """What may be uploaded in one place: `endings` of the file's name, the first for a name that has none of them.

    `nameless` is what a file is called that has no name at all; `too_large` gives the sentence about one with more
    than `largest_bytes`, and `fault` the one about a file that is plainly something else, "" where it is not; {name},
    {size} and {most} in them are filled in.
    """

    endings: tuple[str, ...]
    nameless: str
    largest_bytes: int
    too_large: Callable[[], str]
    fault: Callable[[BinaryIO], str]


def _no_archive(content: BinaryIO) -> str:
    return "" if zipfile.is_zipfile(content) else _("{name} is no whole .zip or .npz: upload it again.")


def _no_text(content: BinaryIO) -> str:
    is_empty = True
    content.seek(0)
    while block := content.read(_BLOCK_BYTES):
        if b"\0" in block:
            return _("{name} is not text: save the table as CSV in UTF-8 and upload that.")
        is_empty = is_empty and not block.strip()
    return _("{name} is empty: choose a file with a column of numbers.") if is_empty else ""


IMAGES = Kind(
    (".zip", ".npz"),
    "images",
    LARGEST_BYTES,
    lambda: _(
        "{name} has {size}, more than the {most} that can be uploaded: type its path on the lab's machine."
    ),
    _no_archive,
)
TABLE = Kind(
    (".csv",),
    "table",
    LARGEST_CSV_BYTES,
    lambda: _("{name} has {size}, more than the {most} that are read: give a file with only what is needed."),
    _no_text,
)


def store(state: Path, name: str, content: BinaryIO, kind: Kind) -> Path:
    """Keeps an upload and gives its path, which holds its hash; raises UploadRefused or StorageFailed."""
    size = content.seek(0, os.SEEK_END)
    content.seek(0)
    if size > kind.largest_bytes:
        raise UploadRefused(
            kind.too_large().format(
                name=name, size=bytes_in_words(size), most=bytes_in_words(kind.largest_bytes)
            )
        )
    if fault := kind.fault(content):
        raise UploadRefused(fault.format(name=name))
    free = free_bytes(state)
    if free is not None and free - size < SPARED_BYTES:
        raise UploadRefused(
            _("The disk of the lab is nearly full, so nothing can be uploaded: delete old runs first.")
        )
    content.seek(0)
    digest = hashlib.file_digest(content, "sha256").hexdigest()  # type: ignore[arg-type]
    path = state / FOLDER / digest[:32] / kept_name(name, kind)
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


def kept_name(name: str, kind: Kind) -> str:
    """A file's name without what could lead anywhere or hide it: letters, digits, spaces, "-", "_" and dots within."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    found = next((ending for ending in kind.endings if last.lower().endswith(ending)), "")
    stem = re.sub(r"[^\w .-]+", "_", last[: len(last) - len(found)])
    stem = stem.strip(" .")[:_LONGEST_NAME]
    while len(stem.encode()) > 2 * _LONGEST_NAME:
        stem = stem[:-1]
    return (stem or kind.nameless) + (found or kind.endings[0])


def forget_unused(state: Path, used: Collection[Path], now: float | None = None) -> None:
    """Removes uploads that no run names and that nobody uploaded within a day."""
    now = time.time() if now is None else now
    for path in (state / FOLDER).glob("*/*"):
        with suppress(OSError):  # somebody else removes it too
            if path not in used and now - path.stat().st_mtime > KEPT_SECONDS:
                path.unlink()
                path.parent.rmdir()
