"""What the layers of VGG see in a picture: their features, as tensors through which gradients flow."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

import numpy as np
import tensorflow as tf

from trainers.style import winograd
from trainers.style.weights import Weights, layer_names

FEWEST_CHANNELS = 128  # of a layer's input: with less, transforming takes longer than is gained
MEAN_PIXEL = np.array([123.68, 116.779, 103.939], np.float32)  # of ImageNet, red, green, blue


Quick = Literal["winograd", "bfloat16"]


class Network:
    """A VGG network without its dense layers. Its weights never change.

    Beside its features as they are, it may know a `quick` way to them: by `winograd`, equal to five digits, or in
    bfloat16, equal to two.
    """

    def __init__(
        self,
        name: str,
        weights: Weights,
        *,
        pooling: Literal["max", "average"] = "max",
        quick: Quick | None = None,
    ) -> None:
        self._names = layer_names(name)
        # Tensors rather than arrays: these would be copied into every graph.
        self._kernels = {one: tf.constant(weights.kernels[one]) for one in self._names}
        self._biases = {one: tf.constant(weights.biases[one]) for one in self._names}
        self.is_rounded = quick == "bfloat16"  # in its quick way
        if self.is_rounded:
            self._rounded_kernels = {one: tf.cast(self._kernels[one], tf.bfloat16) for one in self._names}
            self._rounded_biases = {one: tf.cast(self._biases[one], tf.bfloat16) for one in self._names}
        self._winograd = {
            one: winograd.convolution(weights.kernels[one])
            for one in self._names
            if quick == "winograd" and weights.kernels[one].shape[2] >= FEWEST_CHANNELS
        }
        self._pool = tf.nn.max_pool2d if pooling == "max" else tf.nn.avg_pool2d

    def features(
        self, picture: tf.Tensor, wanted: Collection[str], *, quick: bool = False
    ) -> dict[str, tf.Tensor]:
        """What some layers ("relu4_2") answer to a picture, and nothing is computed beyond the deepest of them.

        `picture` float32 [1, height, width, 3] in 0 to 255, red, green, blue; answers float32 [1, h, w, channels],
        after the non-linearity. Each pooling halves both sides, rounded up.
        """
        rounded = quick and self.is_rounded
        kernels = self._rounded_kernels if rounded else self._kernels
        biases = self._rounded_biases if rounded else self._biases
        values = tf.cast(picture - MEAN_PIXEL, tf.bfloat16 if rounded else tf.float32)
        found: dict[str, tf.Tensor] = {}
        block = "1"
        for name in self._names:
            if name[4] != block:
                block = name[4]
                values = self._pool(values, 2, 2, "SAME")
            if quick and name in self._winograd:
                values = self._winograd[name](values)
            else:
                values = tf.nn.conv2d(values, kernels[name], 1, "SAME")
            values = tf.nn.relu(tf.nn.bias_add(values, biases[name]))
            answer = name.replace("conv", "relu")
            if answer in wanted:
                found[answer] = tf.cast(values, tf.float32)
            if len(found) == len(wanted):
                break
        return found
