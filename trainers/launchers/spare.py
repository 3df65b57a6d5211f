"""The spare: one process that has imported TensorFlow and run no operation yet, so that a run starts at once.

A spare is a folder `spare/<id>/` of the state folder:

    owner.json      the launcher it was started by; without it an idle spare ends
    process.json    the spare itself
    ready           it has imported everything
    order.json      the run to train, renamed into the folder by a launcher
    spare.log       what it printed while it waited

The spare leaves by renaming its folder: to `<id>.taken` when it has an order, to `<id>.closed` when it
withdraws. A launcher's rename into a folder that is gone fails, so an order is either seen or refused,
never lost.
"""

from __future__ import annotations

import os
import shutil
import signal
import time
import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pydantic

from trainers.launchers.processes import is_same, send_signal, spawn
from trainers.runs import (
    DamagedFile,
    ProcessIdentity,
    Run,
    is_alive,
    is_here,
    process_identity,
    read_json,
    run_at,
    write_json,
)

_ORDER_POLL_SECONDS = 0.02
_OWNER_POLL_SECONDS = 0.5
_TAKEN = ".taken"
_CLOSED = ".closed"


@dataclass(frozen=True)
class Spare:
    """A spare as its folder tells; `process` is None where its launcher died while starting it."""

    folder: Path
    process: ProcessIdentity | None
    owner: ProcessIdentity | None

    @property
    def idle(self) -> bool:
        """Whether it has neither an order nor left."""
        return self.folder.suffix == "" and not (self.folder / "order.json").exists()

    @property
    def ready(self) -> bool:
        """Whether it has imported everything."""
        return (self.folder / "ready").exists()

    @property
    def alive(self) -> bool:
        """Whether its process lives."""
        return self.process is not None and is_alive(self.process)


def find_spares(state: Path) -> list[Spare]:
    """The spares of this machine, idle, busy or dead."""
    spares = [
        Spare(folder, _identity(folder / "process.json"), _identity(folder / "owner.json"))
        for folder in sorted((state / "spare").glob("*/"))
    ]
    return [one for one in spares if one.owner is None or is_here(one.owner)]


def _identity(path: Path) -> ProcessIdentity | None:
    try:
        return ProcessIdentity.model_validate(read_json(path))
    except (FileNotFoundError, DamagedFile, pydantic.ValidationError):
        return None


def start_spare(state: Path, program: Sequence[str]) -> Spare:
    """Starts a spare that belongs to this process; raises OSError or StorageFailed."""
    folder = state / "spare" / uuid.uuid4().hex[:12]
    folder.mkdir(parents=True)
    owner = process_identity()
    write_json(folder / "owner.json", owner.model_dump())
    process = spawn([*program, "spare", str(folder)], folder / "spare.log")
    write_json(folder / "process.json", process.model_dump())
    return Spare(folder, process, owner)


def hand_over(spare: Spare, run: Run) -> bool:
    """Gives a run to an idle spare; False when the spare withdrew first."""
    order = spare.folder.with_name(f".{spare.folder.name}.order")
    write_json(order, {"run": str(run.path)})
    try:
        order.rename(spare.folder / "order.json")
    except FileNotFoundError:
        order.unlink()
        return False
    return True


def remove_spare(spare: Spare) -> None:
    """Removes what a dead spare left."""
    shutil.rmtree(spare.folder, ignore_errors=True)


def end_own_spares(state: Path) -> None:
    """Ends the idle spares that this process started."""
    for spare in find_spares(state):
        if spare.idle and spare.process is not None and is_same(spare.owner, process_identity()):
            send_signal(spare.process, signal.SIGKILL)
            remove_spare(spare)


def wait_for_run(folder: Path) -> Run | None:
    """Waits, as the spare, for a run to train; None when there will be none and the process shall end.

    `folder` is the argument of `python -m trainers spare`. When a run is given, standard output and error
    of this process go to its `trainer.log` from then on.
    """
    with suppress(FileNotFoundError):
        (folder / "ready").touch()
    looked = 0.0
    while not (folder / "order.json").exists():
        if time.monotonic() - looked > _OWNER_POLL_SECONDS:
            looked = time.monotonic()
            owner = _identity(folder / "owner.json")
            if owner is None or not is_alive(owner):
                return _withdraw(folder)
        time.sleep(_ORDER_POLL_SECONDS)
    return _obey(folder)


def _withdraw(folder: Path) -> Run | None:
    closed = folder.with_name(folder.name + _CLOSED)
    try:
        folder.rename(closed)
    except FileNotFoundError:
        return None
    if (closed / "order.json").exists():
        closed.rename(folder)
        return _obey(folder)
    shutil.rmtree(closed, ignore_errors=True)
    return None


def _obey(folder: Path) -> Run | None:
    taken = folder.with_name(folder.name + _TAKEN)
    folder.rename(taken)
    try:
        run = run_at(Path(read_json(taken / "order.json")["run"]))
        log = os.open(run.log_file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    except FileNotFoundError:  # the run was deleted in between
        return None
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.close(log)
    return run


@dataclass(frozen=True)
class Failures:
    """How many spares in a row died before they were ready, and when the last was noticed (Unix seconds)."""

    count: int = 0
    last: float = 0.0

    @property
    def wait_seconds(self) -> float:
        """How long to leave the machine in peace before the next try."""
        return 0.0 if self.count == 0 else min(600.0, 2.0**self.count)


def read_failures(state: Path) -> Failures:
    """The failures in a row; none where nothing is recorded."""
    try:
        data = read_json(state / "spare" / "failures.json")
        return Failures(int(data["count"]), float(data["last"]))
    except (FileNotFoundError, DamagedFile, KeyError, TypeError, ValueError):
        return Failures()


def note_failure(state: Path, spare: Spare) -> None:
    """Counts a spare that died before it was ready, and keeps what it printed as `spare/last-failure.log`."""
    before = read_failures(state)
    with suppress(FileNotFoundError):
        (spare.folder / "spare.log").replace(state / "spare" / "last-failure.log")
    write_json(state / "spare" / "failures.json", {"count": before.count + 1, "last": time.time()})


def forget_failures(state: Path) -> None:
    """A spare became ready."""
    (state / "spare" / "failures.json").unlink(missing_ok=True)
