"""The largest size that fits is told before anything starts."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainers.dataset_errors import PictureRefused
from trainers.style.memory import SHARE, bytes_for, check, largest_size
from trainers.style.pictures import fitted_size


def test_a_size_beyond_the_memory_is_refused_with_the_largest_that_fits():
    with pytest.raises(
        PictureRefused, match=r"size 2,000 needs [\d.]+ GB .* 8\.0 GB are free: choose"
    ) as told:
        check(640, 427, 2000, available=8 * 2**30)
    assert "or paint in tiles with --tiles" in str(told.value)
    most = int(re.search(r"at most ([\d,]+),", str(told.value))[1].replace(",", ""))
    check(640, 427, most, available=8 * 2**30)
    with pytest.raises(PictureRefused):
        check(640, 427, most + 1, available=8 * 2**30)


def test_a_machine_without_memory_is_told_to_close_programs():
    with pytest.raises(PictureRefused, match="close other programs"):
        check(640, 427, 64, available=100 * 2**20)


@given(st.integers(1, 5000), st.integers(1, 5000), st.floats(0, 50), st.integers(2**30, 2**38))
def test_the_largest_size_fits_and_the_next_does_not(width, height, style, free):
    most = largest_size(width, height, style, free)
    if most:
        assert bytes_for(*fitted_size(width, height, most), style) <= SHARE * free
        assert bytes_for(*fitted_size(width, height, most + 1), style) > SHARE * free or most == 100_000


def test_in_tiles_a_larger_picture_fits():
    sizes = [largest_size(640, 427, 0.5, 8 * 2**30, tiled=tiled) for tiled in (False, True)]
    assert sizes[1] > 1.4 * sizes[0]
    check(640, 427, sizes[1], tiled=True, available=8 * 2**30)
