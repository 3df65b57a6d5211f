"""The pictures that come with the lab: photos to paint and paintings whose style to take, as files.

They are made by the helper process, once for each version of the code that draws them.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from trainers.launchers.processes import ROOT
from trainers.style.paintings.catalogue import ENTRIES, PUBLISHED


@dataclass(frozen=True)
class Sample:
    """A picture to choose; `title` and `credit` are for people, `path` is its file."""

    name: str
    title: str
    kind: Literal["photo", "painting"]
    path: Path
    credit: str


def samples_in(folder: Path) -> tuple[Sample, ...]:
    """All of them, photos first, whether their files are there yet or not."""
    return tuple(
        Sample(entry.name, entry.title, entry.kind, folder / entry.file, entry.credit)
        for entry in ENTRIES.values()
    )


def published_in(folder: Path) -> tuple[Sample, ...]:
    """Well-known paintings in the public domain; the files are there once they were fetched."""
    return tuple(
        Sample(entry.name, entry.title, entry.kind, folder / f"{entry.name}.jpg", entry.credit)
        for entry in PUBLISHED.values()
    )


@cache
def version() -> str:
    """A name for the code that draws them: pictures of other code lie in another folder."""
    source = hashlib.sha256()
    for path in sorted((ROOT / "trainers" / "style" / "paintings").glob("*.py")):
        source.update(path.read_bytes())
    return source.hexdigest()[:16]
