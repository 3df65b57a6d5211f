"""Fewer features, against scikit-learn's principal components and NumPy's means."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.decomposition import PCA

from trainers import datasets
from trainers.features import pooled, principal_components
from trainers.runs import Run, read_status
from trainers.specs import ClassifySpec


@pytest.fixture(scope="module")
def images() -> np.ndarray:
    """Images with a few strong directions, so that the components are well separated: uint8 [300, 8, 9]."""
    random = np.random.default_rng(1)
    strengths = random.normal(size=(300, 6)) * [60, 45, 30, 20, 12, 8]
    patterns = np.linalg.qr(random.normal(size=(72, 6)))[0].T
    return (
        (np.clip(128 + strengths @ patterns + random.normal(0, 1, (300, 72)), 0, 255))
        .astype(np.uint8)
        .reshape(300, 8, 9)
    )


def test_components_are_those_of_scikit_learn(images: np.ndarray) -> None:
    train, others = images[:200], images[200:]
    ours = principal_components(train, 5)
    theirs = PCA(5, svd_solver="full").fit(train.reshape(200, -1) / 255.0)
    signs = np.sign((ours.axes.T * theirs.components_).sum(axis=1))  # a direction's sign means nothing
    np.testing.assert_allclose(ours.axes.T, signs[:, None] * theirs.components_, atol=1e-6)
    np.testing.assert_allclose(
        ours.of(others), theirs.transform(others.reshape(100, -1) / 255.0) * signs, atol=1e-5
    )
    assert ours.share == pytest.approx(theirs.explained_variance_ratio_.sum(), rel=1e-6)
    assert ours.of(others).dtype == np.float32


def test_all_components_keep_all_distances(images: np.ndarray) -> None:
    components = principal_components(images, 72)
    reduced = components.of(images)
    flat = images.reshape(300, -1) / 255.0
    assert components.share == pytest.approx(1)
    np.testing.assert_allclose(
        np.linalg.norm(reduced[0] - reduced[1:], axis=1),
        np.linalg.norm(flat[0] - flat[1:], axis=1),
        rtol=1e-4,
    )


def test_images_that_are_all_alike_have_no_direction() -> None:
    components = principal_components(np.full((5, 4, 4), 7, np.uint8), 3)
    assert np.isfinite(components.axes).all() and components.share == 1
    np.testing.assert_allclose(components.of(np.full((2, 4, 4), 7, np.uint8)), 0, atol=1e-6)


@given(height=st.integers(1, 12), width=st.integers(1, 12), side=st.integers(2, 14), seed=st.integers(0, 99))
@settings(deadline=None)
def test_pooled_pixels_are_means_over_squares(height: int, width: int, side: int, seed: int) -> None:
    images = np.random.default_rng(seed).integers(0, 256, (3, height, width), np.uint8)
    result = pooled(images, side)
    assert (result.dtype, result.shape) == (np.uint8, (3, -(-height // side), -(-width // side)))
    for row, column in np.ndindex(result.shape[1:]):
        square = images[:, row * side : (row + 1) * side, column * side : (column + 1) * side]
        assert np.abs(result[:, row, column] - square.mean(axis=(1, 2))).max() <= 0.5 + 1e-9


def test_colours_are_pooled_each_by_itself() -> None:
    images = np.random.default_rng(1).integers(0, 256, (2, 6, 7, 3), np.uint8)
    by_channel = np.stack([pooled(images[..., channel], 3) for channel in range(3)], axis=-1)
    assert np.array_equal(pooled(images, 3), by_channel)


# Keras' saving asks TensorFlow's variables for an array in the manner of NumPy 1.
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_a_run_on_components_is_whole_and_shows_people_the_digits(train: Callable[..., Run]) -> None:
    run = train(model="mlp", features="pca", components=20, train_share=0.2, epochs=4, learning_rate=0.01)
    status = read_status(run.status_file)
    assert (status.state, status.error) == ("completed", None)
    assert status.metrics["test_accuracy"] > 0.8  # by hand: 0.88; chance is 0.1
    with np.load(run.artifacts / "examples.npz") as examples:
        digits = datasets.load(ClassifySpec()).test.images[examples["indices"]]
        assert np.array_equal(examples["images"], digits)
