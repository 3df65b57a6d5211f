"""Filters and feature maps: the numbers that stand behind the pictures."""

from __future__ import annotations

import io
from collections.abc import Iterator

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers
from PIL import Image
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.util.tensor_util import make_ndarray

from trainers.summaries.features import FeatureMaps, filters, first_kernel
from trainers.summaries.images import grid, shades, signed_colours

# Keras 3.15 converts tensors in a way that NumPy 2 announces to drop.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def model(*hidden: keras.Layer, shape: tuple[int, ...] = (12, 12, 1)) -> keras.Model:
    keras.utils.set_random_seed(1)
    return keras.Sequential([keras.Input(shape), *hidden, layers.Flatten(), layers.Dense(3, name="classes")])


def pictures(summary: Summary | None) -> Iterator[tuple[str, np.ndarray]]:
    assert summary is not None
    for value in summary.value:
        yield value.tag, np.asarray(Image.open(io.BytesIO(make_ndarray(value.tensor)[2])))


def test_each_filter_of_a_first_convolution_is_a_tile() -> None:
    network = model(layers.Conv2D(7, 3))
    ((tag, picture),) = pictures(filters(network))
    kernel = network.layers[0].kernel.numpy()  # [3, 3, 1, 7]
    assert tag == "filters"
    assert np.array_equal(picture, grid(signed_colours(kernel[:, :, 0].transpose(2, 0, 1))))
    strongest = np.unravel_index(np.abs(kernel).argmax(), kernel.shape)
    tile = 3 * 24 + 2  # pixels and a gap
    top, left = 2 + strongest[3] // 3 * tile, 2 + strongest[3] % 3 * tile
    colour = picture[top + strongest[0] * 24, left + strongest[1] * 24].tolist()
    assert colour == ([178, 24, 43] if kernel[strongest] > 0 else [33, 102, 172])


@pytest.mark.parametrize(("channels", "tiles"), [(3, 5), (4, 20), (40, 5 * 16)])
def test_filters_of_any_number_of_channels_are_shown(channels: int, tiles: int) -> None:
    ((_, picture),) = pictures(filters(model(layers.Conv2D(5, 3), shape=(12, 12, channels))))
    columns = min(channels, 16) if channels != 3 else 3
    tile = (picture.shape[1] - 2) // columns
    assert tile == 2 + 3 * (max(56, 224 // columns) // 3)
    assert (picture.shape[0] - 2) // tile == -(-tiles // columns)


def test_weights_of_a_dense_layer_on_all_pixels_are_pictures_too() -> None:
    network = model()
    kernel = network.layers[-1].kernel.numpy()  # [144, 3]
    assert np.array_equal(first_kernel(network), kernel.reshape(12, 12, 1, 3))
    ((_, picture),) = pictures(filters(network))
    assert picture.shape[:2] == (2 + 2 * 110, 2 + 2 * 110)  # three tiles of 9 × 12 pixels in two rows


def test_what_is_no_picture_is_not_shown() -> None:
    rows = keras.Sequential(
        [keras.Input((12, 12, 1)), layers.Reshape((12, 12)), layers.LSTM(4), layers.Dense(3)]
    )
    assert filters(rows) is None
    components = keras.Sequential([keras.Input((50,)), layers.Dense(3)])
    assert filters(components) is None
    assert FeatureMaps(components, tf.zeros([1, 50])).summary() is None


def test_feature_maps_are_the_layers_outputs() -> None:
    network = model(
        layers.Conv2D(6, 3, name="convolution_1", activation="relu"),
        layers.MaxPooling2D(2, name="pooling_1"),
        layers.Conv2D(70, 3, name="convolution_2"),
    )
    image = np.random.default_rng(0).random((1, 12, 12, 1), np.float32)
    shown = dict(pictures(FeatureMaps(network, tf.constant(image)).summary()))
    assert list(shown) == [
        "feature_maps/0_image",
        *(f"feature_maps/{name}" for name in ("convolution_1", "pooling_1", "convolution_2")),
    ]
    convolved = network.layers[0](image).numpy()[0].transpose(2, 0, 1)  # [6, 10, 10]
    pooled = convolved.reshape(6, 5, 2, 5, 2).max(axis=(2, 4))
    assert np.array_equal(shown["feature_maps/convolution_1"], grid(shades(convolved)))
    assert np.array_equal(shown["feature_maps/pooling_1"], grid(shades(pooled)))
    assert np.array_equal(shown["feature_maps/0_image"], grid(shades(image[..., 0])))
    assert shown["feature_maps/convolution_2"].shape == (2 + 8 * 56, 2 + 8 * 56)  # 64 of 70


def test_coloured_images_have_feature_maps() -> None:
    network = model(layers.Conv2D(2, 3, name="convolution"), shape=(12, 12, 3))
    image = np.random.default_rng(0).random((1, 12, 12, 3), np.float32)
    shown = dict(pictures(FeatureMaps(network, tf.constant(image)).summary()))
    assert np.array_equal(shown["feature_maps/0_image"], grid(shades(image)))
