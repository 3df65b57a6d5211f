"""What a network looks for and what it sees: the filters of its first layer, and its feature maps of one image.

Zeiler, Fergus (2014), Visualizing and understanding convolutional networks.
"""

from __future__ import annotations

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from tensorboard.compat.proto.summary_pb2 import Summary

from trainers.summaries.images import grid, image_value, shades, signed_colours

FILTERS_SHOWN = 36
MAPS_SHOWN = 64
CHANNELS_SHOWN = 16  # of filters that are neither grey nor coloured
_WITH_MAPS = (
    layers.Conv2D,
    layers.DepthwiseConv2D,
    layers.SeparableConv2D,
    layers.MaxPooling2D,
    layers.AveragePooling2D,
)


def filters(model: keras.Model) -> Summary | None:
    """The weights of the first layer as pictures; None where they are none, as in a recurrent network."""
    kernel = first_kernel(model)
    if kernel is None:
        return None
    height, width, channels, count = kernel.shape
    shown = kernel.transpose(3, 0, 1, 2)[:FILTERS_SHOWN]  # [n, height, width, channels]
    text = f"{len(shown)} of the {count} filters of the first layer. " if count > len(shown) else ""
    if channels == 3:
        sheet = grid(shades(shown))
        text += "Each filter in red, green and blue; grey is no weight, light is positive."
    else:
        apart = shown.transpose(0, 3, 1, 2)[:, :CHANNELS_SHOWN]  # [n, channels, height, width]
        columns = apart.shape[1] if channels > 1 else None
        sheet = grid(signed_colours(apart.reshape(-1, height, width)), columns)
        text += "White is no weight, red is positive, blue is negative."
        if channels > 1:
            text += f" A row for each filter with its weights to {apart.shape[1]} of {channels} channels."
    return Summary(value=[image_value("filters", sheet, text)])


def first_kernel(model: keras.Model) -> np.ndarray | None:
    """The first layer's weights as float32 [height, width, channels, filters], None where they are no picture.

    A dense layer that sees all pixels has a filter a neuron, as large as the image.
    """
    matrices = (weight for weight in model.trainable_weights if len(weight.shape) > 1)
    kernel = next(matrices, None)
    image = tuple(model.input_shape[1:])
    if kernel is None or len(image) != 3:
        return None
    if len(kernel.shape) == 4:
        return tf.convert_to_tensor(kernel, tf.float32).numpy()
    if len(kernel.shape) == 2 and kernel.shape[0] == np.prod(image):
        return tf.convert_to_tensor(kernel, tf.float32).numpy().reshape(*image, -1)
    return None


class FeatureMaps:
    """What each convolution and pooling makes of one image."""

    def __init__(self, model: keras.Model, image: tf.Tensor) -> None:
        """`image` is the model's input of one image: float32 [1, height, width, channels]."""
        chosen = [layer for layer in model.layers if isinstance(layer, _WITH_MAPS)]
        self._names = [layer.name for layer in chosen]
        self._model = keras.Model(model.inputs, [layer.output for layer in chosen]) if chosen else None
        self._image = image

    def summary(self) -> Summary | None:
        """A picture for each of these layers; None for a network without any."""
        if self._model is None:
            return None
        # A single image through plain operations takes milliseconds, less than compiling them would for all times.
        outputs = self._model(self._image, training=False)
        values = [_image_itself(self._image)]
        for name, output in zip(self._names, outputs if len(self._names) > 1 else [outputs], strict=True):
            maps = tf.cast(output, tf.float32).numpy()[0].transpose(2, 0, 1)  # [channels, height, width]
            shown = maps[:MAPS_SHOWN]
            text = (
                f"{len(shown)} of {len(maps)} outputs of the layer for one validation image: "
                "black is the smallest, white the largest of them."
            )
            values.append(image_value(f"feature_maps/{name}", grid(shades(shown)), text))
        return Summary(value=values)


def _image_itself(image: tf.Tensor) -> Summary.Value:
    pixels = tf.cast(image, tf.float32).numpy()  # [1, height, width, channels]
    tile = shades(pixels if pixels.shape[3] == 3 else pixels[..., 0])
    return image_value("feature_maps/0_image", grid(tile), "The image that all feature maps are of.")
