"""Differences of matched pairs, held against scipy.stats; Holm's correction against its definition."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import scipy.stats
from hypothesis import assume, given
from hypothesis import strategies as st

from trainers.comparisons.statistics import holm, paired_difference, spread

shares = st.floats(0, 1, allow_nan=False).map(lambda value: round(value, 4))
pairs = st.lists(st.tuples(shares, shares), min_size=2, max_size=10)


@given(pairs)
def test_interval_and_p_are_those_of_scipy_s_paired_test(both):
    first, second = (list(one) for one in zip(*both, strict=True))
    differences = np.round(np.subtract(second, first), 4)
    assume(np.ptp(differences) > 1e-3)
    found = paired_difference(first, second)
    expected = scipy.stats.ttest_rel(second, first)
    low, high = expected.confidence_interval(0.95)
    assert found.pairs == len(both)
    np.testing.assert_allclose(found.mean, np.mean(differences), atol=1e-9)
    np.testing.assert_allclose([found.low, found.high], [low, high], rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(found.p, expected.pvalue, rtol=1e-6, atol=1e-12)


@given(pairs)
def test_turning_the_arms_around_turns_the_sign_only(both):
    first, second = (list(one) for one in zip(*both, strict=True))
    there, back = paired_difference(first, second), paired_difference(second, first)
    assert there.mean == pytest.approx(-back.mean)
    if there.p is None:
        assert back.p is None
    else:
        assert (there.low, there.high) == pytest.approx((-back.high, -back.low))
        assert there.p == pytest.approx(back.p)


def test_one_pair_says_nothing_about_chance():
    found = paired_difference([0.9], [0.95])
    assert found.mean == pytest.approx(0.05)
    assert (found.low, found.high, found.p, found.pairs) == (None, None, None, 1)
    assert paired_difference([], []) is None


@given(st.lists(shares, min_size=2, max_size=10), st.sampled_from([0.0, 0.25, 0.1]))
def test_pairs_that_differ_by_the_same_leave_no_test_to_be_made(first, by):
    found = paired_difference(first, [value + by for value in first])
    assert (found.low, found.high, found.p) == (None, None, None)
    assert found.mean == pytest.approx(by)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=5))
def test_holm_rejects_exactly_what_its_procedure_rejects(p_values):
    """Holm 1979: the smallest p against α/m, the next against α/(m − 1), …, until one is not below."""
    adjusted = holm(p_values)
    for level in (0.01, 0.05, 0.2):
        rejected: set[int] = set()
        order = sorted(range(len(p_values)), key=lambda place: p_values[place])
        for rank, place in enumerate(order):
            if p_values[place] * (len(p_values) - rank) > level:
                break
            rejected.add(place)
        assert {place for place, p in enumerate(adjusted) if p <= level} == rejected


def test_holm_of_the_textbook_s_numbers_and_of_none():
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.02, None]) == [0.02, None]
    assert holm([]) == []
    for order in itertools.permutations([0.2, 0.01, 0.03]):
        assert sorted(holm(order)) == pytest.approx([0.03, 0.06, 0.2])


@given(st.lists(shares, min_size=1, max_size=10))
def test_mean_and_deviation_are_numpy_s(numbers):
    found = spread(numbers)
    assert found.mean == pytest.approx(np.mean(numbers)) and found.count == len(numbers)
    assert found.deviation == (pytest.approx(np.std(numbers, ddof=1)) if len(numbers) > 1 else None)
    assert spread([]) is None
