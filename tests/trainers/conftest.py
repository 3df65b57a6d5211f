"""Runs that are really trained, inside the test's own process, which has TensorFlow already."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tensorboard.backend.event_processing.event_file_loader import RawEventFileLoader
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.util.tensor_util import make_ndarray

from trainers.execution import execute
from trainers.runs import Run, Status, create_run
from trainers.specs import ClassifySpec


@pytest.fixture
def train(logdir: Path) -> Callable[..., Run]:
    """Trains what the settings ask for, and gives the run as it stands afterwards."""
    names = iter(range(1_000))

    def train(
        *,
        stop: threading.Event | None = None,
        watch: Callable[[Status], None] = lambda status: None,
        **values: Any,
    ) -> Run:
        run = create_run(logdir, ClassifySpec(**values), experiment="e", name=f"r{next(names)}")
        execute(run, stop or threading.Event(), watch)
        return run

    return train


def events(folder: Path) -> list[Event]:
    """All events of a folder's event files, in order."""
    files = sorted(folder.glob("*tfevents*"))
    return [Event.FromString(record) for file in files for record in RawEventFileLoader(str(file)).Load()]


def curve(folder: Path, tag: str) -> tuple[np.ndarray, np.ndarray]:
    """The steps and values of a scalar tag."""
    points = [
        (
            event.step,
            value.simple_value if value.HasField("simple_value") else make_ndarray(value.tensor).item(),
        )
        for event in events(folder)
        for value in event.summary.value
        if value.tag == tag
    ]
    steps, values = zip(*points, strict=True) if points else ((), ())
    return np.array(steps), np.array(values)
