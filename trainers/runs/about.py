"""`about.json`: what people say about a run. Written by the dashboard, under a lock; hostile text is only text."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import pydantic

from trainers.runs.errors import DamagedFile, RunIsBusy
from trainers.runs.files import read_json, write_atomically
from trainers.runs.lock import locked

_LOCK_SECONDS = 5


class About(pydantic.BaseModel):
    """A run's title (empty: its folder's name), notes, tags, whether it is archived, and its colour number."""

    model_config = pydantic.ConfigDict(frozen=True, extra="ignore")

    title: str = pydantic.Field(default="", max_length=200)
    notes: str = pydantic.Field(default="", max_length=20_000)
    tags: tuple[Annotated[str, pydantic.Field(max_length=60)], ...] = pydantic.Field(
        default=(), max_length=30
    )
    archived: bool = False
    colour: int | None = pydantic.Field(default=None, ge=0)


def read_about(path: Path) -> About:
    """What is said about a run; nothing is said where the file is missing or damaged."""
    try:
        return About.model_validate(read_json(path))
    except (FileNotFoundError, DamagedFile, pydantic.ValidationError):
        return About()


def change_about(path: Path, **changes: Any) -> About:
    """Changes some fields and keeps the others, one writer at a time; raises ValidationError or RunError."""
    busy = RunIsBusy(f"Somebody else is changing what is said about {path.parent.name}: try again.")
    with locked(path.with_name(".about.lock"), busy, wait_seconds=_LOCK_SECONDS):
        about = About.model_validate({**read_about(path).model_dump(), **changes})
        write_atomically(path, about.model_dump_json(indent=2).encode())
    return about


def write_first_about(path: Path, about: About) -> None:
    """The file of a run that nobody else knows yet; raises StorageFailed."""
    write_atomically(path, about.model_dump_json(indent=2).encode())
