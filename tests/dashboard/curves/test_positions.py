"""Logarithmic axes: buckets of equal width where the reader sees them, and no place for what is not above 0."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.curves.growing import GrowingCurves
from dashboard.curves.positions import positions
from dashboard.curves.window import View, Wanted, window
from tests.dashboard.curves.test_window import (
    TRAIN,
    VALIDATION,
    Client,
    Reader,
    drawn_while_it_grows,
    growing_curves,
    points,
)

log_views = st.builds(
    View,
    smoothing=st.sampled_from([0.0, 0.6]),
    axis=st.sampled_from(["step", "epoch", "relative", "wall"]),
    columns=st.sampled_from([1, 4, 16, 2000]),
    range=st.none() | st.tuples(st.floats(-5, 50), st.floats(51, 6000)),
    is_log=st.just(True),
)


@given(growing_curves(), log_views)
def test_on_a_logarithmic_axis_too_the_next_answer_completes_the_earlier_ones(curve, view):
    whole, cuts = curve
    reader = Reader({VALIDATION: points([400])})
    drawn, at_once = drawn_while_it_grows(reader, whole, cuts, view)
    assert drawn == at_once
    assert all(x > 0 for x in drawn[TRAIN][0])


@given(st.sets(st.integers(0, 10**9), min_size=1, max_size=80), st.floats(-5, 1e9))
def test_the_first_point_from_an_x_on_is_found_on_both_kinds_of_axes(steps, x):
    steps = np.array(sorted(steps), np.int64)
    even = positions("step", steps, steps * 1.0)
    log = positions("step", steps, steps * 1.0, is_log=True)
    expected = [index for index, step in enumerate(steps) if step >= x]
    assert even.first_from(even.bucket_of(x)) == (expected[0] if expected else steps.size)
    octave = math.log2(x) if x > 0 else -math.inf
    shown = [index for index, step in enumerate(steps) if step > 0 and math.log2(step) >= octave]
    assert log.first_from(log.bucket_of(x)) == (shown[0] if shown else steps.size)


def test_the_first_decades_keep_every_step_and_the_last_one_its_spikes():
    values = np.zeros(100_000)
    values[[3, 50, 77_777]] = 9
    reader = Reader({TRAIN: points(range(100_000), values)})
    even, log = (Client(reader, [TRAIN], View(columns=500, is_log=is_log)) for is_log in (False, True))
    even.ask()
    log.ask()
    x, y = log.drawn[TRAIN][:2]
    assert set(range(1, 20)) <= set(x)
    assert {3, 50, 77_777} <= {step for step, value in zip(x, y, strict=True) if value == 9}
    assert len(x) < 1100
    assert not set(range(1, 20)) <= set(even.drawn[TRAIN][0])


@pytest.mark.parametrize("axis", ["step", "epoch", "relative"])
def test_a_curve_that_has_not_left_zero_has_no_place_and_is_no_error(axis):
    reader = Reader({TRAIN: points([0]), VALIDATION: points([400])})
    view = View(axis=axis, is_log=True, range=(1, 10))
    (answer,) = window(reader, GrowingCurves(), [Wanted(*TRAIN, steps_per_epoch=4)], view)["series"]
    assert (answer["x"], answer["points"]) == ([], 1)


def test_outliers_are_cut_at_numpys_percentiles_of_what_is_shown():
    random = np.random.default_rng(3)
    values = random.normal(size=1000)
    values[[10, 500]] = [1e6, math.nan]
    reader = Reader({TRAIN: points(range(1000), values)})
    for shown, expected in ((None, values), ((100.0, 300.0), values[100:301])):
        view = View(columns=4000, range=shown, clip=True)
        (answer,) = window(reader, GrowingCurves(), [Wanted(*TRAIN)], view)["series"]
        low, high = np.quantile(expected[np.isfinite(expected)], [0.05, 0.95])
        # One point beyond each edge is sent, so that lines leave the picture.
        assert answer["clip"] == pytest.approx([low, high], abs=0.05)
    (answer,) = window(
        Reader({TRAIN: points([1, 2], [math.nan, math.inf])}),
        GrowingCurves(),
        [Wanted(*TRAIN)],
        View(clip=True),
    )["series"]
    assert answer["clip"] is None
