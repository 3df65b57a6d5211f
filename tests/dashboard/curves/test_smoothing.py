"""Smoothing is TensorBoard's, and what it says of a step never changes."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.curves.smoothing import Average, smooth_on, smoothed

numbers = st.one_of(
    st.floats(-1e6, 1e6, allow_nan=False, width=32),
    st.sampled_from([math.nan, math.inf, -math.inf]),
)
curves = st.lists(numbers, max_size=60)
weights = st.sampled_from([0.0, 0.1, 0.6, 0.9, 0.99, 0.999])


def tensorboards(values: list[float], weight: float) -> list[float]:
    """Line by line what TensorBoard's page computes (classicSmoothing in scalar_card_data and line_chart_v2)."""
    last, count = 0.0, 0
    is_constant = all(value == values[0] for value in values)
    result = []
    for value in values:
        if is_constant or not math.isfinite(value):
            result.append(value)
            continue
        last = last * weight + (1 - weight) * value
        count += 1
        result.append(last / (1 - weight**count))
    return result


def close(ours, theirs, values) -> bool:
    scale = max([abs(value) for value in values if math.isfinite(value)], default=0)
    # At weight 0.999 the reference divides by 1 - 0.999, which costs it three digits.
    return np.allclose(ours, theirs, rtol=1e-9, atol=1e-9 * scale, equal_nan=True)


@given(curves, weights)
def test_it_is_tensorboards(values, weight):
    assert close(smoothed(np.array(values, float), weight), tensorboards(values, weight), values)


@given(curves, st.data(), weights)
def test_the_smoothed_past_does_not_move_when_the_run_grows(values, data, weight):
    end = data.draw(st.integers(0, len(values)))
    whole = smoothed(np.array(values, float), weight)
    assert close(smoothed(np.array(values[:end], float), weight), whole[:end], values)


@given(st.lists(curves, max_size=6), weights)
def test_smoothing_piece_by_piece_is_smoothing_the_whole(pieces, weight):
    average, results = Average(weight), []
    for piece in pieces:
        result, average = smooth_on(average, np.array(piece, float))
        results.extend(result)
    values = [value for piece in pieces for value in piece]
    assert close(results, smoothed(np.array(values, float), weight), values)


@given(st.lists(st.integers(1, 150), min_size=1, max_size=12), st.integers(0, 2**32 - 1), weights)
def test_a_few_new_points_are_smoothed_to_the_bit_as_many_at_once(lengths, seed, weight):
    values = np.random.default_rng(seed).normal(size=sum(lengths))  # at once they are many
    average, results = Average(weight), []
    for piece in np.split(values, np.cumsum(lengths)[:-1]):
        result, average = smooth_on(average, piece)
        results.extend(result)
    at_once, _average = smooth_on(Average(weight), np.concatenate((values, np.zeros(3_000))))
    assert results == at_once[: values.size].tolist()


@given(st.floats(-1e30, 1e30), st.integers(1, 150), weights)
def test_a_constant_stays_exactly_as_it_is(value, length, weight):
    assert smoothed(np.full(length, value), weight).tolist() == [value] * length


def test_values_that_are_no_numbers_pass_and_leave_the_average_alone():
    with_gaps = smoothed(np.array([1.0, math.nan, 3.0, math.inf, 2.0]), 0.9)
    without = smoothed(np.array([1.0, 3.0, 2.0]), 0.9)
    assert np.isnan(with_gaps[1])
    assert with_gaps[3] == math.inf
    assert with_gaps[[0, 2, 4]].tolist() == pytest.approx(without.tolist(), rel=1e-12)


def test_no_points_and_one_point():
    assert smoothed(np.zeros(0), 0.9).size == 0
    assert smoothed(np.array([2.5]), 0.999).tolist() == [2.5]


def test_the_values_given_are_not_changed():
    values = np.array([1.0, 2.0, 3.0])
    smoothed(values, 0.9)
    assert values.tolist() == [1.0, 2.0, 3.0]


@pytest.mark.parametrize("weight", [-0.1, 1.0, 0.9991, math.nan, math.inf])
def test_another_weight_is_refused(weight):
    with pytest.raises(ValueError, match=r"from 0 to 0\.999"):
        smoothed(np.ones(3), weight)
