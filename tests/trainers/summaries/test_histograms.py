"""Histograms, held against NumPy and against TensorBoard's own (slow) function."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf
from tensorboard.plugins.histogram.summary_v2 import histogram_pb
from tensorboard.util.tensor_util import make_ndarray

from trainers.summaries.histograms import BUCKETS, counted, histogram_value

compiled = tf.function(counted, reduce_retracing=True)


def buckets(values: np.ndarray) -> np.ndarray:
    count = compiled(tf.constant(values, tf.float32)).numpy()
    return make_ndarray(histogram_value("weights", count, "").tensor)


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_the_buckets_are_tensorboards(scale: float) -> None:
    values = (np.random.default_rng(1).normal(size=(50, 40)) * scale).astype(np.float32)
    theirs = make_ndarray(histogram_pb("weights", values, buckets=BUCKETS).value[0].tensor)
    ours = buckets(values)
    np.testing.assert_allclose(ours[:, :2], theirs[:, :2], rtol=1e-5, atol=scale * 1e-6)
    # A value on an edge may fall to either side, in float32 here and float64 there.
    assert np.abs(ours[:, 2] - theirs[:, 2]).sum() <= 4


def test_every_value_is_counted() -> None:
    values = np.random.default_rng(2).normal(size=12_345).astype(np.float32)
    ours = buckets(values)
    assert ours[:, 2].sum() == 12_345
    assert (ours[0, 0], ours[-1, 1]) == (values.min(), values.max())
    assert np.array_equal(ours[1:, 0], ours[:-1, 1])


@pytest.mark.parametrize("values", [np.zeros(10), np.full((3, 3), 2.5), np.array([7.0])])
def test_weights_that_are_all_equal_are_counted_too(values: np.ndarray) -> None:
    ours = buckets(values)
    assert ours[:, 2].sum() == values.size
    assert ours[:, :2].min() == ours[:, :2].max() == values.flat[0]


@pytest.mark.parametrize("scale", [1e-38, 1e-42, 1e-45])
def test_gradients_that_have_all_but_vanished_are_counted(scale: float) -> None:
    ours = buckets(np.linspace(0, 1, 100) * scale)
    assert ours[:, 2].sum() == 100
    assert (ours[:, 2] >= 0).all()


def test_a_range_that_overflows_is_not_counted() -> None:
    assert buckets(np.array([-3e38, 3e38]))[:, 2].sum() == 0


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_weights_of_a_diverged_network_do_not_stop_the_trainer(bad: float) -> None:
    ours = buckets(np.array([0.5, bad, 1.0]))
    assert np.isfinite(ours).all()
    assert ours[:, 2].sum() == 0
