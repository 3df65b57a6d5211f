"""How much arithmetic a layer needs for one input, forwards.

Counted are the products of weights with what comes in, each with the addition that follows: they are all that
takes time. Not counted are activations, poolings, sums, the gates' products of a recurrent cell (three for each
neuron and step) and batch normalisation, which a trained network can fold into the kernels before it.
"""

from __future__ import annotations

import math

import keras
from keras import layers

# A gated recurrent unit has two gates and a candidate, a long short-term memory three gates and a candidate;
# each is a dense layer of input and state.
_DENSE_LAYERS_INSIDE: dict[type[keras.Layer], int] = {layers.SimpleRNN: 1, layers.GRU: 3, layers.LSTM: 4}


def multiply_adds(layer: keras.Layer) -> int:
    """How many multiplications (each with an addition) a layer needs for one input, forwards.

    Each output value of a dense layer is a weighted sum of its inputs, each of a convolution a weighted sum
    of one kernel window over all input channels. A recurrent layer of n neurons that reads t rows of m numbers
    takes n · (m + n) a row for each dense layer inside it.
    """
    if isinstance(layer, layers.Dense | layers.Conv2D):
        weights_per_output = math.prod(layer.kernel.shape[:-1])
        return weights_per_output * math.prod(layer.output.shape[1:])
    inside = _DENSE_LAYERS_INSIDE.get(type(layer))
    if inside is not None:
        rows, numbers = layer.input.shape[1:]
        return inside * rows * layer.units * (numbers + layer.units)
    return 0
