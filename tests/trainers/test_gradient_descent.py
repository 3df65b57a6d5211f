"""Learning, held against NumPy: the softmax gradient written out by hand, and the parts around it."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf

from trainers import models
from trainers.datasets import Split
from trainers.gradient_descent import (
    MEASURES,
    as_input,
    compiled_steps,
    compiled_validation,
    epoch_order,
    training_step,
)
from trainers.specs import ClassifySpec


@pytest.fixture
def some_digits() -> Split:
    random = np.random.default_rng(3)
    return Split(random.integers(0, 256, (50, 28, 28), np.uint8), random.integers(0, 10, 50, np.uint8))


def softmax_model(seed: int = 1) -> keras.Model:
    return models.build(ClassifySpec(model="softmax", seed=seed))


def numpy_softmax(weights: np.ndarray, bias: np.ndarray, images: np.ndarray) -> np.ndarray:
    scores = images @ weights + bias
    exponentials = np.exp(scores - scores.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def test_a_step_of_softmax_is_the_gradient_written_out_by_hand(some_digits: Split) -> None:
    model = softmax_model()
    weights, bias = (part.astype(np.float64) for part in model.get_weights())
    images = some_digits.images.reshape(50, 784) / 255.0
    probabilities = numpy_softmax(weights, bias, images)
    wrongness = probabilities - np.eye(10)[some_digits.labels]  # dL/dscores = p − y

    step = training_step(model, keras.optimizers.SGD(0.1))
    loss, accuracy, rate = step(some_digits.images, some_digits.labels.astype(np.int64)).numpy()

    assert loss == pytest.approx(-np.log(probabilities[np.arange(50), some_digits.labels]).mean(), rel=1e-5)
    assert accuracy == pytest.approx((probabilities.argmax(axis=1) == some_digits.labels).mean())
    assert rate == pytest.approx(0.1)
    new_weights, new_bias = model.get_weights()
    np.testing.assert_allclose(new_weights, weights - 0.1 * images.T @ wrongness / 50, atol=1e-6)
    np.testing.assert_allclose(new_bias, bias - 0.1 * wrongness.mean(axis=0), atol=1e-6)


def test_a_first_step_of_adam_has_the_length_of_the_learning_rate(some_digits: Split) -> None:
    """Kingma and Ba (2015): after one step the moments cancel, and each weight moves by the rate."""
    model = softmax_model()
    before = model.get_weights()[1]
    training_step(model, keras.optimizers.Adam(0.01))(some_digits.images, some_digits.labels.astype(np.int64))
    np.testing.assert_allclose(np.abs(model.get_weights()[1] - before), 0.01, rtol=0.01)


def test_a_network_that_is_sure_and_wrong_has_a_finite_loss(some_digits: Split) -> None:
    model = softmax_model()
    model.set_weights([np.zeros((784, 10)), np.array([1e4] + [0.0] * 9)])
    labels = np.ones(50, np.int64)
    loss = training_step(model, keras.optimizers.SGD(0.1))(some_digits.images, labels).numpy()[0]
    assert loss == pytest.approx(1e4)  # −log p would be infinite


@pytest.mark.parametrize("batch_size", [1, 7, 50, 64])
def test_chunks_of_any_length_learn_the_same_and_compile_once(some_digits: Split, batch_size: int) -> None:
    count = -(-50 // batch_size)
    order = epoch_order(1, 0, 50)
    results = []
    for cuts in ([count], [1] * count, [count // 2, count - count // 2]):
        model = softmax_model()
        steps = compiled_steps(training_step(model, keras.optimizers.Adam(0.01)), some_digits, batch_size)
        first, measures = 0, []
        for length in filter(None, cuts):
            measures.append(steps(order, tf.constant(first), tf.constant(length)).numpy())
            first += length
        assert steps.experimental_get_tracing_count() == 1
        results.append((np.concatenate(measures), model.get_weights()[0]))
    for measures, weights in results:
        assert measures.shape == (count, len(MEASURES))
        assert np.array_equal(measures, results[0][0])
        assert np.array_equal(weights, results[0][1])


def test_the_last_batch_holds_what_is_left(some_digits: Split) -> None:
    model = softmax_model()
    steps = compiled_steps(training_step(model, keras.optimizers.SGD(1e-9)), some_digits, 32)
    order = epoch_order(1, 0, 50)
    loss = steps(order, tf.constant(1), tf.constant(1)).numpy()[0, 0]
    rows = order[32:]
    probabilities = model(as_input(tf.constant(some_digits.images[rows]))).numpy()
    assert loss == pytest.approx(
        -np.log(probabilities[np.arange(18), some_digits.labels[rows]]).mean(), rel=1e-4
    )


def test_an_epoch_shows_each_image_once_in_an_order_of_its_own() -> None:
    orders = [epoch_order(seed, epoch, 4_000) for seed in (1, 2) for epoch in (0, 1)]
    for order in orders:
        assert np.array_equal(np.sort(order), np.arange(4_000))
    assert len({order.tobytes() for order in orders}) == 4
    assert np.array_equal(orders[1], epoch_order(1, 1, 4_000))


def test_validation_is_the_mean_over_all_images() -> None:
    random = np.random.default_rng(3)
    split = Split(random.integers(0, 256, (2_345, 28, 28), np.uint8), random.integers(0, 10, 2_345, np.uint8))
    model = softmax_model()
    loss, accuracy = compiled_validation(model, split)()
    weights, bias = model.get_weights()
    probabilities = numpy_softmax(weights, bias, split.images.reshape(-1, 784) / 255.0)
    assert accuracy == (probabilities.argmax(axis=1) == split.labels).mean()
    assert loss == pytest.approx(-np.log(probabilities[np.arange(2_345), split.labels]).mean(), rel=1e-5)


def test_pixels_become_numbers_from_0_to_1() -> None:
    fed = as_input(tf.constant(np.arange(256, dtype=np.uint8).repeat(49).reshape(16, 28, 28))).numpy()
    assert fed.shape == (16, 28, 28, 1)
    assert fed.min() == 0.0
    assert fed.max() == 1.0
