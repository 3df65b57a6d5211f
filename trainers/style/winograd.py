"""Convolutions with four times fewer multiplications, for processors whose libraries do them the plain way.

Lavin, Gray (2015), Fast algorithms for convolutional neural networks, arXiv:1509.09308, section 4.3: F(4×4, 3×3). A
picture is cut into overlapping tiles of 6 × 6 pixels; tiles and kernels are transformed, multiplied number by number
(which, summed over the channels, is 36 matrix products), and transformed back into 4 × 4 pixels each.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import tensorflow as tf

_OUT, _IN = 4, 6  # pixels a side of a tile, after and before
_INPUT = np.array(
    [
        [4, 0, -5, 0, 1, 0],
        [0, -4, -4, 1, 1, 0],
        [0, 4, -4, -1, 1, 0],
        [0, -2, -1, 2, 1, 0],
        [0, 2, -1, -2, 1, 0],
        [0, 4, 0, -5, 0, 1],
    ],
    np.float64,
)
_KERNEL = np.array(
    [
        [1 / 4, 0, 0],
        [-1 / 6, -1 / 6, -1 / 6],
        [-1 / 6, 1 / 6, -1 / 6],
        [1 / 24, 1 / 12, 1 / 6],
        [1 / 24, -1 / 12, 1 / 6],
        [0, 0, 1],
    ]
)
_OUTPUT = np.array(
    [[1, 1, 1, 1, 1, 0], [0, 1, -1, 2, -2, 0], [0, 1, 1, 4, 4, 0], [0, 1, -1, 8, -8, 1]], np.float64
)

Convolution = Callable[[tf.Tensor], tf.Tensor]


def convolution(kernel: np.ndarray) -> Convolution:
    """The 3 × 3 convolution with a kernel float32 [3, 3, in, out], zeros around: [1, h, w, in] → [1, h, w, out].

    Its gradient is one more of the same kind: by the kernel turned around, from the outputs to the inputs.
    """
    forth = _transformed(kernel)
    back = _transformed(kernel[::-1, ::-1].transpose(0, 1, 3, 2))

    @tf.custom_gradient
    def convolved(picture: tf.Tensor) -> tuple[tf.Tensor, Convolution]:
        return _convolved(picture, forth), lambda upstream: _convolved(upstream, back)

    return convolved


def _transformed(kernel: np.ndarray) -> tf.Tensor:
    """A kernel [3, 3, in, out] as the matrices that tiles are multiplied with: float32 [36, in, out]."""
    both = np.kron(_KERNEL, _KERNEL).astype(np.float32)  # [36, 9]
    matrices = tf.matmul(tf.constant(both), tf.constant(kernel.reshape(9, -1)))
    return tf.reshape(matrices, [_IN * _IN, *kernel.shape[2:]])


def _convolved(picture: tf.Tensor, matrices: tf.Tensor) -> tf.Tensor:
    shape = tf.shape(picture)
    height, width = shape[1], shape[2]
    rows, columns = -(-height // _OUT), -(-width // _OUT)
    channels, filters = matrices.shape[1], matrices.shape[2]
    tiles = _tiles(picture[0], rows, columns, channels)  # [36, rows · columns · in]
    tiles = tf.matmul(tf.constant(np.kron(_INPUT, _INPUT), tf.float32), tiles)
    products = tf.matmul(tf.reshape(tiles, [_IN * _IN, -1, channels]), matrices)  # [36, rows · columns, out]
    products = tf.reshape(products, [_IN * _IN, -1])
    pixels = tf.matmul(tf.constant(np.kron(_OUTPUT, _OUTPUT), tf.float32), products)
    pixels = tf.reshape(pixels, [_OUT, _OUT, rows, columns, filters])
    joined = tf.reshape(tf.transpose(pixels, [2, 0, 3, 1, 4]), [1, rows * _OUT, columns * _OUT, filters])
    return joined[:, :height, :width]


def _tiles(picture: tf.Tensor, rows: tf.Tensor, columns: tf.Tensor, channels: int) -> tf.Tensor:
    """The overlapping tiles of a picture [h, w, c] with a rim of zeros: the numbers of one place in all tiles a row."""
    shape = tf.shape(picture)
    down, across = _OUT * (rows + 1) - shape[0] - 1, _OUT * (columns + 1) - shape[1] - 1
    padded = tf.pad(picture, [[1, down], [1, across], [0, 0]])
    apart = tf.reshape(padded, [rows + 1, _OUT, columns + 1, _OUT, channels])
    apart = tf.transpose(apart, [1, 3, 0, 2, 4])  # [4, 4, rows + 1, columns + 1, c]
    more = _IN - _OUT
    apart = tf.concat([apart[:, :, :rows], apart[:more, :, 1:]], axis=0)
    apart = tf.concat([apart[:, :, :, :columns], apart[:, :more, :, 1:]], axis=1)
    return tf.reshape(apart, [_IN * _IN, -1])
