"""Frames are spread evenly over a painting of any length, and there are never more than asked for."""

from __future__ import annotations

import numpy as np
import pytest

from tests.trainers.style import procedural
from trainers.runs import StorageFailed
from trainers.style import frames as module
from trainers.style.frames import Frames

PICTURE = procedural.scene(32, 24)


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    monkeypatch.setattr(module, "SECONDS_BETWEEN_FRAMES", 0.0)


def painted(frames, first, last):
    for step in range(first, last + 1):
        if frames.is_due(step):
            frames.keep(step, PICTURE)


def test_a_long_painting_keeps_few_frames_evenly(tmp_path):
    frames = Frames(tmp_path, 10)
    painted(frames, 1, 300)
    steps = [step for step, _path in frames.kept()]
    assert 5 <= len(steps) <= 10 and steps[0] == 1
    assert len(set(np.diff(steps))) == 1


def test_what_came_after_a_checkpoint_is_painted_again(tmp_path):
    painted(Frames(tmp_path, 50), 1, 20)
    again = Frames(tmp_path, 50)
    again.begin_at(12)
    assert [step for step, _path in again.kept()] == list(range(1, 13))
    painted(again, 13, 15)
    assert [step for step, _path in again.kept()][-1] == 15


def test_none_are_kept_where_none_are_wanted(tmp_path):
    painted(Frames(tmp_path, 0), 1, 5)
    assert not (tmp_path / "frames").exists()


def test_a_full_disk_stops_no_painting(tmp_path, monkeypatch):
    def refuse(*_: object) -> None:
        raise StorageFailed("The disk is full: free some space.")

    monkeypatch.setattr(module, "save", refuse)
    frames = Frames(tmp_path, 5)
    frames.keep(1, PICTURE)
    assert "goes on without: The disk is full" in frames.notice
