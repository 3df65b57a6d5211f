"""Whether the files that a spec names are still the same, told without reading them."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from trainers.specs import Spec, named_files

DEEPEST = 3  # folders below the one that is named: train, class, and one more
_MOST_FOLDERS = 4_000


def stamp_of_files(spec: Spec) -> str:
    """A word that changes when a file that a spec names does, or when files join or leave a folder."""
    return " ".join(map(_stamp, named_files(spec)))


def _stamp(path: Path) -> str:
    places = islice(_places(path, DEEPEST), _MOST_FOLDERS)
    lines = "".join(f"{place}\0{found.st_mtime_ns}\0{found.st_size}\n" for place, found in places)
    return hashlib.sha256(os.fsencode(lines)).hexdigest()


def _places(path: str | Path, deepest: int) -> Iterator[tuple[str, os.stat_result]]:
    """A file or a folder with the folders below it. A folder is touched when a file in it comes or goes."""
    try:
        yield os.fspath(path), os.stat(path)
        if not os.path.isdir(path) or not deepest:
            return
        with os.scandir(path) as entries:
            folders = sorted(entry.path for entry in entries if entry.is_dir(follow_symlinks=False))
    except OSError:
        return  # who reads it says what is wrong
    for folder in folders:
        yield from _places(folder, deepest - 1)
