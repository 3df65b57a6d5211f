"""Pictures that people bring to a page: looked at as the painter will, and kept by their hash until nothing needs them.

    path = keep_picture(logdir, content, "holiday.jpg")     # <state>/pictures/<hash>/holiday.jpg

A run copies its pictures into its own folder when it starts, so an upload is needed by forms and by waiting runs only.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import threading
import time
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from trainers.dataset_errors import PictureRefused
from trainers.runs import (
    GOING_ON,
    DamagedFile,
    find_runs,
    read_status,
    state_folder,
    storage_failed,
    write_atomically,
)
from trainers.specs import StylizeSpec
from trainers.specs.stylize import LARGEST_FILE

LARGEST_UPLOAD = LARGEST_FILE  # bytes
KEPT_SECONDS = 24 * 3600
MOST_KEPT = 200
_DIGITS = 24  # of the hash that a picture's folder is named for
_ENDINGS = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff")
_looking = threading.Lock()  # a decoded picture may take a quarter of a gigabyte: one at a time


def keep_picture(logdir: Path, content: bytes, name: str) -> Path:
    """Keeps an image file under its hash and a person's name for it, and gives where.

    Raises PictureRefused for what the painter could not read, or StorageFailed.
    """
    called = _file_name(name)
    if len(content) > LARGEST_UPLOAD:
        raise PictureRefused(f"{called} is larger than {LARGEST_UPLOAD // 2**20} MB: save it smaller.")
    from trainers.style.pictures import (
        decoded,  # late: NumPy, and whatever starts a launcher would start its threads
    )

    with _looking:
        decoded(content, called)
    tidy_uploads(logdir)
    folder = _folder(logdir) / hashlib.sha256(content).hexdigest()[:_DIGITS]
    path = folder / called
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            write_atomically(path, content)
        os.utime(folder)
    except OSError as error:
        raise storage_failed(path, error) from error
    return path


def picture_word(logdir: Path, path: Path) -> str | None:
    """A kept picture as an address may name it, "<hash>/<file>"; None for a file that is none of them."""
    return f"{path.parent.name}/{path.name}" if path.parent.parent == _folder(logdir) else None


def picture_at(logdir: Path, word: str) -> Path | None:
    """Where the picture of a word lies, or lay; None for what is no such word: none leads out of the folder."""
    digest, slash, name = word.partition("/")
    if not slash or not re.fullmatch(rf"[0-9a-f]{{{_DIGITS}}}", digest) or _file_name(name) != name:
        return None
    return _folder(logdir) / digest / name


def tidy_uploads(logdir: Path, *, now: float | None = None) -> None:
    """Removes uploads that nobody has brought for a day, and the oldest beyond a number; never what a run waits for."""
    moment = time.time() if now is None else now
    folders = sorted(_folder(logdir).glob("*/"), key=_age_key)
    old = [folder for folder in folders if moment - _age_key(folder) > KEPT_SECONDS]
    surplus = folders[: max(0, len(folders) - MOST_KEPT + 1)]
    if not (old or surplus):
        return
    needed = {path.parent for path in _waited_for(logdir)}
    for folder in {*old, *surplus} - needed:
        shutil.rmtree(folder, ignore_errors=True)


def _waited_for(logdir: Path) -> Collection[Path]:
    """The pictures of paintings that have not copied theirs yet."""
    found: set[Path] = set()
    for run in find_runs(logdir):
        if (run.path / "inputs" / "pictures.json").exists():
            continue
        with suppress(FileNotFoundError, DamagedFile):
            spec = run.spec()
            if isinstance(spec, StylizeSpec) and read_status(run.status_file).state in GOING_ON:
                given = (spec.content, *spec.style, spec.initial_file, spec.mask)
                found.update(path for path in given if path is not None)
    return found


def _folder(logdir: Path) -> Path:
    # Not the folder of uploads to learn from: each is cleared by those who know what needs its files.
    return state_folder(logdir) / "pictures"


def _age_key(folder: Path) -> float:
    try:
        return folder.stat().st_mtime
    except OSError:  # somebody else removed it
        return 0.0


def _file_name(name: str) -> str:
    """A person's name for a file as a file's name: letters of any script, no path, an image's ending."""
    path = Path(name.replace("\\", "/"))
    ending = path.suffix.lower() if path.suffix.lower() in _ENDINGS else ""
    stem = re.sub(r"[^\w .()-]+", "_", path.stem if ending else path.name).strip(" .")[:40]
    return (stem or "picture") + ending
