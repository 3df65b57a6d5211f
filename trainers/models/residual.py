"""A residual network: each block adds to its input what it has learned."""

from __future__ import annotations

import keras
from keras import layers

from trainers.models import blocks
from trainers.models.fitting import needs_images
from trainers.specs import ClassifySpec

_CHANNELS = (16, 32, 64)  # of the three stages, as in the paper's networks for small images


def resnet_small(spec: ClassifySpec, input_shape: tuple[int, ...], classes: int) -> keras.Model:
    """A residual network of three stages with `depth` blocks of two 3×3 convolutions each.

    He, Zhang, Ren, Sun (2016), Deep residual learning for image recognition, section 4.2: every block adds its
    input to its output, by a 1×1 convolution where their shapes differ, and batch normalisation stands after
    every convolution. Before the softmax each channel is averaged over the image.
    """
    needs_images("resnet_small", input_shape, 4)
    image = keras.Input(input_shape, name="image")  # [n, 28, 28, 1]
    values = _normalised_convolution(spec, image, _CHANNELS[0], name="convolution")
    values = blocks.activation(spec, "convolution")(values)  # [n, 28, 28, 16]
    for stage, channels in enumerate(_CHANNELS, start=1):
        for block in range(1, spec.depth + 1):
            strides = 2 if stage > 1 and block == 1 else 1
            values = _block(spec, values, channels, strides, f"stage_{stage}_block_{block}")
    pooled = layers.GlobalAveragePooling2D(name="features", dtype=blocks.arithmetic(spec))(values)  # [n, 64]
    return keras.Model(image, blocks.probabilities(spec, classes)(pooled), name="resnet_small")


def _block(
    spec: ClassifySpec, values: keras.KerasTensor, channels: int, strides: int, name: str
) -> keras.KerasTensor:
    """Two convolutions and the way around them."""
    shortcut = values
    if strides != 1 or values.shape[-1] != channels:
        shortcut = _normalised_convolution(
            spec, values, channels, side=1, strides=strides, name=f"{name}_shortcut"
        )
    inner = _normalised_convolution(spec, values, channels, strides=strides, name=f"{name}_1")
    inner = blocks.activation(spec, f"{name}_1")(inner)
    inner = _normalised_convolution(spec, inner, channels, name=f"{name}_2")
    total = layers.Add(name=f"{name}_sum", dtype=blocks.arithmetic(spec))([inner, shortcut])
    return blocks.activation(spec, name)(total)


def _normalised_convolution(
    spec: ClassifySpec,
    values: keras.KerasTensor,
    channels: int,
    *,
    side: int = 3,
    strides: int = 1,
    name: str,
) -> keras.KerasTensor:
    convolution = layers.Conv2D(
        channels,
        side,
        strides=strides,
        padding="same",
        use_bias=False,
        name=name,
        **blocks.common_options(spec),
    )
    return blocks.normalisation(spec, name)(convolution(values))
