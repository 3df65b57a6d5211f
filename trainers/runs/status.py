"""`status.json`: how a run is getting on. Written by whoever holds the run, replaced atomically."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pydantic

from trainers.runs.errors import DamagedFile
from trainers.runs.files import read_json, write_atomically
from trainers.runs.identity import ProcessIdentity

State = Literal[
    "queued",
    "starting",
    "running",
    "paused",
    "completed",
    "stopped",
    "failed",
    "damaged",
]
ACTIVE: tuple[State, ...] = ("starting", "running")
GOING_ON: tuple[State, ...] = ("queued", *ACTIVE)
FINISHED: tuple[State, ...] = ("completed", "stopped", "failed")
AT_REST: tuple[State, ...] = ("paused", *FINISHED)


class Status(pydantic.BaseModel):
    """State and progress of a run; times in Unix seconds, None where not yet known.

    `metrics` holds the last known numbers by name (train_accuracy, val_loss, test_accuracy …). `queued` is when
    a run was put into the queue again, to be resumed; `seconds` is the time of all its processes that ended.
    `checkpoint` is the step of the last checkpoint, `learning_rate` what a person chose while it trained,
    `diverged_rate` that at which its numbers were none any more, where that was its end, `steered` which other
    settings people changed, and `epochs_asked` how many epochs it shall have in all where somebody wanted more than
    its spec says.
    `phase` is what a trainer does when it does not train, `phase_seconds` how long each phase took in this process,
    "training" among them. `memory_kills` is how many processes the kernel had ended for lack of memory when this one
    began. `error` is one sentence; the traceback stands in the log. The state `damaged` is what a
    reader makes of a file it cannot understand; it is never written.
    """

    model_config = pydantic.ConfigDict(frozen=True, extra="ignore", ser_json_inf_nan="null")

    state: State = "queued"
    created: float | None = None
    queued: float | None = None
    started: float | None = None
    finished: float | None = None
    heartbeat: float | None = None
    process: ProcessIdentity | None = None
    memory_kills: int | None = None
    step: int = 0
    total_steps: int | None = None
    epoch: int = 0
    epochs: int | None = None
    epochs_asked: int | None = None
    steps_per_epoch: int | None = None
    checkpoint: int | None = None
    learning_rate: float | None = None
    diverged_rate: float | None = None
    steered: dict[str, float | list[float]] = {}
    images_per_second: float | None = None
    seconds_left: float | None = None
    seconds: float | None = None
    device: str | None = None
    phase: str | None = None
    phase_seconds: dict[str, float] = {}
    metrics: dict[str, float | None] = {}
    notices: list[str] = []
    last_command: str | None = None
    stop_asked: float | None = None
    error: str | None = None

    def changed(self, **values: object) -> Status:
        """A copy with other values, checked like the original."""
        return Status.model_validate({**self.model_dump(), **values})


def read_status(path: Path) -> Status:
    """A run's status; a missing, torn or foreign file gives state `damaged` with a sentence, never an exception."""
    try:
        return Status.model_validate(read_json(path))
    except FileNotFoundError:
        return Status(
            state="damaged",
            error="status.json is missing: delete this run or start it again.",
        )
    except DamagedFile as error:
        return Status(state="damaged", error=str(error))
    except pydantic.ValidationError as error:
        field = ".".join(str(part) for part in error.errors()[0]["loc"]) or "the whole file"
        return Status(
            state="damaged",
            error=f"status.json is damaged: {field} is not what a trainer writes.",
        )


def write_status(path: Path, status: Status) -> None:
    """Replaces a status atomically; raises StorageFailed. A damaged state is a reading, so it is refused."""
    if status.state == "damaged":
        raise ValueError("A status of state damaged is never written.")
    write_atomically(path, status.model_dump_json(indent=2).encode())
