"""The median rule: a run that does worse than half of the completed ones did at the same epoch is stopped.

Golovin et al. (2017), "Google Vizier: a service for black-box optimization", section 3.2.1; Optuna's MedianPruner
judges: by a run's best value so far against the median of the completed runs' values at that epoch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from trainers.comparisons import Curves
from trainers.launchers import cancel, known_status
from trainers.runs import GOING_ON, DamagedFile, Run, State, change_about, read_about
from trainers.sweeps.design import Sweep
from trainers.sweeps.folder import NAME, read_sweep, runs_of

STOPPED_EARLY = "stopped early"  # the tag that such a run gets
FEWEST_COMPLETED = 3
WARM_UP_EPOCHS = 1  # the first epoch tells little


def hopeless(
    completed: Sequence[Sequence[float]], running: Mapping[str, Sequence[float]], *, more_is_better: bool
) -> list[str]:
    """The running curves that the rule stops; curves hold one value an epoch, running ones by name."""
    if len(completed) < FEWEST_COMPLETED or not any(
        len(curve) > WARM_UP_EPOCHS for curve in running.values()
    ):
        return []
    import optuna  # late: half a second, and only where a sweep asks for the rule

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(
        direction="maximize" if more_is_better else "minimize",
        pruner=optuna.pruners.MedianPruner(FEWEST_COMPLETED, WARM_UP_EPOCHS),
    )
    study.add_trials(
        [
            optuna.trial.create_trial(value=curve[-1], intermediate_values=dict(enumerate(curve)))
            for curve in completed
            if len(curve) and np.isfinite(curve[-1])
        ]
    )
    found = []
    for name, curve in running.items():
        trial = study.ask()
        for epoch, value in enumerate(curve):
            trial.report(value, epoch)
        if len(curve) and trial.should_prune():
            found.append(name)
    return found


class MedianRule:
    """Applies the rule to every sweep of a log folder that asks for it; remembers which of them are at rest."""

    def __init__(self, logdir: Path, curves: Curves) -> None:
        self._logdir = logdir
        self._curves = curves
        self._at_rest: dict[str, tuple[int, ...]] = {}

    def apply(self) -> list[Run]:
        """Stops what is hopeless now, and gives those runs, which have the tag `STOPPED_EARLY` from then on.

        Cheap where nothing trains; call it once a second, from as many processes as you like. Raises StorageFailed or
        RunIsBusy.
        """
        stopped: list[Run] = []
        for path in sorted(self._logdir.glob(f"*/{NAME}")):
            try:
                asked = read_sweep(self._logdir, path.parent.name)
            except DamagedFile:  # its page says so
                continue
            if asked is not None and asked.stop_early:
                stopped += self._look(asked, path.parent.name)
        return stopped

    def _look(self, asked: Sweep, experiment: str) -> list[Run]:
        runs = [run for _one, run in runs_of(asked, self._logdir, experiment) if run is not None]
        stamps = tuple(_changed_ns(run) for run in runs)
        if self._at_rest.get(experiment) == stamps:
            return []
        states = {run: known_status(run).state for run in runs}
        stopped = _stop_in(asked, states, self._curves)
        for run in runs:
            if states[run] == "completed" and _is_told(run):
                _say(run, stopped=False)  # it was quicker than the rule
        if not set(states.values()) & set(GOING_ON):
            self._at_rest[experiment] = stamps
        return stopped


def _changed_ns(run: Run) -> int:
    try:
        return run.status_file.stat().st_mtime_ns
    except OSError:
        return 0


def _stop_in(asked: Sweep, states: Mapping[Run, State], curves: Curves) -> list[Run]:
    completed = [run for run, state in states.items() if state == "completed"]
    if len(completed) < FEWEST_COMPLETED or "running" not in states.values():
        return []
    running = {run.key: run for run, state in states.items() if state == "running" and not _is_told(run)}
    tag = "error" if asked.task == "sequence" else "accuracy"
    keys = {run.key: (f"{run.key}/validation", tag) for run in (*completed, *running.values())}
    found = curves(keys.values())
    values = {key: found[curve].values.tolist() for key, curve in keys.items() if curve in found}
    names = hopeless(
        [values[run.key] for run in completed if run.key in values],
        {key: values[key] for key in running if key in values},
        more_is_better=tag == "accuracy",
    )
    for name in names:
        _say(running[name], stopped=True)  # first: whoever sees it stop shall know why
        cancel(running[name])
    return [running[name] for name in names]


def _is_told(run: Run) -> bool:
    return STOPPED_EARLY in read_about(run.path / "about.json").tags


def _say(run: Run, *, stopped: bool) -> None:
    about = run.path / "about.json"
    others = tuple(tag for tag in read_about(about).tags if tag != STOPPED_EARLY)
    change_about(about, tags=(*others, STOPPED_EARLY) if stopped else others)
