"""What a later process needs to go on exactly where this one was, and how it does.

A checkpoint holds the learner's state, that of the curves' thinning, the position in the training, and how long the
event files were. Going on cuts the event files back to that length: what was written after the checkpoint will be
written again, and a record that was cut short by a power cut goes too.
"""

from __future__ import annotations

import json
import math
import os
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from trainers import checkpoints
from trainers.divergence import Good
from trainers.live_status import LiveStatus
from trainers.runs import Run, StorageFailed, storage_failed
from trainers.summaries import Journal

if TYPE_CHECKING:
    from trainers.training import Learner

SECONDS_BETWEEN_CHECKPOINTS = 10.0  # at the ends of epochs
SECONDS_WITHIN_AN_EPOCH = 60.0
# Writing a large network takes a while; it shall cost less than a third of a hundredth of the time.
_LEAST_WAIT = 300


@dataclass
class Position:
    """Where a training is: `step` steps are done.

    `sums` float64 [measures] over the `summed` steps of the current epoch; `validated` is what the validation gave
    last, by name, and `validated_step` when; `lowest_loss` is the lowest validation loss of all checkpoints;
    `rate` is the learning rate that a person chose.
    """

    sums: np.ndarray
    summed: int = 0
    step: int = 0
    validated: dict[str, float] = field(default_factory=dict)
    validated_step: int = 0
    lowest_loss: float = math.inf
    rate: float | None = None
    patience: dict[str, Any] = field(default_factory=dict)

    @property
    def is_validated(self) -> bool:
        """Whether the last look at the validation data was at this very step."""
        return self.validated_step == self.step and bool(self.validated)

    def begin_epoch(self) -> None:
        """Means are those of the steps of one epoch."""
        self.sums, self.summed = np.zeros_like(self.sums), 0

    def add(self, step: int, measures: np.ndarray) -> None:
        """Notes the measures float32 [n, measures] of the epoch's last steps, after which `step` were done in all."""
        self.step = step
        self.sums += measures.sum(axis=0, dtype=np.float64)
        self.summed += len(measures)

    def means(self, names: tuple[str, ...]) -> dict[str, float]:
        """What the training's steps of this epoch gave on average so far."""
        means = self.sums / max(self.summed, 1)
        return {f"train_{name}": float(mean) for name, mean in zip(names, means, strict=True)}

    def as_json(self) -> dict[str, Any]:
        """All of it, to the last digit."""
        return {**asdict(self), "sums": self.sums.tolist()}


@dataclass(frozen=True)
class Kept:
    """What an earlier process left: the checkpoint, how long its event files were, and which there are now."""

    position: Position
    learner: dict[str, np.ndarray]
    journal: dict[str, np.ndarray]
    lengths: dict[str, int]
    files: list[Path]
    notices: tuple[str, ...]


def kept_by(run: Run) -> Kept | None:
    """What an earlier process of a held run left, None where there was none; raises NoCheckpoint or StorageFailed.

    Asked before this process opens event files of its own.
    """
    found = checkpoints.read_newest(run.checkpoints)
    if found is None:
        return None
    told = json.loads(found.state["training"].tobytes())
    position = told["position"]
    return Kept(
        position=Position(**{**position, "sums": np.array(position["sums"], np.float64)}),
        learner=_part(found.state, "learner"),
        journal=_part(found.state, "journal"),
        lengths=told["event_files"],
        files=_event_files(run),
        notices=found.notices,
    )


def cut_back(run: Run, kept: Kept) -> None:
    """Takes what was written after the checkpoint out of the event files; raises StorageFailed."""
    for path in kept.files:
        length = kept.lengths.get(path.relative_to(run.path).as_posix(), 0)
        try:
            if length == 0:  # begun after the checkpoint
                path.unlink()
            elif path.stat().st_size > length:
                os.truncate(path, length)
        except OSError as error:
            raise storage_failed(path, error) from error


class Keeper:
    """Takes a training's checkpoints, and says when it is time. `good` is the last sound state, in memory."""

    def __init__(self, run: Run, learner: Learner, live: LiveStatus, journal: Journal) -> None:
        self._run, self._learner = run, learner
        self._live, self._journal = live, journal
        self.good = Good(0, learner.state())
        self._taken = time.monotonic()
        self._wait = 0.0  # the first epoch's end is worth a checkpoint at once

    def is_due(self, *, at_epoch: bool) -> bool:
        """Whether it is time for a checkpoint, at the end of an epoch or within one."""
        wait = self._wait if at_epoch else max(self._wait, SECONDS_WITHIN_AN_EPOCH)
        return time.monotonic() - self._taken >= wait

    def remember(self, step: int) -> None:
        """The learner's state after this step is sound."""
        self.good = Good(step, self._learner.state())

    def take(self, position: Position) -> None:
        """Takes a checkpoint of a sound learner; raises StorageFailed, and the older checkpoints are still there."""
        began = time.monotonic()
        loss = position.validated["val_loss"] if position.is_validated else math.inf
        is_best = loss < position.lowest_loss
        position.lowest_loss = min(loss, position.lowest_loss)
        self.remember(position.step)
        try:
            checkpoints.write(self._run.checkpoints, self._state(position), best=is_best)
        finally:
            self._taken = time.monotonic()
            self._wait = max(SECONDS_BETWEEN_CHECKPOINTS, _LEAST_WAIT * (self._taken - began))
        self._live.change(checkpoint=position.step)

    def keep(self, position: Position) -> None:
        """Takes a checkpoint; where the disk refuses, the training goes on without, and the run says so."""
        try:
            self.take(position)
        except StorageFailed as error:
            self._live.note(f"A checkpoint could not be written, and the training goes on without: {error}")

    def _state(self, position: Position) -> dict[str, np.ndarray]:
        self._journal.flush()  # the curves up to here are in the files before a checkpoint says so
        files = _event_files(self._run)
        for path in files:
            _make_safe(path)
        lengths = {path.relative_to(self._run.path).as_posix(): path.stat().st_size for path in files}
        told = json.dumps({"position": position.as_json(), "event_files": lengths})
        return {
            "training": np.frombuffer(told.encode(), np.uint8),
            **{f"journal/{name}": values for name, values in self._journal.state().items()},
            **{f"learner/{name}": values for name, values in self.good.state.items()},
        }


def _event_files(run: Run) -> list[Path]:
    """The event files of the run itself and of its parts, as `train/`."""
    return sorted([*run.path.glob("*tfevents*"), *run.path.glob("*/*tfevents*")])


def _make_safe(path: Path) -> None:
    """Makes the disk have what was written: a power cut must not take a curve that a checkpoint stands on."""
    try:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        raise storage_failed(path, error) from error


def _part(state: Mapping[str, np.ndarray], part: str) -> dict[str, np.ndarray]:
    """The arrays whose names begin with `part/`, without it."""
    return {
        name.removeprefix(f"{part}/"): values for name, values in state.items() if name.startswith(f"{part}/")
    }
