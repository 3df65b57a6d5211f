"""How large each layer's weights and gradients are, and how they are distributed.

In a deep network of sigmoid neurons the gradients shrink from layer to layer on their way back: the first layers
hardly learn (Hochreiter 1991; Glorot, Bengio 2010, Understanding the difficulty of training deep feedforward neural
networks). Here that can be read: `gradient_norm/hidden_1` beside `gradient_norm/hidden_8`.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

import keras
import numpy as np
import tensorflow as tf
from tensorboard.compat.proto.summary_pb2 import Summary

from trainers.summaries.events import described_value
from trainers.summaries.histograms import counted, histogram_value

WEIGHT_NORM, GRADIENT_NORM = "weight_norm", "gradient_norm"
WEIGHTS, GRADIENTS = "weights", "gradients"

Loss = Callable[[], tf.Tensor]
Measure = Callable[[], tuple[tf.Tensor, tf.Tensor]]
Averages = Callable[[], AbstractContextManager[None]]


class LayerSummaries:
    """Norms and histograms of a network's weights and of a loss's gradients, by a compiled call each.

    `loss` gives the loss of some fixed images; `sample` says in words which: "the loss of 200 training images".
    Where the network is judged by averages of its weights, it holds them within `averages`. Then the weights are those,
    but the gradients are of the weights that it learns with: they are what moves them.
    """

    def __init__(
        self,
        model: keras.Model,
        loss: Loss,
        sample: str,
        *,
        norms: bool,
        histograms: bool,
        averages: Averages | None = None,
    ) -> None:
        self._sample, self._averages = sample, averages
        self._layers = [layer for layer in model.layers if layer.trainable_weights]
        self._tags = [
            weight.path.removeprefix(f"{model.name}/")
            for layer in self._layers
            for weight in layer.trainable_weights
        ]
        self._norms, self._histograms = norms, histograms
        sizes = [len(layer.trainable_weights) for layer in self._layers]
        variables = [weight for layer in self._layers for weight in layer.trainable_weights]

        def weights() -> list[tf.Tensor]:
            return [tf.convert_to_tensor(variable.value) for variable in variables]

        def gradients() -> list[tf.Tensor]:
            with tf.GradientTape() as tape:
                value = loss()
            sources = [variable.value for variable in variables]
            return tape.gradient(value, sources, unconnected_gradients="zero")

        self._measure_weights = _compiled(weights, sizes, norms=norms, histograms=histograms)
        self._measure_gradients = _compiled(gradients, sizes, norms=norms, histograms=histograms)

    def summary(self) -> Summary:
        """The numbers and histograms of the network as it is now."""
        gradients = self._measure_gradients()
        with self._averages() if self._averages else nullcontext():
            weights = self._measure_weights()
        norms, counts = ([part.numpy() for part in both] for both in zip(weights, gradients, strict=True))
        values = []
        if self._norms:
            values += [
                described_value(f"{part}/{layer.name}", norm, meaning)
                for (part, meaning), row in zip(self._norm_meanings(), norms, strict=True)
                for layer, norm in zip(self._layers, row.tolist(), strict=True)
            ]
        if self._histograms:
            values += [
                histogram_value(f"{part}/{tag}", count, meaning)
                for (part, meaning), rows in zip(self._histogram_meanings(), counts, strict=True)
                for tag, count in zip(self._tags, rows, strict=True)
            ]
        return Summary(value=values)

    def _norm_meanings(self) -> list[tuple[str, str]]:
        average, learned = self._which()
        return [
            (WEIGHT_NORM, f"Euclidean norm of all weights of the layer{average}"),
            (
                GRADIENT_NORM,
                f"Euclidean norm of the gradient of {self._sample} in all weights of the layer{learned}",
            ),
        ]

    def _histogram_meanings(self) -> list[tuple[str, str]]:
        average, learned = self._which()
        return [
            (WEIGHTS, f"Weights of the network{average}"),
            (GRADIENTS, f"Gradient of {self._sample} in the weights{learned}"),
        ]

    def _which(self) -> tuple[str, str]:
        """What to say of weights and of gradients where there are averages."""
        if self._averages is None:
            return "", ""
        return (
            ": their moving average, by which the network is judged",
            ": those that it learns with, not their moving average",
        )


def _compiled(
    tensors: Callable[[], list[tf.Tensor]], sizes: list[int], *, norms: bool, histograms: bool
) -> Measure:
    """A function that gives norms float64 [layers] and counts float64 [tensors, 32] of the layers' own tensors.

    `sizes` says how many tensors each layer has. Empty is what is not asked for.
    """

    @tf.function(autograph=False)  # nothing here for it to translate, which takes a third of a second
    def measure() -> tuple[tf.Tensor, tf.Tensor]:
        found = tensors()
        return (
            tf.stack([_norm(part) for part in _grouped(found, sizes)]) if norms else tf.zeros([0]),
            tf.stack([counted(tensor) for tensor in found]) if histograms else tf.zeros([0]),
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
