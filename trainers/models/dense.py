"""Networks of dense layers: every output is a weighted sum of all inputs. They take images and vectors alike."""

from __future__ import annotations

import keras
from keras import layers

from trainers.models import blocks
from trainers.specs import ClassifySpec


def softmax(spec: ClassifySpec, input_shape: tuple[int, ...], classes: int) -> keras.Model:
    """Multinomial logistic regression: one score a class, a weighted sum of all pixels.

    p = softmax(Wx + b); see Bishop (2006), Pattern Recognition and Machine Learning, section 4.3.4.
    """
    return keras.Sequential(
        [
            keras.Input(input_shape, name="image"),  # [n, 28, 28, 1]
            layers.Flatten(name="pixels"),  # [n, 784]
            blocks.probabilities(spec, classes),  # [n, 10]
        ],
        name="softmax",
    )


def mlp(spec: ClassifySpec, input_shape: tuple[int, ...], classes: int) -> keras.Model:
    """A multilayer perceptron: `depth` hidden layers of `width` neurons with one non-linearity.

    Rumelhart, Hinton, Williams (1986), Learning representations by back-propagating errors.
    """
    hidden = [
        layer
        for number in range(1, spec.depth + 1)
        for layer in (
            *blocks.dense(spec, spec.width, f"hidden_{number}"),
            *blocks.dropout(spec, f"dropout_{number}"),
        )
    ]
    return keras.Sequential(
        [
            keras.Input(input_shape, name="image"),  # [n, 28, 28, 1]
            layers.Flatten(name="pixels"),  # [n, 784]
            *hidden,  # [n, width]
            blocks.probabilities(spec, classes),  # [n, 10]
        ],
        name="mlp",
    )
