"""Coarse to fine: each scale twice the one before, the last at full size, however small the picture."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from trainers.specs import StylizeSpec
from trainers.style.scales import SMALLEST_SIDE, scale_at, stages


@given(st.integers(1, 5), st.integers(1, 2000), st.integers(16, 3000))
def test_scales_double_and_end_at_full_size_before_the_passes_end(count, passes, side):
    found = stages(StylizeSpec(scales=count, iterations=passes), side)
    assert found[0].first == 0 and found[-1].scale == 1 and len(found) <= count
    assert all(2 * one.scale == other.scale for one, other in pairwise(found))
    assert len(found) == 1 or side * found[0].scale >= SMALLEST_SIDE
    assert scale_at(found, passes - 1) == 1 or passes < 5
    assert scale_at(found, 10 * passes + 10) == 1


def test_the_published_recipe_has_one_size():
    assert [stage.scale for stage in stages(StylizeSpec(mode="classic"), 2000)] == [1]
