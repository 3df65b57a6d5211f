"""Tile by tile gives the numbers of the whole: losses, gradient, Gram matrices; and every pixel lies in one tile."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.trainers.style import procedural
from trainers.style.network import Network
from trainers.style.objective import Balance, Objective
from trainers.style.tiles import RIM, STEP, TiledObjective, tiles

# Longer than a tile with both rims, so that some tiles do not see the whole.
PHOTO, STYLE = procedural.scene(277, 37), procedural.mosaic(150, 40)
PICTURE = np.random.default_rng(6).uniform(0, 255, PHOTO.shape).astype(np.float32)
BALANCE = Balance(5, 500, 100)


@given(st.integers(1, 900), st.integers(1, 900), st.sampled_from([64, 128, 512]))
def test_every_pixel_lies_in_one_tile_and_is_seen_with_its_surroundings(height, width, side):
    times = np.zeros((height, width), int)
    for tile in tiles(height, width, side):
        times[slice(*tile.rows), slice(*tile.columns)] += 1
        for (first, end), (seen_first, seen_end), length in (
            (tile.rows, tile.seen_rows, height),
            (tile.columns, tile.seen_columns, width),
        ):
            assert seen_first % STEP == 0 and (seen_end % STEP == 0 or seen_end == length)
            assert seen_first == max(0, first - RIM) and seen_end == min(length, end + RIM)
    assert (times == 1).all()


@pytest.mark.parametrize("blend", [1.0, 0.4])
def test_losses_and_gradient_of_the_tiles_are_those_of_the_whole(vgg16, blend):
    whole = Objective(Network("vgg16", vgg16), content_blend=blend)
    tiled = TiledObjective(whole, side=64)
    found = []
    for one in (whole, tiled):
        target = one.target(one.photo(PHOTO), [one.grams(STYLE)], (1.0,))
        found.append(
            (*one.value_and_gradient(PICTURE, target, BALANCE), one.losses(PICTURE, target, BALANCE))
        )
    (losses, gradient, named), (tiled_losses, tiled_gradient, tiled_named) = found
    np.testing.assert_allclose(tiled_losses, losses, rtol=1e-4)
    assert np.linalg.norm(tiled_gradient - gradient) < 1e-4 * np.linalg.norm(gradient)
    assert tiled_named == pytest.approx(named, rel=1e-4)
