"""A folder or a .zip with pictures: which files there are and what they hold. Nothing is ever unpacked to the disk.

    with opened(Path("pets.zip")) as source:
        for file in source.files:
            source.read(file)

Files that hide themselves (`__MACOSX`, names that begin with a dot, `Thumbs.db`) are counted and passed over; what
cannot be used is refused with its reason.
"""

from __future__ import annotations

import os
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Protocol, cast

from trainers.dataset_errors import DatasetMissing
from trainers.own_images.pictures import LARGEST_BYTES, NotAPicture

MOST_FILES = 200_000
LARGEST_UNPACKED_BYTES = 20_000_000_000  # of all files of an archive together; one after the other is read
_HIDDEN = ("__macosx", "thumbs.db", "desktop.ini")
_NAMED = 3
_UTF8 = 0x800  # zip's flag: the name is UTF-8
_ENCRYPTED = 0x1


@dataclass(frozen=True)
class Refused:
    """A file that is left out: its `name` below the folder, and the `reason`, which goes on after the name."""

    name: str
    reason: str


def left_out(refused: Sequence[Refused]) -> str:
    """What is left out in a line: the first few by name and reason, and how many more there are."""
    named = "; ".join(f"{one.name} {one.reason}" for one in refused[:_NAMED])
    more = f"; and {len(refused) - _NAMED:,} more" if len(refused) > _NAMED else ""
    return f"Left out: {named}{more}."


@dataclass(frozen=True, order=True)
class File:
    """A file below a folder or within an archive: its `name` with "/" between the parts, where it is, its bytes."""

    name: str
    place: str
    size: int


@dataclass
class Listing:
    """The files of a source: those that may be pictures, those that cannot be, and how many were passed over."""

    files: list[File] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    passed_over: int = 0

    def add(self, file: File) -> None:
        """Takes a file into the list where it belongs; raises DatasetMissing when there are too many."""
        if len(self.files) + len(self.refused) >= MOST_FILES:
            raise DatasetMissing(f"There are more than {MOST_FILES:,} files: give fewer.")
        if file.size > LARGEST_BYTES:
            self.refuse(file.name, f"is larger than {LARGEST_BYTES // 1_000_000} MB")
        elif not file.size:
            self.refuse(file.name, "is empty")
        else:
            self.files.append(file)

    def refuse(self, name: str, reason: str) -> None:
        """Leaves a file out."""
        self.refused.append(Refused(printable(name), reason))


class Source(Protocol):
    """Where pictures come from."""

    listing: Listing

    def open(self, file: File) -> BinaryIO:
        """A file's content as a stream; raises NotAPicture where it cannot be read."""


def printable(name: str) -> str:
    """A name that can be written as UTF-8: bytes that are no text become �."""
    return name.encode("utf-8", "replace").decode("utf-8").replace("\0", "�")


def read(source: Source, file: File) -> bytes:
    """A file's whole content, bounded; raises NotAPicture."""
    try:
        with source.open(file) as stream:
            return stream.read(LARGEST_BYTES + 1)
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise NotAPicture(f"cannot be read ({error})") from error


@contextmanager
def opened(path: Path) -> Iterator[Source]:
    """The source that a path names; raises DatasetMissing with a sentence."""
    if path.is_dir():
        yield _Folder(path)
        return
    try:
        with zipfile.ZipFile(path) as archive:
            yield _Archive(path, archive)
    except (zipfile.BadZipFile, NotImplementedError) as error:
        raise DatasetMissing(
            f"{path.name} is no whole .zip: give a folder, a .zip of class folders, or an .npz with x and y."
        ) from error


class _Folder:
    def __init__(self, path: Path) -> None:
        self._path = path
        self.listing = Listing()
        try:
            self._walk(path, PurePosixPath())
        except OSError as error:
            raise DatasetMissing(f"{error.filename or path} cannot be read: {error.strerror}.") from error
        self.listing.files.sort()

    def open(self, file: File) -> BinaryIO:
        return open(file.place, "rb")

    def _walk(self, folder: Path, below: PurePosixPath) -> None:
        with os.scandir(folder) as entries:
            for entry in sorted(entries, key=lambda entry: entry.name):
                name = str(below / entry.name)
                if _is_hidden(entry.name):
                    self.listing.passed_over += 1
                elif entry.is_dir(follow_symlinks=False):
                    self._walk(Path(entry.path), below / entry.name)
                else:
                    self._add(entry, name)

    def _add(self, entry: os.DirEntry[str], name: str) -> None:
        try:
            found = entry.stat()  # a link to a file is as good as the file
        except OSError as error:
            self.listing.refuse(name, f"cannot be read ({error.strerror})")
            return
        if stat.S_ISDIR(found.st_mode):
            self.listing.refuse(name, "is a link to a folder, and such links are not followed")
        elif not stat.S_ISREG(found.st_mode):
            self.listing.refuse(name, "is no plain file")
        else:
            self.listing.add(File(printable(name), entry.path, found.st_size))


class _Archive:
    def __init__(self, path: Path, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._entries = archive.infolist()
        self.listing = Listing()
        decode = _decoder(self._entries)
        for number, entry in enumerate(self._entries):
            self._add(entry, decode(entry), number)
        unpacked = sum(file.size for file in self.listing.files)
        if unpacked > LARGEST_UNPACKED_BYTES:
            raise DatasetMissing(
                f"{path.name} says that it unpacks to {unpacked / 1e9:,.0f} GB, more than the "
                f"{LARGEST_UNPACKED_BYTES / 1e9:.0f} GB that are read: give fewer or smaller pictures."
            )
        self.listing.files.sort()

    def open(self, file: File) -> BinaryIO:
        return cast(BinaryIO, self._archive.open(self._entries[int(file.place)]))

    def _add(self, entry: zipfile.ZipInfo, name: str, number: int) -> None:
        parts = name.replace("\\", "/").split("/")
        if entry.is_dir() or name.endswith("\\"):
            return
        if parts[0] in ("", "..") or ".." in parts or parts[0].endswith(":"):
            self.listing.refuse(name, "has a name that leads out of the archive")
        elif any(map(_is_hidden, parts)):
            self.listing.passed_over += 1
        elif stat.S_ISLNK(entry.external_attr >> 16):
            self.listing.refuse(name, "is a link")
        elif entry.flag_bits & _ENCRYPTED:
            self.listing.refuse(name, "is encrypted")
        else:
            plain = "/".join(part for part in parts if part not in ("", "."))
            self.listing.add(File(printable(plain), str(number), entry.file_size))


def _is_hidden(part: str) -> bool:
    return (part.startswith(".") and part not in (".", "..")) or part.lower() in _HIDDEN


def _decoder(entries: Sequence[zipfile.ZipInfo]) -> Callable[[zipfile.ZipInfo], str]:
    """How to read the entries' names: Windows writes those without a mark in its own code, in China GB 18030."""
    unmarked = [entry.filename for entry in entries if not entry.flag_bits & _UTF8]
    for encoding in ("utf-8", "gb18030"):
        try:
            for name in unmarked:
                name.encode("cp437").decode(encoding)
        except UnicodeError:
            continue
        return lambda entry: (
            entry.filename if entry.flag_bits & _UTF8 else entry.filename.encode("cp437").decode(encoding)
        )
    return lambda entry: entry.filename
