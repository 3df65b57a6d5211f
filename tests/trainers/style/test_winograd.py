"""Fewer multiplications, the same convolution and the same gradient, at any size."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from tests.trainers.style import oracle
from trainers.style.winograd import convolution

RANDOM = np.random.default_rng(4)
KERNEL = RANDOM.normal(size=(3, 3, 8, 5)).astype(np.float32)


@pytest.mark.parametrize("size", [(1, 1), (4, 4), (5, 7), (16, 9)])
def test_it_is_the_convolution(size):
    picture = RANDOM.normal(size=(*size, 8)).astype(np.float32)
    # What the oracle makes 0 is told apart by asking for both signs.
    wanted = oracle.convolved(picture, KERNEL, np.zeros(5)) - oracle.convolved(picture, -KERNEL, np.zeros(5))
    np.testing.assert_allclose(convolution(KERNEL)(tf.constant(picture[None]))[0], wanted, atol=1e-4)


def test_its_gradient_is_that_of_the_convolution():
    picture = tf.constant(RANDOM.normal(size=(1, 11, 6, 8)), tf.float32)
    pull = tf.constant(RANDOM.normal(size=(1, 11, 6, 5)), tf.float32)
    gradients = []
    for one in (convolution(KERNEL), lambda x: tf.nn.conv2d(x, KERNEL, 1, "SAME")):
        with tf.GradientTape() as tape:
            tape.watch(picture)
            answer = tf.reduce_sum(one(picture) * pull)
        gradients.append(tape.gradient(answer, picture).numpy())
    np.testing.assert_allclose(gradients[0], gradients[1], atol=1e-3)
