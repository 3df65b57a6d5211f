"""Commands that reach a training after one certain step, however busy the machine is."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from trainers import loop
from trainers.execution import execute
from trainers.launchers import resume
from trainers.launchers.queue import queued, see_all
from trainers.loop import Speed
from trainers.runs import Kind, Run, read_status, send_command
from trainers.training import Training


@contextmanager
def asking_after(step: int, run: Run, kind: Kind) -> Iterator[None]:
    """Within it a training looks at its commands after every single step, and finds this one after step `step`."""
    show = Training.beat

    def beat(training: Training, done: int, epoch: int, speed: Speed | None) -> None:
        show(training, done, epoch, speed)  # just before it looks at the commands
        if done == step:
            send_command(run.commands, kind)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loop, "CHUNK_SECONDS", 0.0)
        patch.setattr(Training, "beat", beat)
        yield


def train_queued(logdir: Path, paused: str = "", step: int = 0) -> None:
    """Trains all that waits; the runs of the experiment `paused` pause after step `step` and then go on."""
    for one in queued(see_all(logdir)):
        if one.run.experiment == paused:
            with asking_after(step, one.run, "pause"):
                execute(one.run, threading.Event())
            status = read_status(one.run.status_file)
            assert (status.state, status.step) == ("paused", step), status.error
            resume(one.run, foreground=True)
        execute(one.run, threading.Event())
