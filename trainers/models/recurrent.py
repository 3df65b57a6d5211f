"""Networks that read an image row by row, as one reads a text, and name it after the last row."""

from __future__ import annotations

import keras
from keras import layers

from trainers.models import blocks
from trainers.models.fitting import needs_images
from trainers.specs import ClassifySpec


def rnn(spec: ClassifySpec, input_shape: tuple[int, ...], classes: int) -> keras.Model:
    """A simple recurrent network of `width` numbers that reads the image row by row.

    Elman (1990), Finding structure in time: after each row, the new state is the tanh of a weighted sum of
    the row and of the state before.
    """
    return _reader(spec, layers.SimpleRNN, input_shape, classes)


def gru(spec: ClassifySpec, input_shape: tuple[int, ...], classes: int) -> keras.Model:
    """A network of gated recurrent units that reads the image row by row.

    Cho et al. (2014), Learning phrase representations using RNN encoder-decoder: gates decide how much of the
    state is kept and how much of it the next one sees.
    """
    return _reader(spec, layers.GRU, input_shape, classes)


def lstm(spec: ClassifySpec, input_shape: tuple[int, ...], classes: int) -> keras.Model:
    """A network with long short-term memory that reads the image row by row.

    Hochreiter, Schmidhuber (1997), Long short-term memory, with the forget gate of Gers et al. (2000): a cell
    that only adds and forgets carries what was seen over many rows.
    """
    return _reader(spec, layers.LSTM, input_shape, classes)


def _reader(
    spec: ClassifySpec, cell: type[keras.Layer], input_shape: tuple[int, ...], classes: int
) -> keras.Model:
    needs_images(spec.model, input_shape)
    rows, columns, channels = input_shape
    # Rolled: unrolled over 28 rows, a step is a tenth faster on two cores and takes three times as long to compile.
    return keras.Sequential(
        [
            keras.Input(input_shape, name="image"),  # [n, 28, 28, 1]
            layers.Reshape((rows, columns * channels), name="rows"),  # [n, 28, 28]
            cell(
                spec.width,
                name="memory",
                recurrent_regularizer=blocks.penalty(spec),
                **blocks.common_options(spec),
            ),  # [n, width]
            *blocks.dropout(spec),
            blocks.probabilities(spec, classes),  # [n, 10]
        ],
        name=spec.model,
    )
