"""What thinning must keep: the mean, the order, the bound, and the same points however a run is cut into chunks."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from trainers.summaries.thinning import POINTS_PER_INTERVAL, Points, Thinning, joined

chunks = st.lists(st.integers(0, 90), min_size=1, max_size=25)


def numbered(steps: int, seed: int = 0) -> Points:
    values = np.random.default_rng(seed).normal(size=(steps, 2)).astype(np.float32)
    return Points(np.arange(1, steps + 1), np.arange(steps) * 0.5, values)


def thinned(points: Points, sizes: list[int], limit: int) -> tuple[Points, Thinning]:
    """All points that are written when the steps come in chunks of these sizes."""
    state, parts, start = Thinning(limit=limit), [], 0
    for size in sizes:
        parts.append(state.add(points.rows(slice(start, start + size))))
        start += size
    rest = state.rest()
    return joined([*parts, rest] if rest else parts), state


@given(sizes=chunks, limit=st.integers(1, 60))
def test_the_mean_of_all_steps_is_kept(sizes: list[int], limit: int) -> None:
    points = numbered(sum(sizes))
    written, _ = thinned(points, sizes, limit)
    stands_for = np.diff(written.steps, prepend=0)  # how many steps each point stands for
    total = (written.values * stands_for[:, None]).sum(axis=0, dtype=np.float64)
    np.testing.assert_allclose(total, points.values.sum(axis=0, dtype=np.float64), atol=1e-3)


@given(sizes=chunks, limit=st.integers(1, 60))
def test_each_point_is_the_mean_of_its_own_steps(sizes: list[int], limit: int) -> None:
    points = numbered(sum(sizes))
    written, _ = thinned(points, sizes, limit)
    start = 0
    for step, time, value in zip(written.steps, written.times, written.values, strict=True):
        np.testing.assert_allclose(value, points.values[start:step].mean(axis=0), atol=1e-5)
        assert time == points.times[step - 1]
        start = step
    assert start == sum(sizes)  # none was lost


@given(sizes=chunks, limit=st.integers(1, 60))
def test_what_is_written_does_not_depend_on_the_chunks(sizes: list[int], limit: int) -> None:
    points = numbered(sum(sizes))
    written, _ = thinned(points, sizes, limit)
    at_once, _ = thinned(points, [sum(sizes)], limit)
    assert np.array_equal(written.steps, at_once.steps)
    assert np.array_equal(written.values, at_once.values)


@given(sizes=chunks, limit=st.integers(1, 60))
def test_the_number_of_points_is_bounded(sizes: list[int], limit: int) -> None:
    steps = sum(sizes)
    written, state = thinned(numbered(steps), sizes, limit)
    assert len(written) == state.written + (state.rest() is not None)
    assert len(written) <= limit * math.ceil(math.log2(steps / limit + 1)) + 1 if steps else not len(written)


def test_every_step_is_written_up_to_fifty_thousand_and_then_every_second() -> None:
    points = numbered(POINTS_PER_INTERVAL * 3 + 1)
    written, state = thinned(points, [70_000, 80_001], POINTS_PER_INTERVAL)
    assert POINTS_PER_INTERVAL == 50_000
    assert np.array_equal(written.steps[:50_000], np.arange(1, 50_001))
    assert np.array_equal(written.values[:50_000], points.values[:50_000])
    assert written.steps[50_000:].tolist() == [*range(50_002, 150_001, 2), 150_001]
    assert state.interval == 4


def test_a_hundred_million_steps_stay_below_six_hundred_thousand_points() -> None:
    state = Thinning()
    points = Points(np.arange(10**7), np.zeros(10**7), np.zeros((10**7, 1), np.float32))
    for _ in range(10):
        state.add(points)
    assert state.written < 600_000
