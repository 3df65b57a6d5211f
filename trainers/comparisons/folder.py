"""Where a comparison lies: `logs/<experiment>/comparison.json` beside its runs. Starting, reading and finding them."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pydantic

from trainers.comparisons.design import Comparison, Planned, fault
from trainers.launchers import submit
from trainers.runs import (
    DamagedFile,
    NameTaken,
    Run,
    RunIsBusy,
    change_about,
    checked_name,
    find_run,
    find_runs,
    locked,
    read_json,
    state_folder,
    storage_failed,
    write_atomically,
)

_LOCK_SECONDS = 30.0
NAME = "comparison.json"


def comparison_file(logdir: Path, experiment: str) -> Path:
    """The file that says what an experiment compares."""
    return logdir.resolve() / experiment / NAME


def read_comparison(logdir: Path, experiment: str) -> Comparison | None:
    """What an experiment compares, None where it is no comparison; raises DamagedFile with a sentence."""
    if not _is_plain(experiment):
        return None
    path = comparison_file(logdir, experiment)
    try:
        file = path.stat()
        return _as_of(path, file.st_ino, file.st_mtime_ns, file.st_size)
    except DamagedFile:
        raise
    except OSError:  # there is none, or its name is longer than the file system allows
        return None
    except pydantic.ValidationError as error:
        raise DamagedFile(f"{NAME} of {experiment} is damaged: {fault(error)}") from error


@lru_cache(maxsize=256)
def _as_of(path: Path, inode: int, changed_ns: int, size: int) -> Comparison:
    """Read from the disk only when the file was replaced or changed: to check all arms takes longer than to read."""
    return Comparison.model_validate(read_json(path))


def _is_plain(experiment: str) -> bool:
    """Whether a name, from an address perhaps, is that of a folder right below the log folder."""
    return not experiment.startswith(".") and Path(experiment).name == experiment and "\0" not in experiment


def find_comparisons(logdir: Path) -> dict[str, Comparison]:
    """All comparisons that have a run, by experiment, the last begun first; damaged ones are left out."""
    experiments = {run.experiment for run in find_runs(logdir)}
    found = {}
    for experiment in sorted(experiments, key=lambda name: -_begun(logdir, name)):
        try:
            one = read_comparison(logdir, experiment)
        except DamagedFile:
            continue
        if one is not None:
            found[experiment] = one
    return found


def _begun(logdir: Path, experiment: str) -> float:
    try:
        return comparison_file(logdir, experiment).stat().st_mtime
    except OSError:
        return 0.0


def runs_of(comparison: Comparison, logdir: Path, experiment: str) -> list[tuple[Planned, Run | None]]:
    """Every planned run with its folder, None where it was not begun or was deleted."""
    return [(one, find_run(logdir, f"{experiment}/{one.name}")) for one in comparison.planned()]


def start(comparison: Comparison, logdir: Path, experiment: str) -> list[Run]:
    """Queues the comparison's runs, in the order in which they shall train; gives all of them.

    Where this very comparison was begun already, only the runs that are missing are queued: who was interrupted asks
    again. Raises NameTaken where the experiment compares something else or has such a run of another kind,
    InvalidName or StorageFailed.
    """
    experiment = checked_name(experiment, "experiment")
    busy = RunIsBusy(f"Somebody else is starting a comparison in {logdir}: try again.")
    with locked(state_folder(logdir) / "locks" / "comparison.lock", busy, wait_seconds=_LOCK_SECONDS):
        _claim(comparison, logdir, experiment)
        return [
            run if run is not None else _queued(comparison, one, logdir, experiment)
            for one, run in runs_of(comparison, logdir, experiment)
        ]


def _claim(comparison: Comparison, logdir: Path, experiment: str) -> None:
    path = comparison_file(logdir, experiment)
    there = [(one, run) for one, run in runs_of(comparison, logdir, experiment) if run is not None]
    try:
        known = read_comparison(logdir, experiment)
    except DamagedFile as error:
        raise NameTaken(f"{error} Choose another name for the experiment.") from error
    if known == comparison:
        return
    if known is not None and find_runs(logdir, experiment):
        raise NameTaken(f"The experiment {experiment} compares something else: choose another name.")
    if there:
        raise NameTaken(f"There is already a run {there[0][1].key}: choose another name for the experiment.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise storage_failed(path, error) from error
    write_atomically(path, comparison.model_dump_json(indent=2).encode())


def _queued(comparison: Comparison, one: Planned, logdir: Path, experiment: str) -> Run:
    """One run, in its arm's colour: seeds of an arm belong together on every page."""
    run = submit(one.spec, logdir=logdir, experiment=experiment, name=one.name)
    change_about(run.path / "about.json", colour=comparison.values.index(one.value))
    return run
