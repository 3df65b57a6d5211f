"""Checkpoints: arrays by name in one .npz file that is whole or is seen not to be.

    write(run.checkpoints, {"weights/0": kernel, "step": np.array(120)}, best=True)
    found = read_newest(run.checkpoints)        # Found(state, notices), or None where there is none

A folder keeps the last checkpoint, the one before it, and the best: of the checkpoints that were taken, that with the
lowest validation loss. Not every epoch has one (`resuming.Keeper.is_due`), so an epoch between two of them may have
been better still. The file ends with the SHA-256 of what stands before (in the zip's comment, so that `np.load` reads
it all the same); nothing is unpacked before that was checked.
"""

from __future__ import annotations

import hashlib
import io
import os
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from trainers.runs import DamagedFile, RunError, storage_failed, write_atomically

LAST, PREVIOUS, BEST = "last.npz", "previous.npz", "best.npz"
_NEXT = "next.npz"
_DIGITS = 64  # of a SHA-256 in hexadecimal

State = dict[str, np.ndarray]


class NoCheckpoint(RunError):
    """There are checkpoints, but none of them can be used."""


@dataclass(frozen=True)
class Found:
    """The newest checkpoint that is whole; `notices` says, one sentence each, what was not."""

    state: State
    notices: tuple[str, ...]


def write(folder: Path, state: Mapping[str, np.ndarray], *, best: bool = False) -> None:
    """Makes `state` the last checkpoint, and the `best` too if it is; raises StorageFailed.

    The new file is safe on the disk before an old one loses its name, so a full disk or a power cut costs none. What
    is last and best is one file with two names: files here are replaced and never changed.
    """
    content = packed(state)
    write_atomically(folder / _NEXT, content)
    if (folder / LAST).exists():
        _rename(folder / LAST, folder / PREVIOUS)
    _rename(folder / _NEXT, folder / LAST)
    if best and not _gave_name(folder / LAST, folder / BEST):
        write_atomically(folder / BEST, content)


def read_newest(folder: Path) -> Found | None:
    """The newest checkpoint that is whole, None where none was ever written; raises NoCheckpoint or StorageFailed.

    Only for who holds the run: what is damaged gives its name to what is whole, so that the next writing
    does not put it in the place of the only good one.
    """
    notices: list[str] = []
    for name in (_NEXT, LAST, PREVIOUS, BEST):
        try:
            state = read(folder / name)
        except FileNotFoundError:
            continue
        except DamagedFile as error:
            notices.append(f"{error} The training goes on from an older one.")
            continue
        if name in (_NEXT, PREVIOUS):
            _rename(folder / name, folder / LAST)
        return Found(state, tuple(notices))
    if notices:
        raise NoCheckpoint(
            "All checkpoints of this run are damaged, so it cannot go on: start it again as a new run."
        )
    return None


def read(path: Path) -> State:
    """A checkpoint's arrays; raises FileNotFoundError, or DamagedFile where a single bit of the file is wrong."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise
    except OSError as error:
        raise DamagedFile(f"The checkpoint {path.name} cannot be read ({error.strerror}).") from error
    if content[-_DIGITS:] != _digest(content[:-_DIGITS]):
        raise DamagedFile(f"The checkpoint {path.name} is damaged: its checksum is wrong.")
    with np.load(io.BytesIO(content), allow_pickle=False) as archive:
        return {name: archive[name] for name in archive.files}


def _gave_name(path: Path, name: Path) -> bool:
    """Gives a file a second name, in the place of what bears it; False where the file system knows no such thing."""
    aside = name.with_name(f".{name.name}.aside")
    try:
        aside.unlink(missing_ok=True)  # of one who was killed here
        os.link(path, aside)
    except OSError:
        return False
    _rename(aside, name)
    return True


def _rename(path: Path, to: Path) -> None:
    try:
        os.replace(path, to)
    except OSError as error:
        raise storage_failed(to, error) from error


def packed(state: Mapping[str, np.ndarray]) -> memoryview:
    """Arrays by name as the content of a file that `read` takes."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:  # as np.savez does, which leaves no room for a comment
        for name, values in state.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                np.lib.format.write_array(member, np.asanyarray(values), allow_pickle=False)
        archive.comment = b"0" * _DIGITS
    content = file.getbuffer()  # a large network's is not copied
    content[-_DIGITS:] = _digest(content[:-_DIGITS])
    return content


def _digest(content: bytes | memoryview) -> bytes:
    return hashlib.sha256(content).hexdigest().encode()
