"""Histograms of weights and gradients, in the form of TensorBoard's histogram plugin."""

from __future__ import annotations

import numpy as np
import tensorflow as tf
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.plugins.histogram.metadata import create_summary_metadata
from tensorboard.util.tensor_util import make_tensor_proto

BUCKETS = 30
# Below this float32 has no thirtieth of a width any more, and above it the width overflows.
_NARROWEST, _WIDEST = 1e-36, 3e38


def counted(values: tf.Tensor) -> tf.Tensor:
    """How often which value occurs in a float tensor of any shape: float64 [32], to be run in a compiled function.

    The lowest and the highest value, then the counts of 30 buckets of equal width between them. TensorBoard's own
    function compares every value with every bucket, 100 MB and a second for a dense layer of three million weights;
    `tf.histogram_fixed_width` counts them where they are, on a GPU too. All counts are 0 where a value is not finite;
    all values are in the last bucket where they do not differ.
    """
    return _counted(tf.reshape(tf.cast(values, tf.float32), [-1]))


# Traced once for all tensors of all networks: building these operations anew for each takes longer than counting.
@tf.function(input_signature=[tf.TensorSpec([None], tf.float32)], autograph=False)
def _counted(values: tf.Tensor) -> tf.Tensor:
    lowest, highest = tf.reduce_min(values), tf.reduce_max(values)
    width = highest - lowest  # NaN, which compares as false, where a value is none
    is_wide = tf.logical_and(width > _NARROWEST, width < _WIDEST)
    is_one = tf.logical_and(width >= 0, width <= _NARROWEST)
    # No conditional branches: TensorFlow takes longer to compile those than to count harmless numbers for nothing.
    edges = tf.where(is_wide, tf.stack([lowest, highest]), [0.0, 1.0])
    counts = tf.histogram_fixed_width(tf.where(is_wide, values, 0.0), edges, nbins=BUCKETS)
    all_in_last = tf.one_hot(BUCKETS - 1, BUCKETS, on_value=tf.size(values), off_value=0)
    counts = tf.where(is_wide, counts, tf.where(is_one, all_in_last, 0))
    return tf.concat([tf.cast([lowest, highest], tf.float64), tf.cast(counts, tf.float64)], axis=0)


def histogram_value(tag: str, count: np.ndarray, description: str) -> Summary.Value:
    """What `counted` gave, float64 [32], as TensorBoard's histogram plugin takes it."""
    # Where nothing was counted the edges may be no numbers, which TensorBoard cannot draw.
    lowest, highest = count[:2].tolist() if count[2:].any() else (0.0, 0.0)
    edges = np.linspace(lowest, highest, BUCKETS + 1)  # [31]
    buckets = np.stack([edges[:-1], edges[1:], count[2:]], axis=1)  # [30, 3]: left, right, count
    return Summary.Value(
        tag=tag,
        metadata=create_summary_metadata(display_name="", description=description),
        tensor=make_tensor_proto(buckets),
    )
