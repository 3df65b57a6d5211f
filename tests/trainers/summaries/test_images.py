"""Arrays as pictures: every pixel in its place, whatever the size and the colour."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from tensorboard.util.tensor_util import make_ndarray

from trainers.summaries.images import (
    SHEET_PIXELS,
    TILE_PIXELS,
    fitted,
    grid,
    image_value,
    shades,
    signed_colours,
)


@given(
    count=st.integers(1, 12),
    height=st.integers(1, 70),
    width=st.integers(1, 70),
    columns=st.none() | st.integers(1, 5),
    coloured=st.booleans(),
)
def test_every_tile_is_in_its_place(
    count: int, height: int, width: int, columns: int | None, coloured: bool
) -> None:
    shape = (count, height, width, 3) if coloured else (count, height, width)
    tiles = np.random.default_rng(count).integers(0, 255, shape, np.uint8)
    sheet = grid(tiles, columns)
    across = columns or int(np.ceil(np.sqrt(count)))
    factor = max(1, max(TILE_PIXELS, SHEET_PIXELS // across) // max(height, width))
    for place, tile in enumerate(tiles):
        top = 2 + place // across * (height * factor + 2)
        left = 2 + place % across * (width * factor + 2)
        shown = sheet[top : top + height * factor : factor, left : left + width * factor : factor]
        assert np.array_equal(shown, tile)
    inked = (sheet != 255).any(axis=2) if coloured else sheet != 255
    assert inked.sum() <= count * height * width * factor**2


def test_tiles_too_large_for_a_sheet_are_thinned() -> None:
    tiles = np.random.default_rng(0).integers(0, 255, (4, 300, 200), np.uint8)
    sheet = grid(tiles)
    assert sheet.shape == (2 + 2 * 102, 2 + 2 * 69)
    assert np.array_equal(sheet[2:102, 2:69], tiles[0, ::3, ::3])


@pytest.mark.parametrize("shape", [(20, 30), (20, 30, 3)])
def test_tensorboard_gets_the_size_and_the_same_pixels(shape: tuple[int, ...]) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    width, height, png = make_ndarray(image_value("tag", pixels, "what it is").tensor)
    assert (int(width), int(height)) == (30, 20)
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(png))), pixels)


@given(height=st.integers(1, 90), width=st.integers(1, 90), coloured=st.booleans())
def test_an_image_of_any_size_fits_and_keeps_its_proportions(height: int, width: int, coloured: bool) -> None:
    image = np.full((height, width, 3) if coloured else (height, width), 200, np.uint8)
    square = fitted(image, 40)
    assert square.shape == ((40, 40, 3) if coloured else (40, 40))
    drawn = (square > 0).any(axis=2) if coloured else square > 0
    rows, columns = (int(drawn.any(axis=axis).sum()) for axis in (1, 0))
    scale = min(1, 40 / max(height, width))
    assert rows == pytest.approx(max(1, height * scale), abs=0.51)
    assert columns == pytest.approx(max(1, width * scale), abs=0.51)


def test_shades_and_colours_tell_order_and_sign() -> None:
    values = np.array([[-2.0, 0.0, 1.0, 2.0]])
    assert shades(values).tolist() == [[0, 128, 191, 255]]
    blue, white, pale, red = signed_colours(values)[0].tolist()
    assert white == [255, 255, 255]
    assert blue[2] > blue[0] and red[0] > red[2]
    assert red[1] < pale[1] < 255  # the larger, the darker


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_numbers_that_are_none_do_no_harm(bad: float) -> None:
    values = np.array([bad, 0.0, 1.0])
    assert shades(values)[2] == 255
    assert signed_colours(values)[0].tolist() == [255, 255, 255]
    assert shades(np.zeros(3)).tolist() == [0, 0, 0]
