"""Two networks start with the same weights wherever shapes agree, and those are drawn as the initialiser says."""

from __future__ import annotations

import hashlib
import math
from collections import defaultdict
from typing import Any

import keras
import numpy as np
import pytest
import scipy.stats

from trainers import boundary, models, sequence
from trainers.comparisons import COMPARISON_PRESETS
from trainers.description import input_shape
from trainers.specs import BoundarySpec, SequenceSpec, parse_spec


def hashes(model: keras.Model) -> dict[tuple[int, ...], list[str]]:
    """The kernels' content by shape, from the input on."""
    found = defaultdict(list)
    for weight in model.weights:
        if "kernel" in weight.name:
            found[tuple(weight.shape)].append(hashlib.sha256(weight.numpy().tobytes()).hexdigest())
    return found


def classifier(**settings: Any) -> keras.Model:
    return models.build(parse_spec({"width": 24, **settings} if settings["model"] == "mlp" else settings))


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        ({"model": "mlp", "depth": 2}, {"model": "mlp", "depth": 5}, 3),
        ({"model": "mlp"}, {"model": "mlp", "activation": "sigmoid"}, 3),
        ({"model": "mlp"}, {"model": "mlp", "dropout": 0.5}, 3),
        ({"model": "mlp"}, {"model": "mlp", "batch_norm": True}, 3),
        ({"model": "lenet5"}, {"model": "lenet5", "dropout": 0.5, "batch_norm": True}, 5),
        ({"model": "resnet_small", "depth": 1}, {"model": "resnet_small", "depth": 2}, 10),
        ({"model": "gru", "width": 16}, {"model": "gru", "width": 16, "dropout": 0.2}, 3),
    ],
)
def test_networks_start_alike_where_shapes_agree(one: dict, other: dict, shared: int) -> None:
    first, second = hashes(classifier(**one)), hashes(classifier(**other))
    counted = 0
    for shape in first.keys() & second.keys():
        both = min(len(first[shape]), len(second[shape]))
        assert first[shape][:both] == second[shape][:both], shape
        counted += both
    assert counted == shared
    assert len({digest for same in first.values() for digest in same}) == sum(map(len, first.values()))


def test_the_simple_and_the_deep_convolutional_network_have_no_kernel_of_equal_shape() -> None:
    """So that pair shares data, batches and seed, and no weights."""
    first, second = (hashes(classifier(model=name)) for name in ("simple_cnn", "deep_cnn"))
    assert first.keys().isdisjoint(second.keys())


@pytest.mark.parametrize("name", COMPARISON_PRESETS)
def test_both_arms_of_every_preset_start_alike_where_shapes_agree(name: str) -> None:
    """Pooled features bring another input, so only the layers behind the first are of one shape."""
    planned = COMPARISON_PRESETS[name].comparison(seeds=1).planned()
    specs = {one.value: one.spec for one in planned}  # one learning rate of each arm
    first, second = (hashes(models.build(spec, 10, input_shape(spec))) for spec in specs.values())
    shared = first.keys() & second.keys()
    assert bool(shared) == (name != "depth")
    for shape in shared:
        assert first[shape] == second[shape], shape


def test_points_and_signals_start_alike_too() -> None:
    shallow, deep = (boundary.build(BoundarySpec(model="deep", depth=depth)) for depth in (2, 4))
    for shape, kernels in hashes(shallow).items():
        assert hashes(deep)[shape][: len(kernels)] == kernels
    short, tall = (sequence.build(SequenceSpec(model="lstm", width=8, depth=depth)) for depth in (1, 2))
    for shape, kernels in hashes(short).items():
        assert hashes(tall)[shape][: len(kernels)] == kernels


@pytest.mark.parametrize(
    ("initializer", "deviation"),
    [
        ("glorot_uniform", math.sqrt(2 / (784 + 300))),
        ("he_normal", math.sqrt(2 / 784)),
        ("lecun_normal", math.sqrt(1 / 784)),
        ("small_normal", 0.1 * scipy.stats.truncnorm(-2, 2).std()),
    ],
)
def test_weights_are_distributed_as_the_initialiser_says(initializer: str, deviation: float) -> None:
    """Glorot, Bengio 2010; He et al. 2015; LeCun et al. 1998: the variance by the fan of a kernel [784, 300]."""
    model = models.build(parse_spec({"model": "mlp", "width": 300, "depth": 1, "initializer": initializer}))
    values = model.get_layer("hidden_1").kernel.numpy().ravel()
    if "uniform" in initializer:
        limit = math.sqrt(3) * deviation
        expected = scipy.stats.uniform(-limit, 2 * limit)
    else:
        expected = scipy.stats.truncnorm(-2, 2, scale=deviation / scipy.stats.truncnorm(-2, 2).std())
    assert scipy.stats.kstest(values, expected.cdf).pvalue > 1e-3
    assert abs(np.corrcoef(values[:-1], values[1:])[0, 1]) < 0.01


def test_zeros_stay_zeros_and_recurrent_kernels_orthogonal() -> None:
    zeros = models.build(parse_spec({"model": "softmax", "initializer": "zeros"}))
    assert not np.any(zeros.get_layer("classes").kernel.numpy())
    recurrent = sequence.build(SequenceSpec(model="rnn", width=12)).layers[0].cell.recurrent_kernel.numpy()
    np.testing.assert_allclose(recurrent @ recurrent.T, np.eye(12), atol=1e-5)
