"""Curves of an event file: written in one go, described once, thinned and saying so."""

from __future__ import annotations

import logging
from pathlib import Path

import keras
import numpy as np
import pytest

from tests.trainers.conftest import curve, events
from trainers.runs import Run, create_run
from trainers.specs import ClassifySpec
from trainers.summaries import Journal
from trainers.summaries.curves import Curves
from trainers.summaries.events import EventFile
from trainers.summaries.thinning import Points, Thinning


def points(first: int, count: int) -> Points:
    steps = np.arange(first, first + count)
    return Points(steps, steps * 0.25, np.stack([steps, -steps], axis=1).astype(np.float32))


def test_what_was_added_in_pieces_is_written_in_order_and_described_once(tmp_path: Path) -> None:
    file = EventFile(tmp_path)
    curves = Curves(file, {"up": "It rises", "down": "It falls"})
    curves.write()  # nothing yet
    for first in (1, 4, 5):
        curves.add(points(first, 3 if first == 1 else 1))
    curves.write()
    curves.add(points(6, 10))
    curves.write_rest()
    file.close()
    for tag, sign in (("up", 1), ("down", -1)):
        steps, values = curve(tmp_path, tag)
        assert steps.tolist() == list(range(1, 16))
        assert values.tolist() == (sign * steps).tolist()
    described = [
        value for event in events(tmp_path) for value in event.summary.value if value.HasField("metadata")
    ]
    assert [value.metadata.summary_description for value in described] == ["It rises", "It falls"]


def test_thinning_is_said_in_the_log_when_it_begins(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = EventFile(tmp_path)
    curves = Curves(file, {"up": "It rises", "down": "It falls"})
    curves._thinning = Thinning(limit=20)  # in earnest 50,000
    with caplog.at_level(logging.INFO):
        for first in range(1, 64, 7):
            curves.add(points(first, 7))
            curves.write()
    curves.write_rest()
    file.close()
    assert [record.getMessage() for record in caplog.records] == [
        "From step 21 on, a point of up and down stands for the mean of 2 steps.",
        "From step 63 on, a point of up and down stands for the mean of 4 steps.",
    ]
    steps, values = curve(tmp_path, "up")
    assert steps.tolist() == [*range(1, 21), *range(22, 61, 2), 63]
    assert values[20:22].tolist() == [21.5, 23.5]
    assert values[-1] == 62.0  # the mean of 61, 62 and 63


def test_histograms_come_at_most_every_two_seconds_and_always_at_the_end(logdir: Path) -> None:
    run: Run = create_run(logdir, ClassifySpec(), experiment="e", name="r")
    weights = [keras.Variable(np.arange(6.0), name="kernel")]
    with Journal(run, ("loss",)) as journal:
        for step in range(1, 6):
            journal.histograms(step, weights)
        journal.histograms(6, weights, always=True)
    written = [event.step for event in events(run.path / "train") if event.summary.value]
    assert written == [1, 6]
