"""The dashboard may die at any moment; runs neither die with it nor start twice when it is back."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path

import psutil
import pytest

from tests.running import started_app, trainer_processes, wait_until
from trainers.launchers import submit
from trainers.runs import Run, read_status, send_command
from trainers.specs import ClassifySpec

pytestmark = pytest.mark.browser

LONG = ClassifySpec(model="mlp", epochs=10_000, pace=200)
SHORT = ClassifySpec(model="softmax", epochs=1)


def processes_of(run: Run) -> set[tuple[int, float]]:
    """The trainers at work on a run, each by process id and start time."""
    status = read_status(run.status_file)
    found = set()
    for process in trainer_processes(run.logdir):
        with contextlib.suppress(psutil.NoSuchProcess):  # a spare may be ending just now
            at_work = status.process is not None and status.process.pid == process.pid
            if at_work or str(run.path) in process.cmdline():
                found.add((process.pid, process.create_time()))
    return found


def data_servers(logdir: Path) -> list[psutil.Process]:
    return [
        process
        for process in psutil.process_iter(["cmdline"])
        if any(word == f"--logdir={logdir}" for word in process.info["cmdline"] or [])
        or (str(logdir) in (process.info["cmdline"] or []) and "--die-after-stdin" in process.info["cmdline"])
    ]


def test_trainers_survive_a_killed_dashboard_and_nothing_starts_twice(logdir, new_page):
    with started_app(logdir, BOARDLAB_LIMIT="1") as first:
        running = submit(LONG, logdir=logdir, experiment="e", name="running")
        waiting = submit(SHORT, logdir=logdir, experiment="e", name="waiting")
        wait_until(lambda: read_status(running.status_file).step > 0, seconds=60, what="the first steps")
        before = read_status(running.status_file)
        trainer = processes_of(running)
        assert len(trainer) == 1

        first.kill()
        wait_until(lambda: not data_servers(logdir), what="the data server to end with its dashboard")
        wait_until(
            lambda: read_status(running.status_file).step > before.step + 200,
            what="the trainer to go on alone",
        )
        assert read_status(waiting.status_file).state == "queued"

        with started_app(logdir, BOARDLAB_LIMIT="1") as second:
            page = new_page()
            page.goto(f"{second.url}/?run=e/running")
            page.get_by_text("running", exact=False).filter(visible=True).first.wait_for()
            seen = set()
            deadline = time.monotonic() + 5
            while time.monotonic() < deadline:
                seen |= processes_of(running)
                assert processes_of(waiting) == set()
                time.sleep(0.2)
            assert seen == trainer, "the trainer that was there is the only one there ever was"
            send_command(running.commands, "stop")
            wait_until(lambda: read_status(running.status_file).state == "stopped", what="the stop")
            wait_until(
                lambda: read_status(waiting.status_file).state == "completed", seconds=60, what="the next"
            )

    for run in (running, waiting):
        assert len(list((run.path / "train").glob("*tfevents*"))) == 1, "a second start writes a second file"
