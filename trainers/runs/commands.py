"""`commands/`: what people ask of a running trainer, one small file each; `done/` holds the answered ones.

Values are absolute, never relative, so that a command obeyed twice does no harm. `stop` goes first and `pause`
last, so that what was asked beside a pause is not lost by it.
"""

from __future__ import annotations

import time
import uuid
from pathlib import Path
from typing import Literal

import pydantic

from trainers.runs.errors import DamagedFile
from trainers.runs.files import read_json, write_atomically

Kind = Literal["stop", "pause", "checkpoint", "learning_rate", "trace", "settings"]
# Of `settings`: their names and new values.
Value = float | str | dict[str, float | list[float]]
TOO_LATE = "It came too late: the training had ended."
_RANKS = {"stop": 0, "pause": 2}


class Command(pydantic.BaseModel):
    """One request; `outcome` is empty until the trainer answered."""

    # A learning rate that is no number must arrive as one, to be refused as one.
    model_config = pydantic.ConfigDict(frozen=True, extra="ignore", ser_json_inf_nan="constants")

    kind: str
    value: Value | None = None
    asked_ns: int
    identifier: str
    outcome: str = ""

    @property
    def file_name(self) -> str:
        """A name by which commands sort in the order in which they were asked."""
        return f"{self.asked_ns:020d}-{self.identifier}.json"


def send_command(folder: Path, kind: Kind, value: Value | None = None) -> Command:
    """Asks a trainer for something by a file in the run's `commands/`; raises StorageFailed."""
    command = Command(kind=kind, value=value, asked_ns=time.time_ns(), identifier=uuid.uuid4().hex[:8])
    write_atomically(folder / command.file_name, command.model_dump_json().encode())
    return command


def pending_commands(folder: Path, *, since_ns: int = 0) -> list[Command]:
    """The unanswered commands in the order to obey: stop first, pause last, the others by time.

    Commands older than `since_ns` (the trainer's own start) were meant for an earlier process. A file that
    is no command is answered by moving it to `done/` unread.
    """
    commands = []
    for path in sorted(folder.glob("*.json")):
        try:
            command = Command.model_validate(read_json(path))
        except FileNotFoundError:
            continue
        except (DamagedFile, pydantic.ValidationError):
            path.replace(folder / "done" / path.name)
            continue
        if command.asked_ns >= since_ns and command.file_name == path.name:
            commands.append(command)
    return sorted(commands, key=lambda command: (_RANKS.get(command.kind, 1), command.asked_ns))


def answer_command(folder: Path, command: Command, outcome: str) -> None:
    """Moves a command to `done/` with its outcome, one sentence; raises StorageFailed."""
    answered = command.model_copy(update={"outcome": outcome})
    (folder / "done").mkdir(exist_ok=True)
    write_atomically(folder / "done" / command.file_name, answered.model_dump_json().encode())
    (folder / command.file_name).unlink(missing_ok=True)


def find_answer(folder: Path, command: Command) -> str:
    """What became of a command, one sentence; "" while nobody has answered it."""
    try:
        return Command.model_validate(read_json(folder / "done" / command.file_name)).outcome
    except (FileNotFoundError, DamagedFile, pydantic.ValidationError):
        return ""


def answered_commands(folder: Path) -> list[Command]:
    """The commands that were answered, oldest first."""
    answered = []
    for path in sorted((folder / "done").glob("*.json")):
        try:
            answered.append(Command.model_validate(read_json(path)))
        except (FileNotFoundError, DamagedFile, pydantic.ValidationError):
            continue
    return answered
