"""The local launcher: one operating-system process a run, a common queue, a common limit, one spare."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from trainers.launchers import endings, starting
from trainers.launchers.processes import PROGRAM, send_signal
from trainers.launchers.queue import launching, next_turns, place, see_all
from trainers.launchers.spare import end_own_spares
from trainers.launchers.speed import runs_wait_from
from trainers.launchers.starting import change_status
from trainers.runs import (
    ACTIVE,
    AT_REST,
    GOING_ON,
    Run,
    Status,
    StorageFailed,
    create_run,
    process_identity,
    read_status,
    send_command,
    state_folder,
)
from trainers.specs import Spec

_log = logging.getLogger(__name__)
_TURN_POLL_SECONDS = 0.5


def default_limit() -> int:
    """How many runs train at a time unless asked otherwise: one for every two cores."""
    return max(1, (os.cpu_count() or 1) // 2)


def submit(spec: Spec, *, logdir: Path, experiment: str, name: str, foreground: bool = False) -> Run:
    """A new run in state queued, for the next tick of any launcher.

    With `foreground` it waits for this very process, which takes its turn with `wait_for_turn`. Raises
    InvalidName, NameTaken or StorageFailed; of several who ask for one name at once, one gets it.
    """
    if not foreground:
        return create_run(logdir, spec, experiment=experiment, name=name)
    with launching(logdir):  # no tick may see it before it says whom it waits for
        run = create_run(logdir, spec, experiment=experiment, name=name)
        change_status(run, process=process_identity())
    return run


def cancel(run: Run) -> None:
    """Stops a run: at once while it is queued, else by a stop command, which `tick` presses if need be.

    Where the disk is too full for a command, the trainer is asked by signal. Raises StorageFailed.
    """
    with launching(run.logdir):
        status = read_status(run.status_file)
        if status.state in ("queued", "paused"):
            change_status(run, state="stopped", finished=time.time())
        elif status.state in (*ACTIVE, "damaged"):
            _ask_to_stop(run, status)


def _ask_to_stop(run: Run, status: Status) -> None:
    if endings.stop_asked(run, status):
        return
    try:
        send_command(run.commands, "stop")
    except StorageFailed:
        if status.process is None or not send_signal(status.process, signal.SIGTERM):
            raise


def tick(
    logdir: Path, *, limit: int, keep_spare: bool = True, program: Sequence[str] = PROGRAM
) -> tuple[str, ...]:
    """Does what is due: closes dead runs, presses stops, starts the next, keeps one spare.

    Call it once a second, and right after `submit`; from as many processes as you like. A fault of one
    run or of the disk does not keep the others waiting: it is logged and given back as a sentence.
    Raises LauncherIsBusy or StorageFailed when there is no lock to be had.
    """
    logdir = logdir.resolve()
    problems: list[str] = []
    with launching(logdir):
        state = state_folder(logdir)
        seen = see_all(logdir)
        for one in seen:
            if one.status.state in GOING_ON:
                problems += _attempt(
                    f"look after the run {one.run.key}", starting.look_after, one, state, program
                )
            elif one.status.state in AT_REST:
                problems += _attempt(
                    f"answer what was asked of the run {one.run.key}", endings.answer_late_commands, one.run
                )
        problems += _attempt("clear away what trainers left", starting.tidy_spares, state)
        wait_from = runs_wait_from(logdir)
        if any(one.status.state == "queued" for one in seen):
            for one in next_turns(see_all(logdir), limit, wait_from):
                if one.status.process is None:
                    problems += _attempt(
                        f"start the run {one.run.key}", starting.start, one.run, state, program
                    )
        if keep_spare and wait_from:  # importing TensorFlow would disturb a comparison that measures
            problems += _attempt("keep a trainer ready", starting.keep_spare, logdir, state, program)
    return tuple(problems)


def _attempt(what: str, work: Callable[..., None], *arguments: object) -> list[str]:
    """Does one thing; the system's refusal becomes a sentence, so that the next thing is still done.

    `what` says in words what it is: "start the run e/r".
    """
    try:
        work(*arguments)
    except StorageFailed as error:
        _log.warning("%s", error)
        return [str(error)]
    except OSError as error:
        _log.warning("BoardLab could not %s: %s", what, error)
        return [
            f"BoardLab could not {what} ({error.strerror or type(error).__name__}) and tries again every second: see "
            "that there is disk and memory left, and that the log folder may be written."
        ]
    return []


def close(logdir: Path) -> None:
    """Ends what this process keeps ready. Trainers go on: they outlive their launcher."""
    end_own_spares(state_folder(logdir))


def wait_for_turn(run: Run, limit: int, on_wait: Callable[[int], None], stop: threading.Event) -> bool:
    """Waits until this process may train its own run, and claims it (state starting).

    Launches what others queued before it meanwhile. `on_wait` hears how many runs are still before this
    one, whenever that changes. False when the run was stopped or deleted while it waited; `stop` takes it out of the
    queue, and is the training's to obey once it has its turn.
    """
    told = -1
    while True:
        if stop.is_set():
            cancel(run)
            return False
        tick(run.logdir, limit=limit, keep_spare=False)
        with launching(run.logdir):
            seen = see_all(run.logdir)
            if read_status(run.status_file).state != "queued":
                return False
            wait_from = runs_wait_from(run.logdir)
            if run in [one.run for one in next_turns(seen, limit, wait_from)]:
                change_status(run, state="starting", process=process_identity())
                return True
        if (before := place(seen, run) + (wait_from < float("inf"))) != told:
            on_wait(before)
            told = before
        time.sleep(_TURN_POLL_SECONDS)
