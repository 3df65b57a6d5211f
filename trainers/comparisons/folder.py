"""Where a comparison lies: `logs/<experiment>/comparison.json` beside its runs. Starting, reading and finding them."""

from __future__ import annotations

from pathlib import Path

from trainers.comparisons.design import Comparison, Planned
from trainers.launchers.experiments import PlannedRun, find_plans, read_plan, start_plan
from trainers.runs import Run, find_run

NAME = "comparison.json"


def comparison_file(logdir: Path, experiment: str) -> Path:
    """The file that says what an experiment compares."""
    return logdir.resolve() / experiment / NAME


def read_comparison(logdir: Path, experiment: str) -> Comparison | None:
    """What an experiment compares, None where it is no comparison; raises DamagedFile with a sentence."""
    return read_plan(logdir, experiment, NAME, Comparison)


def find_comparisons(logdir: Path) -> dict[str, Comparison]:
    """All comparisons that have a run, by experiment, the last begun first; damaged ones are left out."""
    return find_plans(logdir, NAME, Comparison)


def runs_of(comparison: Comparison, logdir: Path, experiment: str) -> list[tuple[Planned, Run | None]]:
    """Every planned run with its folder, None where it was not begun or was deleted."""
    return [(one, find_run(logdir, f"{experiment}/{one.name}")) for one in comparison.planned()]


def start(comparison: Comparison, logdir: Path, experiment: str) -> list[Run]:
    """Queues the comparison's runs, in the order in which they shall train; gives all of them.

    Where this very comparison was begun already, only the runs that are missing are queued: who was interrupted asks
    again. Seeds of an arm have its colour on every page. Raises NameTaken where the experiment compares something else
    or has such a run of another kind, InvalidName or StorageFailed.
    """
    return start_plan(
        comparison,
        logdir,
        experiment,
        name=NAME,
        runs=[
            PlannedRun(one.name, one.spec, comparison.values.index(one.value)) for one in comparison.planned()
        ],
        other="The experiment {experiment} compares something else: choose another name.",
    )
