"""How large each layer's weights and gradients are, and how they are distributed.

In a deep network of sigmoid neurons the gradients shrink from layer to layer on their way back: the first layers
hardly learn (Hochreiter 1991; Glorot, Bengio 2010, Understanding the difficulty of training deep feedforward neural
networks). Here that can be read: `gradient_norm/hidden_1` beside `gradient_norm/hidden_8`.
"""

from __future__ import annotations

from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf
from tensorboard.compat.proto.summary_pb2 import Summary

from trainers.summaries.events import described_value
from trainers.summaries.histograms import counted, histogram_value

WEIGHT_NORM, GRADIENT_NORM = "weight_norm", "gradient_norm"
WEIGHTS, GRADIENTS = "weights", "gradients"

Loss = Callable[[], tf.Tensor]


class LayerSummaries:
    """Norms and histograms of a network's weights and of a loss's gradients, by one compiled call.

    `loss` gives the loss of some fixed images; `sample` says in words which: "the loss of 200 training images".
    """

    def __init__(self, model: keras.Model, loss: Loss, sample: str, *, norms: bool, histograms: bool) -> None:
        self._sample = sample
        self._layers = [layer for layer in model.layers if layer.trainable_weights]
        self._tags = [
            weight.path.removeprefix(f"{model.name}/")
            for layer in self._layers
            for weight in layer.trainable_weights
        ]
        self._norms, self._histograms = norms, histograms
        self._measure = _compiled(self._layers, loss, norms=norms, histograms=histograms)

    def summary(self) -> Summary:
        """The numbers and histograms of the network as it is now."""
        norms, counts = (part.numpy() for part in self._measure())
        values = []
        if self._norms:
            for column, (tag, meaning) in enumerate(self._norm_meanings()):
                values += [
                    described_value(f"{tag}/{layer.name}", norm, meaning)
                    for layer, norm in zip(self._layers, norms[:, column].tolist(), strict=True)
                ]
        if self._histograms:
            values += [
                histogram_value(f"{part}/{tag}", count, meaning)
                for (part, meaning), rows in zip(self._histogram_meanings(), counts, strict=True)
                for tag, count in zip(self._tags, rows, strict=True)
            ]
        return Summary(value=values)

    def _norm_meanings(self) -> list[tuple[str, str]]:
        return [
            (WEIGHT_NORM, "Euclidean norm of all weights of the layer"),
            (GRADIENT_NORM, f"Euclidean norm of the gradient of {self._sample} in all weights of the layer"),
        ]

    def _histogram_meanings(self) -> list[tuple[str, str]]:
        return [
            (WEIGHTS, "Weights of the network"),
            (GRADIENTS, f"Gradient of {self._sample} in the weights"),
        ]


def _compiled(
    layers: list[keras.Layer], loss: Loss, *, norms: bool, histograms: bool
) -> Callable[[], tuple[tf.Tensor, tf.Tensor]]:
    """A function that gives norms float64 [layers, 2] and counts float64 [2, weights, 32]: weights, gradients."""
    sizes = [len(layer.trainable_weights) for layer in layers]
    variables = [weight for layer in layers for weight in layer.trainable_weights]

    @tf.function(autograph=False)  # nothing here for it to translate, which takes a third of a second
    def measure() -> tuple[tf.Tensor, tf.Tensor]:
        weights = [tf.convert_to_tensor(variable.value) for variable in variables]
        with tf.GradientTape() as tape:
            value = loss()
        gradients = tape.gradient(
            value, [variable.value for variable in variables], unconnected_gradients="zero"
        )
        both = (weights, gradients)
        lengths = [tf.stack([_norm(part) for part in _grouped(tensors, sizes)]) for tensors in both]
        counts = [tf.stack([counted(tensor) for tensor in tensors]) for tensors in both]
        return (
            tf.stack(lengths, axis=1) if norms else tf.zeros([0]),
            tf.stack(counts) if histograms else tf.zeros([0]),
        )

    return measure


def _grouped(tensors: list[tf.Tensor], sizes: list[int]) -> list[list[tf.Tensor]]:
    """Each layer's own."""
    ends = np.cumsum(sizes)
    return [tensors[end - size : end] for end, size in zip(ends, sizes, strict=True)]


def _norm(tensors: list[tf.Tensor]) -> tf.Tensor:
    """√(Σ x²) over all numbers of some tensors, in float64: the square of a vanished gradient is 0 in float32."""
    squares = [tf.reduce_sum(tf.square(tf.cast(tensor, tf.float64))) for tensor in tensors]
    return tf.sqrt(tf.add_n(squares))
