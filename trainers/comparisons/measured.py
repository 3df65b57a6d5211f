"""What each run of a comparison measured: its numbers at the end, and what its curves tell."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from trainers.comparisons.design import Comparison, Planned
from trainers.comparisons.folder import runs_of
from trainers.comparisons.words import Value
from trainers.launchers import known_status
from trainers.runs import Run, State, Status

GRADIENT_NORM = "gradient_norm/"  # of `trainers.summaries.layers`, which needs TensorFlow
ACCURACY = "accuracy"

Key = tuple[str, str]  # TensorBoard's run name, as "experiment/run/train", and a tag


class Curve(Protocol):
    """One curve: steps int64 [n], wall_times float64 [n] in Unix seconds, values float64 [n]."""

    @property
    def steps(self) -> NDArray[np.int64]:
        """In what step."""

    @property
    def wall_times(self) -> NDArray[np.float64]:
        """When."""

    @property
    def values(self) -> NDArray[np.float64]:
        """What was measured."""


Curves = Callable[[Iterable[Key]], Mapping[Key, Curve]]
Tags = Callable[[str], Iterable[str]]


@dataclass(frozen=True)
class Points:
    """A curve's points in order of step: steps [n], seconds since the training's first step [n], values [n]."""

    steps: NDArray[np.int64]
    seconds: NDArray[np.float64]
    values: NDArray[np.float64]


@dataclass(frozen=True)
class Measured:
    """One run: its arm, seed and learning rate, how it is getting on, and its numbers as far as they are known.

    `metrics` are those of its status; `validation` is the accuracy on the validation data over the training, None for
    a task without one; `gradient_norms` holds for each layer the median over the training. `began` and `ended` are
    Unix seconds.
    """

    value: Value
    seed: int
    rate: float
    state: State
    metrics: Mapping[str, float | None]
    pace: float = 0.0
    began: float | None = None
    ended: float | None = None
    validation: Points | None = None
    gradient_norms: Mapping[str, float] | None = None

    def metric(self, name: str) -> float | None:
        """A number of the finished run; one that was cut short has none that could be compared."""
        return self.metrics.get(name) if self.state == "completed" else None


def wanted_curves(run: Run, tags: Tags) -> list[Key]:
    """The curves of a run that a verdict looks at; `tags` gives the tags that one of TensorBoard's runs has."""
    train = f"{run.key}/train"
    norms = [(train, tag) for tag in tags(train) if tag.startswith(GRADIENT_NORM)]
    return [(f"{run.key}/validation", ACCURACY), (train, "loss"), *norms]


def measured(
    comparison: Comparison, logdir: Path, experiment: str, *, curves: Curves, tags: Tags
) -> list[Measured]:
    """What the runs of a comparison measured so far, in the order in which they train; deleted ones are left out."""
    runs = [(one, run) for one, run in runs_of(comparison, logdir, experiment) if run is not None]
    found = curves([key for _one, run in runs for key in wanted_curves(run, tags)])
    return [_measured(one, run, known_status(run), found) for one, run in runs]


def _measured(one: Planned, run: Run, status: Status, curves: Mapping[Key, Curve]) -> Measured:
    training = curves.get((f"{run.key}/train", "loss"))
    validation = curves.get((f"{run.key}/validation", ACCURACY))
    began = _first_moment(training)
    return Measured(
        value=one.value,
        seed=one.seed,
        rate=one.rate,
        state=status.state,
        metrics=status.metrics,
        pace=one.spec.pace,
        began=status.started,
        ended=status.finished,
        validation=None if validation is None or began is None else _points(validation, began),
        gradient_norms=_norms(run, curves),
    )


def _first_moment(curve: Curve | None) -> float | None:
    return None if curve is None or not len(curve.steps) else float(np.min(curve.wall_times))


def _points(curve: Curve, began: float) -> Points:
    order = np.argsort(curve.steps, kind="stable")
    return Points(curve.steps[order], curve.wall_times[order] - began, curve.values[order])


def _norms(run: Run, curves: Mapping[Key, Curve]) -> dict[str, float]:
    """Each layer's median, so that one wild look does not stand for the whole training."""
    return {
        tag.removeprefix(GRADIENT_NORM): statistics.median(curve.values.tolist())
        for (name, tag), curve in curves.items()
        if name == f"{run.key}/train" and tag.startswith(GRADIENT_NORM) and len(curve.values)
    }


def first_reaching(points: Points, accuracy: float) -> tuple[int, float] | None:
    """The first step, and the seconds until then, after which the accuracy was reached; None where it never was."""
    reached = np.flatnonzero(points.values >= accuracy)
    return (int(points.steps[reached[0]]), float(points.seconds[reached[0]])) if len(reached) else None


def in_seed_order(runs: Sequence[Measured], value: Value) -> list[Measured]:
    """An arm's runs by seed."""
    return sorted((one for one in runs if _same(one.value, value)), key=lambda one: one.seed)


def _same(one: Any, other: Any) -> bool:
    return type(one) is type(other) and one == other
