"""Where a sweep lies: `logs/<experiment>/sweep.json` beside its runs. Starting, reading and finding them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from trainers.comparisons import Value, arm_word
from trainers.launchers.experiments import PlannedRun, find_plans, read_plan, start_plan
from trainers.runs import LONGEST_NAME, InvalidName, Run, checked_name, find_run
from trainers.specs import Spec
from trainers.sweeps.design import Sweep

NAME = "sweep.json"


@dataclass(frozen=True)
class Planned:
    """One run of a sweep: its name, its point, and the whole spec."""

    name: str
    point: Mapping[str, Value]
    spec: Spec


def planned(asked: Sweep) -> tuple[Planned, ...]:
    """All runs in the order in which they train. Names begin with a number, so tables keep that order."""
    digits = len(str(len(asked.points)))
    return tuple(
        Planned(_name(f"{number:0{digits}d}", point), point, asked.spec(point))
        for number, point in enumerate(asked.points, start=1)
    )


def _name(number: str, point: Mapping[str, Value]) -> str:
    """The number and what the run tries: "03-relu,learning_rate=0.01"; the number alone where that is no name."""
    words = ",".join(arm_word(field, value) for field, value in point.items())
    name = f"{number}-{words}"
    try:
        return checked_name(name) if len(name) <= LONGEST_NAME else number
    except InvalidName:
        return number


def read_sweep(logdir: Path, experiment: str) -> Sweep | None:
    """What an experiment searches, None where it is no sweep; raises DamagedFile with a sentence."""
    return read_plan(logdir, experiment, NAME, Sweep)


def find_sweeps(logdir: Path) -> dict[str, Sweep]:
    """All sweeps that have a run, by experiment, the last begun first; damaged ones are left out."""
    return find_plans(logdir, NAME, Sweep)


def runs_of(asked: Sweep, logdir: Path, experiment: str) -> list[tuple[Planned, Run | None]]:
    """Every planned run with its folder, None where it was not begun or was deleted."""
    return [(one, find_run(logdir, f"{experiment}/{one.name}")) for one in planned(asked)]


def start(asked: Sweep, logdir: Path, experiment: str) -> list[Run]:
    """Queues the sweep's runs, those that are missing where it was begun already; gives all of them.

    Raises NameTaken where the experiment searches something else or has such a run of another kind, InvalidName or
    StorageFailed.
    """
    return start_plan(
        asked,
        logdir,
        experiment,
        name=NAME,
        runs=[PlannedRun(one.name, one.spec) for one in planned(asked)],
        other="The experiment {experiment} searches something else: choose another name.",
    )
