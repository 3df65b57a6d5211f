"""Thinning keeps the picture: every spike, both ends, and a past that does not move."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.curves.thinning import bucket_start, level_for, thin

heights = st.one_of(st.floats(-1e6, 1e6, allow_nan=False), st.sampled_from([math.nan, math.inf, -math.inf]))
levels = st.integers(0, 6)


@st.composite
def rising_curves(draw):
    """Steps in order, none twice, as the data server gives them."""
    steps = sorted(draw(st.sets(st.integers(0, 300), max_size=60)))
    y = draw(st.lists(heights, min_size=len(steps), max_size=len(steps)))
    return np.array(steps, float), np.array(y, float)


def buckets_of(x, level):
    """An independent way to say which points share a bucket."""
    buckets: dict[int, list[int]] = {}
    for index, position in enumerate(x):
        buckets.setdefault(int(position // 2**level), []).append(index)
    return buckets


@given(rising_curves(), levels)
def test_the_lowest_and_highest_of_every_bucket_stay(curve, level):
    x, y = curve
    kept = set(thin(x, y, level).tolist())
    for members in buckets_of(x, level).values():
        finite = [y[index] for index in members if math.isfinite(y[index])]
        still = [y[index] for index in members if index in kept and math.isfinite(y[index])]
        if finite:
            assert (min(still), max(still)) == (min(finite), max(finite))
        else:
            assert kept & set(members), "a gap must stay a gap"


@given(rising_curves(), levels)
def test_few_points_stay_and_the_ends_are_among_them(curve, level):
    x, y = curve
    kept = thin(x, y, level).tolist()
    assert kept == sorted(set(kept))
    assert len(kept) <= 2 * len(buckets_of(x, level)) + 2
    if x.size:
        assert kept[0] == 0
        assert kept[-1] == x.size - 1


@given(rising_curves(), st.data(), levels)
def test_the_drawn_past_does_not_move_when_the_run_grows(curve, data, level):
    x, y = curve
    if not x.size:
        return
    end = data.draw(st.integers(1, x.size))
    over = bucket_start(float(x[end - 1]), level)
    early, late = thin(x[:end], y[:end], level), thin(x, y, level)
    assert early[x[early] < over].tolist() == late[x[late] < over].tolist()


@given(rising_curves(), levels)
def test_a_coarser_level_keeps_the_extremes_of_the_finer(curve, level):
    x, y = curve
    fine, coarse = set(thin(x, y, level).tolist()), set(thin(x, y, level + 1).tolist())
    assert coarse <= fine


@given(
    st.lists(st.integers(0, 100), max_size=60).flatmap(
        lambda steps: st.tuples(st.just(steps), st.lists(heights, min_size=len(steps), max_size=len(steps)))
    ),
    levels,
)
def test_unsorted_and_doubled_steps_lose_no_spike(curve, level):
    x, y = np.array(curve[0], float), np.array(curve[1], float)
    kept = thin(x, y, level)
    assert np.all(np.diff(x[kept]) >= 0)
    for members in buckets_of(x, level).values():
        finite = [y[index] for index in members if math.isfinite(y[index])]
        still = [y[index] for index in members if index in set(kept.tolist()) and math.isfinite(y[index])]
        assert not finite or (min(still), max(still)) == (min(finite), max(finite))


def test_one_spike_among_a_million_points_stays():
    y = np.zeros(1_000_000)
    y[123_456] = 7
    kept = thin(np.arange(1_000_000.0), y, level_for(1_000_000, 500, finest=0))
    assert 123_456 in kept
    assert kept.size < 1100


def test_a_constant_and_a_single_point():
    assert thin(np.arange(8.0), np.ones(8), 2).tolist() == [0, 4, 7]
    assert thin(np.array([3.0]), np.array([math.nan]), 2).tolist() == [0]
    assert thin(np.zeros(0), np.zeros(0), 2).tolist() == []


@given(st.floats(1e-3, 1e9), st.integers(1, 4000))
def test_a_level_fits_its_columns_and_no_finer_one_would(extent, columns):
    level = level_for(extent, columns)
    assert extent / 2.0**level <= columns
    assert level == -10 or extent / 2.0 ** (level - 1) > columns


def test_a_chart_without_columns_is_refused():
    with pytest.raises(ValueError, match="at least 1 pixel"):
        level_for(100, 0)
