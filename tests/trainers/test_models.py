"""The networks: parameters counted by hand, shapes, and a start that follows from the seed."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from trainers import models
from trainers.specs import ClassifySpec, settings

BY_HAND = {
    "softmax": 784 * 10 + 10,
    "mlp": (784 * 128 + 128) + (128 * 128 + 128) + (128 * 10 + 10),
    "simple_cnn": (5 * 5 * 32 + 32) + (5 * 5 * 32 * 64 + 64) + (7 * 7 * 64 * 1024 + 1024) + (1024 * 10 + 10),
}


def test_every_model_that_may_be_asked_for_can_be_built() -> None:
    choices = next(setting.choices for setting in settings(ClassifySpec) if setting.name == "model")
    assert set(choices) == set(models.MODELS) == set(BY_HAND)


@pytest.mark.parametrize("name", BY_HAND)
def test_parameters_are_as_counted_by_hand(name: str) -> None:
    model = models.build(ClassifySpec(model=name))
    assert model.count_params() == BY_HAND[name]
    probabilities = model(np.random.default_rng(0).random((3, 28, 28, 1), np.float32)).numpy()
    assert probabilities.shape == (3, 10)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-5)


def test_depth_width_and_activation_have_their_effect() -> None:
    model = models.build(ClassifySpec(model="mlp", depth=3, width=7, activation="tanh"))
    hidden = [layer for layer in model.layers if layer.name.startswith("hidden")]
    assert [layer.units for layer in hidden] == [7, 7, 7]
    assert all(layer.activation is keras.activations.tanh for layer in hidden)
    assert model.count_params() == (784 * 7 + 7) + 2 * (7 * 7 + 7) + (7 * 10 + 10)


def test_the_convolutional_network_obeys_activation_and_dropout() -> None:
    model = models.build(ClassifySpec(model="simple_cnn", activation="sigmoid", dropout=0.25))
    assert model.get_layer("dropout").rate == 0.25
    for name in ("convolution_1", "convolution_2", "dense"):
        assert model.get_layer(name).activation is keras.activations.sigmoid


def test_the_start_follows_from_the_seed() -> None:
    def weights(seed: int) -> np.ndarray:
        return models.build(ClassifySpec(model="mlp", seed=seed)).get_weights()[0]

    assert np.array_equal(weights(5), weights(5))
    assert not np.array_equal(weights(5), weights(6))


def test_each_model_is_explained() -> None:
    for name in models.MODELS:
        assert len(models.explanation(name)) > 80
