"""Multiply-adds, counted by hand from the papers' layouts."""

from __future__ import annotations

import keras
import pytest

from trainers import models
from trainers.multiply_adds import multiply_adds
from trainers.specs import ClassifySpec, parse_spec


def total(model: keras.Model) -> int:
    return sum(multiply_adds(layer) for layer in model.layers)


# For each place of an output and each kernel: the products of one window over all channels.
BY_HAND = {
    "softmax": 784 * 10,
    "mlp": 784 * 128 + 128 * 128 + 128 * 10,
    "simple_cnn": 28 * 28 * 32 * 25 + 14 * 14 * 64 * 25 * 32 + 7 * 7 * 64 * 1024 + 1024 * 10,
    "lenet5": 117_600 + 240_000 + 48_000 + 10_080 + 840,  # C1, C3 that sees all maps, C5, F6, the output
    "fast_cnn": 24 * 24 * 24 * 25 + 10 * 10 * 32 * 9 * 24 + 800 * 256 + 256 * 10,
    # 28 rows of 28 pixels; inside are one, three and four dense layers of row and state.
    "rnn": 28 * 128 * (28 + 128) + 128 * 10,
    "gru": 28 * 3 * 128 * (28 + 128) + 128 * 10,
    "lstm": 28 * 4 * 128 * (28 + 128) + 128 * 10,
}


@pytest.mark.parametrize("name", BY_HAND)
def test_multiply_adds_are_as_counted_by_hand(name: str) -> None:
    assert total(models.build(parse_spec({"model": name}))) == BY_HAND[name]


def test_the_residual_network_with_three_blocks_a_stage_is_resnet_20_of_the_paper() -> None:
    """He et al. (2016), section 4.2, on CIFAR-10: 0.27 million weights; 40.6 million products and the shortcuts'."""
    model = models.build(ClassifySpec(model="resnet_small", depth=3), 10, (32, 32, 3))
    weights = sum(int(variable.shape.num_elements()) for variable in model.trainable_variables)
    kernels = 27 * 16 + 6 * 2_304 + (4_608 + 5 * 9_216) + (18_432 + 5 * 36_864) + 640 + (512 + 2_048)
    normalisations = 2 * (
        16 * 7 + 32 * 7 + 64 * 7
    )  # one for each convolution, shortcuts included: shift and scale
    assert weights == kernels + 10 + normalisations
    assert round(weights / 1e6, 2) == 0.27
    stages = 6 * 2_359_296 + 2 * (1_179_648 + 5 * 2_359_296)
    assert total(model) == 32 * 32 * 27 * 16 + stages + 640 + 2 * 131_072


def test_what_multiplies_no_weights_counts_nothing() -> None:
    with_it = models.build(ClassifySpec(model="simple_cnn", batch_norm=True, dropout=0.5))
    assert total(with_it) == BY_HAND["simple_cnn"]
