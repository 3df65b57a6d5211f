"""Runs of the light trainer: queued, started and looked at as a dashboard does."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.running import REPOSITORY, wait_until
from tests.trainers.launchers.programs import LIGHT
from trainers.launchers import queue, submit, tick
from trainers.launchers.endings import press_stop
from trainers.runs import ProcessIdentity, Run, answered_commands, is_alive, pending_commands, read_status
from trainers.specs import ClassifySpec


def queued(logdir: Path, name: str = "run") -> Run:
    return submit(ClassifySpec(), logdir=logdir, experiment="e", name=name)


def state(run: Run) -> str:
    return read_status(run.status_file).state


def ticks(logdir: Path, limit: int = 1, program: tuple[str, ...] = LIGHT) -> tuple[str, ...]:
    return tick(logdir, limit=limit, keep_spare=False, program=program)


def started(run: Run) -> ProcessIdentity:
    """Starts a run with the light trainer and waits until it trains."""
    ticks(run.logdir, limit=50)
    wait_until(lambda: state(run) == "running", what="the trainer to begin")
    process = read_status(run.status_file).process
    assert process is not None
    return process


def gone(process: ProcessIdentity) -> Callable[[], bool]:
    return lambda: not is_alive(process)


def in_processes(count: int, code: str, *arguments: str) -> list[str]:
    """Runs the same program in several processes, which may wait for each other with `begin()`; gives what each
    printed."""
    begin = time.time() + 1.0
    program = f"import sys, time\nbegin = lambda: time.sleep(max(0, {begin} - time.time()))\n{code}"
    processes = [
        subprocess.Popen([sys.executable, "-c", program, *arguments], cwd=REPOSITORY, stdout=subprocess.PIPE)
        for _ in range(count)
    ]
    return [process.communicate(timeout=60)[0].decode().strip() for process in processes]


def press(run: Run, seconds: float) -> None:
    """What a tick does when the stop is so many seconds old."""
    (command,) = [*pending_commands(run.commands), *answered_commands(run.commands)]
    press_stop(queue.Seen(run, read_status(run.status_file)), command.asked_ns / 1e9 + seconds)
