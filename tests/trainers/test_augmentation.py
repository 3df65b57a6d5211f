"""Distorted training images: nothing where nothing is asked, within what was asked, and never but in training."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.ndimage
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from trainers.augmentation import Distortion, layers_for, preview
from trainers.specs import ClassifySpec

CENTRE = 13.5


def distorted(images: np.ndarray, *, seed: int = 1, **asked: float) -> np.ndarray:
    """Images float32 [n, h, w, c] as training sees them."""
    layers = layers_for(ClassifySpec(seed=seed, **asked), images.shape[1:])  # type: ignore[arg-type]
    assert layers is not None
    return np.asarray(layers(tf.constant(images), training=True))


def blobs(count: int, x: float, y: float, width: float = 2.0) -> np.ndarray:
    """Images of one soft spot: float32 [n, 28, 28, 1]."""
    rows, columns = np.mgrid[:28, :28]
    spot = np.exp(-((rows - y) ** 2 + (columns - x) ** 2) / (2 * width**2)).astype(np.float32)
    return np.repeat(spot[None, ..., None], count, axis=0)


def centres(images: np.ndarray) -> np.ndarray:
    """Where the spots are: [n, 2 (x, y)]."""
    rows, columns = np.mgrid[:28, :28]
    weights = images[..., 0] / images[..., 0].sum(axis=(1, 2), keepdims=True)
    return np.stack([(weights * columns).sum(axis=(1, 2)), (weights * rows).sum(axis=(1, 2))], axis=1)


def test_nothing_is_done_where_nothing_is_asked() -> None:
    assert layers_for(ClassifySpec(), (28, 28, 1)) is None


@pytest.mark.parametrize("elastic", [0.0, 1e-6])
def test_a_distortion_by_almost_nothing_leaves_the_image(elastic: float) -> None:
    images = np.random.default_rng(1).random((4, 28, 28, 1), np.float32)
    np.testing.assert_allclose(distorted(images, shift=1e-6, elastic=elastic), images, atol=1e-4)


def test_images_are_left_alone_but_in_training() -> None:
    images = blobs(3, 10, 10)
    layers = layers_for(ClassifySpec(shift=5, rotation=90, elastic=3), (28, 28, 1))
    assert layers is not None
    assert np.array_equal(layers(images, training=False), images)
    assert np.array_equal(layers(images), images)
    assert not np.array_equal(layers(images, training=True), images)


@given(asked=st.floats(0.5, 5), seed=st.integers(0, 1_000))
@settings(max_examples=8, deadline=None)
def test_a_shift_stays_within_what_was_asked_and_uses_it(asked: float, seed: int) -> None:
    moved = centres(distorted(blobs(200, CENTRE, CENTRE), shift=asked, seed=seed)) - CENTRE
    assert np.abs(moved).max() <= asked + 0.05
    assert (np.abs(moved).max(axis=0) > 0.9 * asked).all()  # of 200 uniform numbers
    assert abs(np.corrcoef(moved.T)[0, 1]) < 0.3  # each direction its own


def test_a_rotation_turns_about_the_centre_by_at_most_what_was_asked() -> None:
    away = centres(distorted(blobs(200, CENTRE + 7, CENTRE), rotation=20)) - CENTRE
    angles = np.degrees(np.arctan2(away[:, 1], away[:, 0]))
    np.testing.assert_allclose(np.hypot(*away.T), 7, atol=0.05)
    assert 18 < np.abs(angles).max() <= 20.2
    assert angles.min() < -10 and angles.max() > 10


def test_a_scale_grows_and_shrinks_alike_in_both_directions() -> None:
    away = centres(distorted(blobs(200, CENTRE + 5, CENTRE - 5), scale=0.2)) - CENTRE
    factors = away / [5, -5]
    np.testing.assert_allclose(factors[:, 0], factors[:, 1], atol=0.02)
    assert 0.79 < factors.min() < 0.83 and 1.17 < factors.max() < 1.21


def test_bending_moves_neighbours_alike_and_as_far_as_was_asked() -> None:
    here = centres(distorted(blobs(400, 10, 14, width=0.8), elastic=2)) - [10, 14]
    near = centres(distorted(blobs(400, 11, 14, width=0.8), elastic=2)) - [11, 14]
    far = centres(distorted(blobs(400, 24, 14, width=0.8), elastic=2)) - [24, 14]
    np.testing.assert_allclose(here.std(axis=0), 1, rtol=0.25)  # two standard deviations were asked for
    for axis in (0, 1):
        assert np.corrcoef(here[:, axis], near[:, axis])[0, 1] > 0.8
        assert abs(np.corrcoef(here[:, axis], far[:, axis])[0, 1]) < 0.3
    assert abs(np.corrcoef(here.T)[0, 1]) < 0.3  # not along the diagonal alone


def test_what_is_moved_in_is_background() -> None:
    white = np.ones((50, 28, 28, 1), np.float32)
    for asked in ({"shift": 8.0}, {"shift": 8.0, "elastic": 1e-3}):
        moved = distorted(white, **asked)
        assert moved.min() >= 0 and moved.max() <= 1 + 1e-5
        assert (moved[:, [0, -1]].min(axis=(1, 2, 3)) == 0).mean() > 0.8


def test_one_resampling_is_the_map_that_scipy_makes_of_it() -> None:
    """SciPy resamples in float64 with its own code; both take the place each pixel comes from."""
    layer = Distortion(shift=3, rotation=40, scale=0.3, elastic=0, seed=5)
    bending = Distortion(shift=3, rotation=40, scale=0.3, elastic=1e-7, seed=5)
    images = np.random.default_rng(2).random((6, 28, 28, 2), np.float32)
    maps = layer._affine_maps(tf.constant(images)).numpy()
    again = Distortion(shift=3, rotation=40, scale=0.3, elastic=0, seed=5)
    ours = np.asarray(again(images, training=True))
    np.testing.assert_allclose(np.asarray(bending(images, training=True)), ours, atol=1e-4)
    for image, (a0, a1, a2, b0, b1, b2, _, _), result in zip(images, maps, ours, strict=True):
        matrix, offset = np.array([[b1, b0], [a1, a0]]), np.array([b2, a2])  # rows first
        for channel in (0, 1):
            wanted = scipy.ndimage.affine_transform(
                image[..., channel].astype(np.float64), matrix, offset, order=1, mode="grid-constant"
            )
            np.testing.assert_allclose(result[..., channel], wanted, atol=1e-3)


def test_the_seed_decides_and_every_look_is_another() -> None:
    images = blobs(5, 10, 12)
    first, same, other = (distorted(images, shift=3, elastic=2, seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(first, same)
    assert not np.allclose(first, other)
    assert not np.allclose(first[0], first[1])
    layers = layers_for(ClassifySpec(shift=3), (28, 28, 1))
    assert layers is not None
    assert not np.allclose(layers(images, training=True), layers(images, training=True))


def test_the_state_of_its_random_numbers_can_be_kept() -> None:
    """A checkpoint holds it, so that a resumed training sees what an unbroken one sees."""
    images = tf.constant(blobs(5, 10, 12))
    layers = layers_for(ClassifySpec(shift=3, elastic=1), (28, 28, 1))
    assert layers is not None
    states = [tf.convert_to_tensor(variable).numpy() for variable in layers.variables]
    first = layers(images, training=True).numpy()
    for variable, state in zip(layers.variables, states, strict=True):
        variable.assign(state)
    assert np.array_equal(layers(images, training=True), first)


def test_it_works_compiled_for_any_number_of_images() -> None:
    layers = layers_for(ClassifySpec(shift=2, rotation=10, elastic=2), (20, 30, 3))
    assert layers is not None
    compiled = tf.function(
        lambda images: layers(images, training=True), input_signature=[tf.TensorSpec([None, 20, 30, 3])]
    )
    for count in (1, 7):
        images = np.random.default_rng(count).random((count, 20, 30, 3), np.float32)
        assert compiled(tf.constant(images)).shape == (count, 20, 30, 3)
    moved = compiled(tf.constant(np.repeat(images[:1], 7, axis=0))).numpy()
    assert not np.allclose(moved[0], moved[6])  # each image of a batch has its own


def test_a_pooled_image_moves_by_pixels_of_the_original() -> None:
    def most(**asked: Any) -> float:
        layers = layers_for(ClassifySpec(shift=4, **asked), (28, 28, 1))
        assert layers is not None
        moved = centres(np.asarray(layers(blobs(300, CENTRE, CENTRE), training=True))) - CENTRE
        return float(np.abs(moved).max())

    assert most() == pytest.approx(4, abs=0.2)
    assert most(features="pooled", pooling=4) == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize("shape", [(3, 28, 28), (3, 20, 24, 3)])
def test_a_preview_shows_what_training_sees(shape: tuple[int, ...]) -> None:
    images = np.random.default_rng(1).integers(0, 256, shape, np.uint8)
    spec = ClassifySpec(rotation=30, seed=9)
    shown = preview(spec, images, seed=4)
    assert (shown.dtype, shown.shape) == (np.uint8, shape)
    with_channels = images.reshape(*shape[:3], -1)
    seen = distorted(with_channels.astype(np.float32) / 255, rotation=30, seed=4)
    np.testing.assert_allclose(shown.reshape(with_channels.shape) / 255, seen, atol=0.51 / 255)
    assert not np.array_equal(shown, preview(spec, images, seed=5))
    assert np.array_equal(preview(ClassifySpec(), images, seed=4), images)
