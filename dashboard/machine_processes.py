"""The processes of the lab on this machine: which they are, and which run each one works for."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import psutil

from dashboard.listing import RunView
from dashboard.services import Services
from trainers.launchers import SpeedReport, read_comparison
from trainers.launchers.spare import find_spares
from trainers.runs import ACTIVE, ProcessIdentity, StorageFailed, is_here, process_identity, state_folder

Role = Literal["trainer", "speed", "spare", "helper", "data_server", "web"]


@dataclass(frozen=True)
class LabProcess:
    """A process of the lab: what it does, and the run that it trains, None for the others."""

    role: Role
    identity: ProcessIdentity
    run: str | None = None


def lab_processes(started: Services) -> list[LabProcess]:
    """Every process of this lab on this machine, trainers first; some may be gone by now."""
    logdir = started.settings.logdir
    return [
        *trainers_here(started.runs()),
        *_measuring(read_comparison(logdir)),
        *_spares(logdir),
        *_by_number("helper", started.inspector.helper_pid),
        *_by_number("data_server", started.data_server.status().pid),
        *_by_number("web", os.getpid()),
    ]


def trainers_here(views: Sequence[RunView]) -> list[LabProcess]:
    """The trainers of this machine, by the process that each active run's status names."""
    return [
        LabProcess("trainer", view.status.process, view.key)
        for view in views
        if view.status.state in ACTIVE and view.status.process is not None and is_here(view.status.process)
    ]


def trainers_elsewhere(views: Sequence[RunView]) -> list[str]:
    """The keys of the runs that train on other machines, which see the same log folder."""
    return [
        view.key
        for view in views
        if view.status.state in ACTIVE
        and view.status.process is not None
        and not is_here(view.status.process)
    ]


def _measuring(report: SpeedReport | None) -> Iterator[LabProcess]:
    """The process of a comparison that is under way, and the one in which it measures now."""
    if report is None or not report.is_under_way:
        return
    yield LabProcess("speed", report.process)
    try:
        children = psutil.Process(report.process.pid).children()
    except psutil.Error:
        return
    for child in children:
        yield from _by_number("speed", child.pid)


def _spares(logdir: Path) -> list[LabProcess]:
    try:
        spares = find_spares(state_folder(logdir))
    except StorageFailed:  # a log folder that is only read has none
        return []
    return [LabProcess("spare", one.process) for one in spares if one.idle and one.process is not None]


def _by_number(role: Role, pid: int | None) -> Iterator[LabProcess]:
    if pid is None:
        return
    try:
        yield LabProcess(role, process_identity(pid))
    except psutil.NoSuchProcess:  # it ended meanwhile
        return
