"""What the runs of a sweep reached, and which of them is best: by validation, never by the test data."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from trainers.comparisons import Value
from trainers.launchers import known_status
from trainers.runs import State, Status, read_about
from trainers.sweeps.design import Sweep
from trainers.sweeps.folder import runs_of
from trainers.sweeps.median_rule import STOPPED_EARLY

Measure = Literal["accuracy", "error"]


@dataclass(frozen=True)
class Trial:
    """One run of a sweep: its key, its point, how it is getting on, and its numbers as far as they are known."""

    run: str
    point: Mapping[str, Value]
    state: State
    stopped_early: bool
    validation: float | None
    test: float | None
    seconds: float | None


def judged_by(task: str) -> Measure:
    """What runs of a task are judged by: an accuracy, the more the better, or an error, the less the better."""
    return "error" if task == "sequence" else "accuracy"


def results(asked: Sweep, logdir: Path, experiment: str) -> list[Trial]:
    """What the runs reached so far, in the order in which they train; those that are gone are left out."""
    measure = judged_by(asked.task)
    found = []
    for one, run in runs_of(asked, logdir, experiment):
        if run is None:
            continue
        status = known_status(run)
        tags = read_about(run.path / "about.json").tags if status.state == "stopped" else ()
        found.append(
            Trial(
                run.key,
                one.point,
                status.state,
                STOPPED_EARLY in tags,
                _metric(status, f"val_{measure}"),
                _metric(status, f"test_{measure}"),
                status.seconds,
            )
        )
    return found


def best(trials: Sequence[Trial], measure: Measure) -> Trial | None:
    """The completed run that validates best, the first of equal ones; None while none is completed."""
    ended = [one for one in trials if one.state == "completed" and one.validation is not None]
    sign = -1.0 if measure == "accuracy" else 1.0
    return min(ended, key=lambda one: sign * (one.validation or 0.0), default=None)


def _metric(status: Status, name: str) -> float | None:
    value = status.metrics.get(name)
    return value if value is not None and math.isfinite(value) else None
