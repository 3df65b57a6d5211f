"""Matched paintings have the photo's mean and covariance; preserved colours are the photo's."""

from __future__ import annotations

import numpy as np
from PIL import Image

from tests.trainers.style import procedural
from trainers.style.colours import matched, with_colours_of

RANDOM = np.random.default_rng(1)
# Far from both ends of the range, so that nothing is cut.
PHOTO = np.clip(RANDOM.normal([120, 140, 100], [9, 14, 11], (40, 60, 3)), 0, 255).astype(np.uint8)
STYLE = np.clip(RANDOM.normal([90, 100, 160], [20, 6, 15], (50, 30, 3)), 0, 255).astype(np.uint8)


def test_a_matched_painting_has_the_photos_mean_and_covariance():
    found = matched(STYLE, PHOTO).reshape(-1, 3).astype(float)
    wanted = PHOTO.reshape(-1, 3).astype(float)
    np.testing.assert_allclose(found.mean(axis=0), wanted.mean(axis=0), atol=0.5)
    np.testing.assert_allclose(np.cov(found.T), np.cov(wanted.T), atol=3)


def test_a_grey_painting_and_a_grey_photo_are_no_obstacle():
    grey = np.repeat(PHOTO[..., :1], 3, axis=2)
    assert matched(grey, PHOTO).shape == grey.shape
    assert np.ptp(matched(STYLE, grey).astype(int), axis=2).mean() < 6


def test_light_is_the_paintings_and_colour_the_photos():
    painted, photo = procedural.mosaic(), procedural.scene()
    found = Image.fromarray(with_colours_of(photo, painted)).convert("YCbCr")
    light, blue, red = (np.asarray(channel, float) for channel in found.split())
    of_painted = np.asarray(Image.fromarray(painted).convert("L"), float)
    of_photo = [np.asarray(channel, float) for channel in Image.fromarray(photo).convert("YCbCr").split()]
    inside = (light > 60) & (light < 170)  # elsewhere some colours of the photo do not exist
    assert np.abs(light - of_painted)[inside].mean() < 6
    assert np.abs(blue - of_photo[1])[inside].mean() < 8 and np.abs(red - of_photo[2])[inside].mean() < 8
