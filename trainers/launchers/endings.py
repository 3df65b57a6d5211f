"""How runs end that do not end by themselves: trainers that died, and stops that were not obeyed."""

from __future__ import annotations

import os
import signal
import time

from trainers.launchers.processes import send_signal
from trainers.launchers.queue import Seen, age
from trainers.runs import (
    ACTIVE,
    TOO_LATE,
    Command,
    ProcessIdentity,
    Run,
    Status,
    answer_command,
    answered_commands,
    is_alive,
    is_here,
    last_log_lines,
    pending_commands,
    read_status,
    write_status,
)

SILENCE_SECONDS = 120.0
TERMINATE_AFTER_SECONDS = 10.0
KILL_AFTER_SECONDS = 30.0
_LOG_LINES = 8


def is_over(status: Status) -> bool:
    """Whether an active run's trainer is gone: looked up on this machine, judged by its heartbeat elsewhere."""
    if status.process is None:
        return False
    if is_here(status.process):
        return not is_alive(status.process)
    return age(status.heartbeat or status.started or status.created) > SILENCE_SECONDS


def close_run(run: Run, process: ProcessIdentity) -> Status | None:
    """Writes how a run ended whose trainer is gone; None when the trainer had the last word after all.

    Raises StorageFailed.
    """
    status = read_status(run.status_file)  # again: it may have finished between the look and its end
    if status.state not in ACTIVE or status.process != process:
        return None
    if stop_asked(run, status) is not None:
        final = status.changed(state="stopped", finished=time.time(), phase=None)
    else:
        final = status.changed(
            state="failed", finished=time.time(), phase=None, error=_sentence(run, process)
        )
    write_status(run.status_file, final)
    return final


def _sentence(run: Run, process: ProcessIdentity) -> str:
    what_to_do = "resume it from its checkpoint" if run.has_checkpoint else "start the run again"
    if not is_here(process):
        return (
            f"Nothing was heard from the trainer on {process.host} for {SILENCE_SECONDS:.0f} seconds: "
            f"look at that machine, then {what_to_do}."
        )
    return f"The trainer was ended from outside or ran out of memory: {what_to_do}. " + _log_end(run)


def _log_end(run: Run) -> str:
    lines = [line for line in last_log_lines(run, _LOG_LINES) if line.strip()]
    return "Its log ends with:\n" + "\n".join(lines) if lines else "It printed nothing."


def stop_asked(run: Run, status: Status) -> Command | None:
    """The first stop that the process of this status was asked for, answered or not.

    A spare is older than the run that it trains, and may have been so when the run was stopped before.
    """
    if status.process is None:
        return None
    since = int(max(status.process.started, status.queued or 0.0) * 1e9)
    asked = [*answered_commands(run.commands), *pending_commands(run.commands)]
    stops = [one for one in asked if one.kind == "stop" and one.asked_ns >= since]
    return min(stops, key=lambda one: one.asked_ns, default=None)


def answer_late_commands(run: Run) -> None:
    """Answers what was asked of a run that had ended or paused; raises StorageFailed or OSError."""
    try:
        names = os.listdir(run.commands)
    except FileNotFoundError:  # deleted meanwhile, or a folder of somebody else's making
        return
    if any(name.endswith(".json") for name in names):
        for command in pending_commands(run.commands):
            answer_command(run.commands, command, TOO_LATE)


def press_stop(seen: Seen, now: float) -> None:
    """Ends a trainer of this machine that does not obey its stop: asks it to terminate, then kills it.

    `now` in Unix seconds.

    A trainer that answered and still gives signs of life is saving its results, and is left in peace.
    """
    process = seen.status.process
    if process is None or not (stop := stop_asked(seen.run, seen.status)):
        return
    patience_began = stop.asked_ns / 1e9
    if stop.outcome:
        patience_began = max(patience_began, seen.status.heartbeat or 0.0)
    if now - patience_began > KILL_AFTER_SECONDS:
        send_signal(process, signal.SIGKILL)
    elif now - patience_began > TERMINATE_AFTER_SECONDS:
        send_signal(process, signal.SIGTERM)
