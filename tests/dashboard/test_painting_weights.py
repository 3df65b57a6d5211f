"""The steps of a weight's slider: 0, then factors of two or so, and whatever value is held already."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.painting_weights import ratio_line, weight_options, weight_word


@given(st.floats(0, 1e8))
def test_a_value_that_is_held_can_be_shown_whatever_it_is(value):
    options = weight_options([value], 1e8)
    assert value in options and options == sorted(set(options)) and options[0] == 0


@pytest.mark.parametrize("held", [None, "x", -1.0, math.inf, math.nan, 2e8, "", []])
def test_what_is_no_weight_is_no_step(held):
    assert weight_options([held], 1e8) == weight_options([], 1e8)


def test_steps_are_even_factors():
    steps = weight_options([], 1e8)[1:]
    assert all(1.9 < later / earlier < 2.6 for earlier, later in pairwise(steps))


@given(st.floats(0, 1e8))
def test_a_step_in_an_address_is_the_same_step_again(value):
    assert float(weight_word(value)) == pytest.approx(value, rel=1e-11)


def test_the_ratio_is_said_in_words():
    assert ratio_line(5, 500) == "Style counts 100 × as much as content"
    assert ratio_line(0, 500) == "Style only" and ratio_line(5, 0) == "Content only"
