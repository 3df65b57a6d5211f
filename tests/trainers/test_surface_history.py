"""The history of a decision surface stays bounded, evenly spread, and the same after a resumption."""

from __future__ import annotations

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from trainers.points import Points
from trainers.surface_history import GRID_SIDE, MOST_FRAMES, SURFACE, SurfaceHistory

POINTS = Points(np.array([[0, 0], [2, 1]], np.float32), np.array([0, 1], np.uint8))


def looked(history: SurfaceHistory, looks: range) -> None:
    for look in looks:
        if history.is_due():
            history.add(look * 50, np.full(GRID_SIDE**2, (look % 11) / 10, np.float32), 0.5)


def begun() -> SurfaceHistory:
    history = SurfaceHistory(POINTS)
    history.add(0, np.zeros(GRID_SIDE**2, np.float32), 0.5)
    return history


@given(st.integers(0, 400), st.integers(0, 400))
@example(5_000, 0)
def test_frames_are_few_and_evenly_spread_and_a_resumed_history_is_the_unbroken_one(before, after):
    unbroken, broken, resumed = begun(), begun(), begun()
    looked(unbroken, range(1, before + after + 1))
    looked(broken, range(1, before + 1))
    resumed.restore({name: values.copy() for name, values in broken.state().items()})
    looked(resumed, range(before + 1, before + after + 1))
    for name, values in unbroken.state().items():
        np.testing.assert_array_equal(resumed.state()[name], values)
    steps = unbroken.state()["steps"]
    assert min(MOST_FRAMES // 2, before + after) <= len(steps) <= MOST_FRAMES
    assert steps[0] == 0 and len(set(np.diff(steps))) <= 1


def test_the_grid_holds_all_points_and_is_square(tmp_path):
    history = begun()
    left, right, bottom, top = history.extent
    assert right - left == top - bottom
    assert left < 0 and right > 2 and bottom < 0 and top > 1
    history.write(tmp_path)
    with np.load(tmp_path / SURFACE, allow_pickle=False) as arrays:
        places = np.stack(np.meshgrid(arrays["across"], arrays["up"]), axis=-1).reshape(-1, 2)
        np.testing.assert_array_equal(places, history.grid)
        assert arrays["probabilities"].shape == (1, GRID_SIDE, GRID_SIDE)


def test_points_that_are_all_the_same_still_have_a_plane():
    same = Points(np.ones((4, 2), np.float32), np.array([0, 1, 0, 1], np.uint8))
    left, right, bottom, top = SurfaceHistory(same).extent
    assert left < 1 < right and bottom < 1 < top


def test_a_second_frame_of_a_step_is_none():
    history = begun()
    history.add(0, np.ones(GRID_SIDE**2, np.float32), 0.9)
    assert history.state()["steps"].tolist() == [0] and history.newest.max() == 0
