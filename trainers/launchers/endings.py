"""How runs end that do not end by themselves: trainers that died, and stops that were not obeyed."""

from __future__ import annotations

import os
import re
import signal
import time

from trainers.launchers.processes import send_signal
from trainers.launchers.queue import Seen, age
from trainers.runs import (
    ACTIVE,
    TOO_LATE,
    Command,
    DamagedFile,
    ProcessIdentity,
    Run,
    Status,
    answer_command,
    answered_commands,
    is_alive,
    is_here,
    last_log_lines,
    memory_kills,
    pending_commands,
    read_status,
    write_status,
)
from trainers.specs.memory import what_to_lower

SILENCE_SECONDS = 120.0
TERMINATE_AFTER_SECONDS = 10.0
KILL_AFTER_SECONDS = 30.0
_LOG_LINES = 8
_LAST_WORDS = 200  # a stack of calls may follow
_OUT_OF_MEMORY = re.compile(r"std::bad_alloc|out of memory|cannot allocate memory", re.IGNORECASE)
_CRASHED = re.compile(r"^Fatal Python error: (.*)", re.MULTILINE)  # written by faulthandler


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
            state="failed", finished=time.time(), phase=None, error=_sentence(run, status, process)
        )
    write_status(run.status_file, final)
    return final


def _sentence(run: Run, status: Status, process: ProcessIdentity) -> str:
    what_to_do = "resume it from its checkpoint" if run.has_checkpoint else "start the run again"
    if not is_here(process):
        return (
            f"Nothing was heard from the trainer on {process.host} for {SILENCE_SECONDS:.0f} seconds: "
            f"look at that machine, then {what_to_do}."
        )
    if _kernel_ended_some(status, process):
        return (
            "The kernel ended a process for lack of memory while this trainer was at work, most likely this one: "
            f"{_what_to_lower(run)}, let fewer runs train at a time, or {what_to_do} when there is more memory."
        )
    # A process before this one may have ended so too: each begins by saying what it computes on.
    words = "\n".join(last_log_lines(run, _LAST_WORDS)).rpartition("Computing on ")[2]
    if said := _OUT_OF_MEMORY.search(words):
        return f"The trainer ran out of memory (its log says {said[0]}): {_what_to_lower(run)}."
    if crashed := _CRASHED.search(words):
        return (
            f"The trainer crashed ({crashed[1]}), as TensorFlow does where memory runs out in a bad moment: "
            f"{_what_to_lower(run)}, or {what_to_do}. The log has the details."
        )
    return f"The trainer was ended from outside or ran out of memory: {what_to_do}. " + _log_end(run)


def _kernel_ended_some(status: Status, process: ProcessIdentity) -> bool:
    """Whether the kernel has ended processes for lack of memory since this trainer began to write the status."""
    now, before = memory_kills(), status.memory_kills
    if now is None or before is None or (status.started or 0.0) < process.started:
        return False
    return now > before


def _what_to_lower(run: Run) -> str:
    try:
        return what_to_lower(run.spec())
    except (FileNotFoundError, DamagedFile):
        return what_to_lower(None)


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
