"""Curves of an event file: written in one go, described once, thinned and saying so."""

from __future__ import annotations

import itertools
import logging
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.util.tensor_util import make_ndarray

from tests.trainers.conftest import curve, events
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


@settings(max_examples=60)
@given(
    sizes=st.lists(st.integers(1, 9), min_size=2, max_size=12),
    resumed=st.integers(0, 11),
    lost=st.integers(0, 3),
    ended=st.booleans(),
)
def test_a_resumed_curve_has_the_points_of_an_unbroken_one(
    tmp_path_factory: pytest.TempPathFactory, sizes: list[int], resumed: int, lost: int, ended: bool
) -> None:
    """A process takes a checkpoint, trains on for some chunks that are lost, and may end in good order."""
    folder = tmp_path_factory.mktemp("resumed")
    chunks = [
        points(1 + start, size) for start, size in zip(itertools.accumulate([0, *sizes]), sizes, strict=False)
    ]
    here = resumed % len(chunks)
    whole = written(folder / "whole", chunks, None)[0]
    first, state = written(folder / "broken", chunks[: here + lost], here, ends=ended)
    second, _ = written(folder / "broken", chunks[here:], None, state=state)
    steps, values = as_read([*first, *second])
    assert (steps, values) == as_read(whole)


def test_a_state_survives_a_checkpoint_file(tmp_path: Path) -> None:
    _, state = written(tmp_path / "one", [points(1, 45)], 1)
    np.savez(tmp_path / "state.npz", **state)
    with np.load(tmp_path / "state.npz", allow_pickle=False) as kept:
        _, again = written(tmp_path / "two", [], 0, state=dict(kept))
    assert {name: array.tolist() for name, array in again.items()} == {
        name: array.tolist() for name, array in state.items()
    }


def test_ending_twice_writes_the_last_point_once(tmp_path: Path) -> None:
    file = EventFile(tmp_path)
    curves = Curves(file, {"up": "It rises", "down": "It falls"})
    curves._thinning = Thinning(limit=4)
    curves.add(points(1, 7))
    curves.write_rest()
    curves.write_rest()
    file.close()
    assert curve(tmp_path, "up")[0].tolist() == [1, 2, 3, 4, 6, 7]


def written(
    folder: Path,
    chunks: list[Points],
    checkpoint: int | None,
    *,
    state: dict[str, np.ndarray] | None = None,
    ends: bool = True,
) -> tuple[list[Event], dict[str, np.ndarray]]:
    """What a process writes of some chunks, and its state before the chunk `checkpoint`."""
    before = len(events(folder))
    file = EventFile(folder)
    curves = Curves(file, {"up": "It rises", "down": "It falls"})
    curves._thinning = Thinning(limit=10)
    if state is not None:
        curves.restore(state)
    kept = curves.state()
    for number, chunk in enumerate(chunks, 1):
        curves.add(chunk)
        curves.write()
        if number == checkpoint:
            kept = curves.state()
    if ends:
        curves.write_rest()
        kept = curves.state() if checkpoint == len(chunks) else kept
    file.close()
    return events(folder)[before:], kept


def as_read(events: list[Event]) -> tuple[list[int], list[float]]:
    """The points of "up" as TensorBoard's data server keeps them: a step drops all that is not below it."""
    kept: list[tuple[int, float]] = []
    for event in events:
        for value in event.summary.value:
            if value.tag == "up":
                number = (
                    value.simple_value
                    if value.HasField("simple_value")
                    else make_ndarray(value.tensor).item()
                )
                kept = [point for point in kept if point[0] < event.step] + [(event.step, number)]
    return [step for step, _ in kept], [value for _, value in kept]
