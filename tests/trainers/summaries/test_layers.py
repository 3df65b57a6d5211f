"""Norms and histograms of weights and gradients, held against closed forms and finite differences."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.util.tensor_util import make_ndarray

from trainers.datasets import Split
from trainers.observation import _training_loss
from trainers.specs import ClassifySpec
from trainers.summaries.layers import LayerSummaries

# Keras 3.15 converts tensors in a way that NumPy 2 announces to drop.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


@pytest.fixture(scope="module")
def sample() -> Split:
    random = np.random.default_rng(5)
    return Split(random.integers(0, 256, (20, 28, 28), np.uint8), random.integers(0, 10, 20, np.uint8))


def softmax() -> keras.Model:
    keras.utils.set_random_seed(1)
    return keras.Sequential(
        [keras.Input((28, 28, 1)), layers.Flatten(), layers.Dense(10, activation="softmax", name="classes")],
        name="softmax",
    )


def deep(activation: str, depth: int = 6) -> keras.Model:
    keras.utils.set_random_seed(2)
    hidden = [layers.Dense(16, activation=activation, name=f"hidden_{number + 1}") for number in range(depth)]
    classes = layers.Dense(10, activation="softmax", name="classes")
    return keras.Sequential([keras.Input((28, 28, 1)), layers.Flatten(), *hidden, classes], name="deep")


def summary(
    model: keras.Model, sample: Split, *, norms: bool, histograms: bool, **settings: float
) -> Summary:
    loss = _training_loss(model, ClassifySpec(**settings), sample)
    return LayerSummaries(model, loss, "the loss", norms=norms, histograms=histograms).summary()


def norms(model: keras.Model, sample: Split, **settings: float) -> dict[str, float]:
    found = summary(model, sample, norms=True, histograms=False, **settings)
    return {value.tag: float(make_ndarray(value.tensor)) for value in found.value}


def probabilities(model: keras.Model, pixels: np.ndarray) -> np.ndarray:
    kernel, bias = (weight.numpy().astype(float) for weight in model.trainable_weights)
    scores = pixels @ kernel + bias
    exponentials = np.exp(scores - scores.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def test_the_gradient_of_a_softmax_layer_is_that_of_the_books(sample: Split) -> None:
    """∂L/∂W = Xᵀ(P − Y)/n and ∂L/∂b = mean(P − Y); Bishop (2006), equation 4.109."""
    model = softmax()
    pixels = sample.images.reshape(20, 784) / 255
    error = (probabilities(model, pixels) - np.eye(10)[sample.labels]) / 20
    gradients = pixels.T @ error, error.sum(axis=0)
    weights = [weight.numpy() for weight in model.trainable_weights]
    assert norms(model, sample) == {
        "weight_norm/classes": pytest.approx(np.sqrt(sum((part**2).sum() for part in weights)), rel=1e-5),
        "gradient_norm/classes": pytest.approx(np.sqrt(sum((part**2).sum() for part in gradients)), rel=1e-4),
    }
    found = summary(model, sample, norms=False, histograms=True)
    buckets = {value.tag: make_ndarray(value.tensor) for value in found.value}
    assert list(buckets) == [
        f"{part}/classes/{name}" for part in ("weights", "gradients") for name in ("kernel", "bias")
    ]
    expected, edges = np.histogram(gradients[0], 30)
    assert np.abs(buckets["gradients/classes/kernel"][:, 2] - expected).sum() <= 8  # a value on an edge
    np.testing.assert_allclose(buckets["gradients/classes/kernel"][:, 0], edges[:-1], rtol=1e-3, atol=1e-6)


def test_label_smoothing_and_penalties_belong_to_the_loss(sample: Split) -> None:
    model = softmax()
    pixels = sample.images.reshape(20, 784) / 255
    wanted = 0.8 * np.eye(10)[sample.labels] + 0.02
    error = (probabilities(model, pixels) - wanted) / 20
    model.layers[-1].kernel.regularizer = keras.regularizers.L2(0.1)
    gradient = pixels.T @ error + 0.2 * model.layers[-1].kernel.numpy()
    expected = np.sqrt((gradient**2).sum() + (error.sum(axis=0) ** 2).sum())
    found = norms(model, sample, label_smoothing=0.2)
    assert found["gradient_norm/classes"] == pytest.approx(expected, rel=1e-4)


def test_the_gradient_of_a_hidden_layer_is_the_slope_of_the_loss(sample: Split) -> None:
    """A step along the gradient changes the loss by the step's length times the gradient's norm."""
    model = deep("tanh", depth=2)
    loss = _training_loss(model, ClassifySpec(), sample)
    found = norms(model, sample)
    with tf.GradientTape() as tape:
        value = loss()
    weights = model.get_layer("hidden_1").trainable_weights
    gradients = tape.gradient(value, weights)
    before = [weight.numpy() for weight in weights]
    slopes = []
    for sign in (1, -1):
        for weight, start, gradient in zip(weights, before, gradients, strict=True):
            weight.assign(start + sign * 1e-2 * gradient.numpy() / found["gradient_norm/hidden_1"])
        slopes.append(float(loss()))
    assert (slopes[0] - slopes[1]) / 2e-2 == pytest.approx(found["gradient_norm/hidden_1"], rel=1e-2)


def test_vanishing_gradients_of_a_deep_sigmoid_network_stand_there_as_numbers(sample: Split) -> None:
    sigmoid, relu = norms(deep("sigmoid"), sample), norms(deep("relu"), sample)
    vanished = sigmoid["gradient_norm/hidden_1"] / sigmoid["gradient_norm/hidden_6"]
    assert 0 < vanished < 1e-2
    assert relu["gradient_norm/hidden_1"] / relu["gradient_norm/hidden_6"] > 10 * vanished


def test_a_gradient_whose_square_float32_cannot_hold_is_not_nothing(sample: Split) -> None:
    model = softmax()
    loss = _training_loss(model, ClassifySpec(), sample)
    tiny = LayerSummaries(model, lambda: 1e-30 * loss(), "the loss", norms=True, histograms=False).summary()
    found = {value.tag: float(make_ndarray(value.tensor)) for value in tiny.value}
    expected = 1e-30 * norms(model, sample)["gradient_norm/classes"]
    assert found["gradient_norm/classes"] == pytest.approx(expected, rel=1e-3, abs=0)


def test_dropout_does_not_blur_the_numbers(sample: Split) -> None:
    keras.utils.set_random_seed(3)
    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(10, activation="softmax"),
        ]
    )
    assert norms(model, sample) == norms(model, sample)
