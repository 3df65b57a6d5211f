"""Experiments of many runs that are begun at once: one small file beside the runs says what was asked.

    start_plan(plan, logdir, "e", name="sweep.json", model=Sweep, runs=…, other="…")

Begun once, gone on with after an interruption (whoever asks again gets what is missing), and never mixed up: an
experiment that holds another plan is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

import pydantic

from trainers.launchers.local import submit
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
from trainers.specs import Spec

Plan = TypeVar("Plan", bound=pydantic.BaseModel)

_LOCK_SECONDS = 30.0


@dataclass(frozen=True)
class PlannedRun:
    """One run to queue: its name in the experiment, its settings, its colour's number (None: the first free one)."""

    name: str
    spec: Spec
    colour: int | None = None


def read_plan(logdir: Path, experiment: str, name: str, model: type[Plan]) -> Plan | None:
    """What the file `name` of an experiment asks, None where there is none; raises DamagedFile with a sentence."""
    if not _is_plain(experiment):
        return None
    path = logdir.resolve() / experiment / name
    try:
        file = path.stat()
        found: Plan = _as_of(path, model, file.st_ino, file.st_mtime_ns, file.st_size)
        return found
    except DamagedFile:
        raise
    except OSError:  # there is none, or its name is longer than the file system allows
        return None
    except pydantic.ValidationError as error:
        raise DamagedFile(f"{name} of {experiment} is damaged: {fault(error)}") from error


@lru_cache(maxsize=256)
def _as_of(path: Path, model: type[Plan], inode: int, changed_ns: int, size: int) -> Plan:
    """Read from the disk only when the file was replaced or changed: to check a plan takes longer than to read it."""
    return model.model_validate(read_json(path))


def _is_plain(experiment: str) -> bool:
    """Whether a name, from an address perhaps, is that of a folder right below the log folder."""
    return not experiment.startswith(".") and Path(experiment).name == experiment and "\0" not in experiment


def fault(error: pydantic.ValidationError) -> str:
    """The first fault of a plan as a sentence."""
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    message = str(first["msg"]).removeprefix("Value error, ")
    return f"{place}: {message}." if place else message


def find_plans(logdir: Path, name: str, model: type[Plan]) -> dict[str, Plan]:
    """All plans of experiments that have a run, by experiment, the last begun first; damaged ones are left out."""
    begun: dict[str, float] = {}
    for experiment in {run.experiment for run in find_runs(logdir)}:
        try:
            begun[experiment] = (logdir.resolve() / experiment / name).stat().st_mtime
        except OSError:
            continue
    found = {}
    for experiment in sorted(begun, key=lambda one: (-begun[one], one)):
        try:
            plan = read_plan(logdir, experiment, name, model)
        except DamagedFile:
            continue
        if plan is not None:
            found[experiment] = plan
    return found


def start_plan(
    plan: pydantic.BaseModel,
    logdir: Path,
    experiment: str,
    *,
    name: str,
    runs: Sequence[PlannedRun],
    other: str,
) -> list[Run]:
    """Queues the runs of a plan, in the order in which they shall train; gives all of them.

    Where this very plan was begun already, only the runs that are missing are queued. Raises NameTaken where the
    experiment is about something else (`other` says so, with {experiment}) or has such a run of another kind,
    InvalidName or StorageFailed.
    """
    experiment = checked_name(experiment, "experiment")
    busy = RunIsBusy(f"Somebody else is starting an experiment in {logdir}: try again.")
    with locked(state_folder(logdir) / "locks" / f"{Path(name).stem}.lock", busy, wait_seconds=_LOCK_SECONDS):
        _claim(plan, logdir, experiment, name, runs, other)
        return [
            run
            if (run := find_run(logdir, f"{experiment}/{one.name}")) is not None
            else _queued(one, logdir, experiment)
            for one in runs
        ]


def _claim(
    plan: pydantic.BaseModel,
    logdir: Path,
    experiment: str,
    name: str,
    runs: Sequence[PlannedRun],
    other: str,
) -> None:
    path = logdir.resolve() / experiment / name
    there = [run for one in runs if (run := find_run(logdir, f"{experiment}/{one.name}")) is not None]
    try:
        known = read_plan(logdir, experiment, name, type(plan))
    except DamagedFile as error:
        raise NameTaken(f"{error} Choose another name for the experiment.") from error
    if known == plan:
        return
    if known is not None and find_runs(logdir, experiment):
        raise NameTaken(other.format(experiment=experiment))
    if there:
        raise NameTaken(f"There is already a run {there[0].key}: choose another name for the experiment.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise storage_failed(path, error) from error
    write_atomically(path, plan.model_dump_json(indent=2).encode())


def _queued(one: PlannedRun, logdir: Path, experiment: str) -> Run:
    run = submit(one.spec, logdir=logdir, experiment=experiment, name=one.name)
    if one.colour is not None:
        change_about(run.path / "about.json", colour=one.colour)
    return run
