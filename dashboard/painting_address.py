"""The pictures of a new painting in the address, so that a reload or a link that somebody sends brings them again.

A word names a picture: a sample by its name, an upload by its hash and file name, a run's own copy by its run and file
name. No word names another file of this machine: whoever writes an address must not choose files.
"""

from __future__ import annotations

import re
from pathlib import Path

from trainers.launchers import Inspector, picture_at, picture_word
from trainers.runs import InvalidName, Run, checked_name

_OF_A_RUN = re.compile(r"(content|initial|mask|style-\d)(\.[a-z0-9]{1,5})?")


def word_for(path: Path, logdir: Path, inspector: Inspector) -> str | None:
    """The word for a picture; None for a file that no word can name, as one of a command line's."""
    for sample in inspector.catalogue():
        if sample.path == path:
            return sample.name
    folder = path.parent
    if folder.name == "inputs" and folder.parents[2] == logdir.resolve() and _OF_A_RUN.fullmatch(path.name):
        return f"{folder.parent.parent.name}/{folder.parent.name}/{path.name}"
    return picture_word(logdir, path)


def path_for(word: str, logdir: Path, inspector: Inspector) -> Path | None:
    """Where the picture of a word lies, or lay, or will lie; None for what is no such word."""
    parts = word.split("/")
    if len(parts) == 1:
        return next((sample.path for sample in inspector.catalogue() if sample.name == word), None)
    if len(parts) == 3:
        return _of_a_run(*parts, logdir=logdir)
    return picture_at(logdir, word)


def _of_a_run(experiment: str, name: str, file: str, *, logdir: Path) -> Path | None:
    try:
        run = Run(logdir.resolve(), checked_name(experiment), checked_name(name))
    except InvalidName:
        return None
    return run.path / "inputs" / file if _OF_A_RUN.fullmatch(file) else None
