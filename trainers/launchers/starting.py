"""Starting runs: handing one to the spare or to a fresh process, and picking up starts that were cut short."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from trainers.launchers import endings
from trainers.launchers.processes import find_trainer, is_same, spawn
from trainers.launchers.queue import Seen, age, see_all
from trainers.launchers.spare import (
    find_spares,
    forget_failures,
    hand_over,
    note_failure,
    read_failures,
    remove_spare,
    start_spare,
)
from trainers.runs import (
    ACTIVE,
    DamagedFile,
    ProcessIdentity,
    Run,
    Status,
    is_alive,
    is_here,
    read_status,
    write_status,
)

_QUIET_SECONDS = 5.0


def change_status(run: Run, **values: object) -> None:
    """Replaces some values of a run's status; only for states that no trainer writes. Raises StorageFailed."""
    write_status(run.status_file, read_status(run.status_file).changed(**values))


def start(run: Run, state: Path, program: Sequence[str]) -> None:
    """Starts a queued run, with a living spare if there is one; raises StorageFailed.

    The status names the trainer before the trainer can write it, so that one that dies is missed. What
    cannot be started fails with a sentence.
    """
    try:
        run.spec()
    except (FileNotFoundError, DamagedFile) as error:
        _fail(run, f"{error} Delete this run and start a new one.")
        return
    for spare in find_spares(state):
        if spare.idle and spare.alive:
            change_status(run, state="starting", process=spare.process)
            if hand_over(spare, run):
                return
    _start_cold(run, program)


def _start_cold(run: Run, program: Sequence[str]) -> None:
    change_status(run, state="starting", process=None)
    try:
        process = spawn([*program, "execute", str(run.path)], run.log_file)
    except OSError as error:
        _fail(
            run, f"The trainer could not be started ({error.strerror}): close other programs and try again."
        )
        return
    status = read_status(run.status_file)
    if status.state == "starting" and status.process is None:
        write_status(run.status_file, status.changed(process=process))


def _fail(run: Run, sentence: str) -> None:
    change_status(run, state="failed", process=None, finished=time.time(), error=sentence)


def look_after(seen: Seen, state: Path, program: Sequence[str]) -> None:
    """Does what one queued or active run needs: pick up its start, press its stop, or note its end.

    Raises StorageFailed.
    """
    process = seen.status.process
    if seen.status.state == "queued":
        if process is not None and is_here(process) and not is_alive(process):
            _fail(
                seen.run,
                "The command line that was to train this run ended while it waited: start the run again.",
            )
    elif process is None:
        _pick_up(seen.run)
    elif endings.is_over(seen.status):
        _follow_up(seen, process, state, program)
    else:
        _finish_hand_over(seen, process, state)
        endings.press_stop(seen, time.time())


def _pick_up(run: Run) -> None:
    """A launcher died between announcing a start and naming the trainer: find it, or queue the run again."""
    status = read_status(run.status_file)
    if status.state not in ACTIVE or status.process is not None:
        return
    process = find_trainer(run.path)
    if process is None:
        change_status(run, state="queued")
    else:
        change_status(run, process=process)


def _finish_hand_over(seen: Seen, process: ProcessIdentity, state: Path) -> None:
    """A launcher died between naming a spare and giving it the run."""
    if seen.status.state != "starting":
        return
    for spare in find_spares(state):
        if spare.idle and is_same(spare.process, process):
            hand_over(spare, seen.run)


def _follow_up(seen: Seen, process: ProcessIdentity, state: Path, program: Sequence[str]) -> None:
    """A trainer is gone. A spare that died before its run began is no fault of the run: it starts afresh.

    It does so in a process of its own, which has no second try, so a run that kills its trainer fails.
    """
    was_spare = any(is_same(spare.process, process) for spare in find_spares(state))
    status = read_status(seen.run.status_file)
    unchanged = status.state == "starting" and status.process == process
    if was_spare and unchanged and endings.stop_asked(seen.run, status) is None:
        _start_cold(seen.run, program)
    else:
        endings.close_run(seen.run, process)


def tidy_spares(state: Path) -> None:
    """Removes what dead spares left; raises StorageFailed."""
    for spare in find_spares(state):
        if spare.alive:
            if spare.ready and read_failures(state).count:
                forget_failures(state)
            continue
        if spare.idle and not spare.ready and spare.process is not None:
            note_failure(state, spare)
        remove_spare(spare)


def keep_spare(logdir: Path, state: Path, program: Sequence[str]) -> None:
    """Starts a spare when there is none; raises OSError or StorageFailed.

    Importing TensorFlow takes a core for seconds, so it waits while a run starts and draws its first
    points, and longer each time when spares die before they are ready.
    """
    if any(spare.idle and spare.alive for spare in find_spares(state)):
        return
    failures = read_failures(state)
    if age(failures.last) < failures.wait_seconds or _one_begins(logdir):
        return
    start_spare(state, program)


def _one_begins(logdir: Path) -> bool:
    return any(_is_beginning(seen.status) for seen in see_all(logdir))


def _is_beginning(status: Status) -> bool:
    if status.process is not None and not is_here(status.process):
        return False
    return status.state == "starting" or age(status.started) < _QUIET_SECONDS
