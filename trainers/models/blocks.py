"""What networks are put together from: layers that obey the spec's activation, initialiser, penalty and precision."""

from __future__ import annotations

from typing import Any

import keras
from keras import layers

from trainers.specs import ClassifySpec

_STANDARD_DEVIATION = 0.1  # of the starting weights in TensorFlow's classic MNIST examples
# How much of the running mean each step keeps. With Keras' own 0.99, means are right only after some hundred steps:
# a network would answer at random after an epoch of a small data set, however well it has learned.
_MOMENTUM = 0.9


def common_options(spec: ClassifySpec) -> dict[str, Any]:
    """What every layer with a kernel is told: starting weights, penalty on large ones, arithmetic."""
    return {
        "kernel_initializer": initializer(spec),
        "kernel_regularizer": penalty(spec),
        "dtype": arithmetic(spec),
    }


def penalty(spec: ClassifySpec) -> keras.regularizers.Regularizer | None:
    """What large weights add to the loss: nothing, or so many times the sum of their squares."""
    return keras.regularizers.L2(spec.l2) if spec.l2 else None


def initializer(spec: ClassifySpec) -> keras.initializers.Initializer:
    """How starting weights are drawn."""
    if spec.initializer == "small_normal":
        return keras.initializers.TruncatedNormal(stddev=_STANDARD_DEVIATION)
    return keras.initializers.get(spec.initializer)


def arithmetic(spec: ClassifySpec) -> str:
    """Keras' name for what layers compute in; weights are float32 in any case (Micikevicius et al. 2018).

    Layers without weights are told too: they would turn everything into float32 and back.
    """
    return "mixed_bfloat16" if spec.precision == "bfloat16" else "float32"


def dense(spec: ClassifySpec, neurons: int, name: str) -> list[keras.Layer]:
    """A dense layer with the spec's activation, normalised before it where that is asked for."""
    if not spec.batch_norm:
        return [layers.Dense(neurons, activation=spec.activation, name=name, **common_options(spec))]
    # The normalisation has a shift of its own.
    return [
        layers.Dense(neurons, use_bias=False, name=name, **common_options(spec)),
        *normalised(spec, name),
    ]


def convolution(
    spec: ClassifySpec, filters: int, side: int, name: str, *, padding: str = "same", activated: bool = True
) -> list[keras.Layer]:
    """A convolution with square kernels; `activated` says whether normalisation and activation follow here."""
    options = {"padding": padding, "name": name, **common_options(spec)}
    if not activated:
        return [layers.Conv2D(filters, side, use_bias=not spec.batch_norm, **options)]
    if not spec.batch_norm:
        return [layers.Conv2D(filters, side, activation=spec.activation, **options)]
    return [layers.Conv2D(filters, side, use_bias=False, **options), *normalised(spec, name)]


def pooling(spec: ClassifySpec, name: str, side: int = 2, padding: str = "valid") -> keras.Layer:
    """The largest of each square of `side` × `side` values, at every second place: half as high and wide an image."""
    return layers.MaxPooling2D(side, strides=2, padding=padding, name=name, dtype=arithmetic(spec))


def normalised(spec: ClassifySpec, name: str) -> list[keras.Layer]:
    """Batch normalisation and then the spec's activation."""
    return [normalisation(spec, name), activation(spec, name)]


def normalisation(spec: ClassifySpec, name: str) -> keras.Layer:
    """Batch normalisation (Ioffe, Szegedy 2015) of the layer of this name."""
    return layers.BatchNormalization(momentum=_MOMENTUM, name=f"{name}_normalised", dtype=arithmetic(spec))


def activation(spec: ClassifySpec, name: str) -> keras.Layer:
    """The spec's activation as a layer of its own."""
    return layers.Activation(spec.activation, name=f"{name}_{spec.activation}", dtype=arithmetic(spec))


def dropout(spec: ClassifySpec, name: str = "dropout") -> list[keras.Layer]:
    """Dropout (Srivastava et al. 2014), no layer where none is asked for."""
    return [layers.Dropout(spec.dropout, name=name, dtype=arithmetic(spec))] if spec.dropout else []


def probabilities(spec: ClassifySpec, classes: int) -> keras.Layer:
    """The last layer: a probability for each class, in float32 whatever the others compute in."""
    options = {**common_options(spec), "dtype": "float32"}
    return layers.Dense(classes, activation="softmax", name="classes", **options)
