"""Learning, held against NumPy: the softmax gradient written out by hand, and the parts around it."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from trainers import models
from trainers.datasets import Split
from trainers.gradient_descent import (
    MEASURES,
    Descent,
    as_input,
    averaged_weights,
    compiled_validation,
    descent,
    epoch_order,
    loss_function,
)
from trainers.specs import ClassifySpec

IMAGES = 50


@pytest.fixture(scope="module")
def some_digits() -> Split:
    random = np.random.default_rng(3)
    images = random.integers(0, 256, (IMAGES, 28, 28), np.uint8)
    return Split(images, random.integers(0, 10, IMAGES, np.uint8))


def learner(split: Split, *, steps: int = 100, **settings: Any) -> tuple[keras.Model, Descent]:
    """A model and how it learns from some images, all of them in one batch unless the settings say otherwise."""
    spec = ClassifySpec(**{"batch_size": IMAGES, "optimizer": "sgd", "learning_rate": 0.1, **settings})
    model = models.build(spec, input_shape=tuple(as_input(tf.constant(split.images)).shape[1:]))
    return model, descent(
        model, spec, split, total_steps=steps, steps_per_epoch=-(-IMAGES // spec.batch_size)
    )


def run(learning: Descent, first: int, count: int, order: np.ndarray | None = None) -> np.ndarray:
    order = np.arange(IMAGES, dtype=np.int32) if order is None else order
    return learning.run_steps(tf.constant(order), tf.constant(first), tf.constant(count)).numpy()


def one_step(learning: Descent) -> np.ndarray:
    return run(learning, 0, 1)[0]


def variables(model: keras.Model, learning: Descent) -> list[keras.Variable]:
    return [*model.weights, *learning.optimizer.variables, *learning.randomness]


def numpy_softmax(weights: np.ndarray, bias: np.ndarray, images: np.ndarray) -> np.ndarray:
    scores = images @ weights + bias
    exponentials = np.exp(scores - scores.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


@pytest.mark.parametrize(("smoothing", "l2"), [(0.0, 0.0), (0.3, 0.02)])
def test_a_step_of_softmax_is_the_gradient_written_out_by_hand(
    some_digits: Split, smoothing: float, l2: float
) -> None:
    """Loss −Σ q log p + λ Σ w², q = (1 − s) y + s / 10; dL/dscores = p − q."""
    model, learning = learner(some_digits, label_smoothing=smoothing, l2=l2)
    weights, bias = (part.astype(np.float64) for part in model.get_weights())
    images = some_digits.images.reshape(IMAGES, 784) / 255.0
    probabilities = numpy_softmax(weights, bias, images)
    targets = (1 - smoothing) * np.eye(10)[some_digits.labels] + smoothing / 10

    loss, accuracy, rate = one_step(learning)

    entropies = -(targets * np.log(probabilities)).sum(axis=1)
    assert loss == pytest.approx(entropies.mean() + l2 * (weights**2).sum(), rel=1e-5)
    assert accuracy == pytest.approx((probabilities.argmax(axis=1) == some_digits.labels).mean())
    assert rate == pytest.approx(0.1)
    slope = images.T @ (probabilities - targets) / IMAGES + 2 * l2 * weights
    new_weights, new_bias = model.get_weights()
    np.testing.assert_allclose(new_weights, weights - 0.1 * slope, atol=1e-6)
    np.testing.assert_allclose(new_bias, bias - 0.1 * (probabilities - targets).mean(axis=0), atol=1e-6)


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_a_network_that_is_sure_and_wrong_has_a_finite_loss(smoothing: float) -> None:
    """−log p(1) is 10,000 here, and −log 0 for whoever computes p first."""
    model = models.build(ClassifySpec())
    model.set_weights([np.zeros((784, 10)), np.array([1e4] + [0.0] * 9)])
    loss, labels = loss_function(smoothing), tf.ones([5], tf.int64)
    compiled = tf.function(lambda: loss(labels, model(tf.zeros([5, 28, 28, 1]))))
    believed_elsewhere = 1 - smoothing / 10
    assert compiled().numpy() == pytest.approx(1e4 * believed_elsewhere)


@pytest.mark.parametrize("batch_size", [7, 64])
def test_chunks_of_any_length_learn_the_same_and_compile_once(some_digits: Split, batch_size: int) -> None:
    count = -(-IMAGES // batch_size)
    order = epoch_order(1, 0, IMAGES)
    model, learning = learner(
        some_digits, batch_size=batch_size, optimizer="adam", schedule="cosine", steps=count
    )
    start = [variable.numpy() for variable in variables(model, learning)]
    results = []
    for cuts in ([count], [1] * count, [count // 2, count - count // 2]):
        for variable, values in zip(variables(model, learning), start, strict=True):
            variable.assign(values)
        first, measures = 0, []
        for length in filter(None, cuts):
            measures.append(run(learning, first, length, order))
            first += length
        results.append((np.concatenate(measures), model.get_weights()[0]))
    assert learning.run_steps.experimental_get_tracing_count() == 1
    for measures, weights in results:
        assert measures.shape == (count, len(MEASURES))
        assert np.array_equal(measures, results[0][0])
        assert np.array_equal(weights, results[0][1])


def test_the_last_batch_holds_what_is_left(some_digits: Split) -> None:
    model, learning = learner(some_digits, batch_size=32, learning_rate=1e-9)
    order = epoch_order(1, 0, IMAGES)
    loss = run(learning, 1, 1, order)[0, 0]
    rows = order[32:]
    probabilities = model(as_input(tf.constant(some_digits.images[rows]))).numpy()
    assert loss == pytest.approx(
        -np.log(probabilities[np.arange(18), some_digits.labels[rows]]).mean(), rel=1e-4
    )


def test_the_rate_of_a_step_is_that_of_the_schedule_and_the_weights_move_by_it(some_digits: Split) -> None:
    """Half a cosine over two steps: 0.1, then 0.05, then nothing moves any more."""
    model, learning = learner(some_digits, schedule="cosine", steps=2)
    rates = [one_step(learning)[2] for _ in range(2)]
    assert rates == pytest.approx([0.1, 0.05])
    before = model.get_weights()
    assert one_step(learning)[2] == 0
    for weights, old in zip(model.get_weights(), before, strict=True):
        assert np.array_equal(weights, old)


def test_a_chosen_rate_moves_the_weights_so_much_further(some_digits: Split) -> None:
    model, learning = learner(some_digits)
    start, moves = model.get_weights(), []
    for rate in (None, 0.2, 0.7, None):
        model.set_weights(start)
        learning.steered.choose(rate)
        assert one_step(learning)[2] == pytest.approx(rate or 0.1)
        moves.append(model.get_weights()[0] - start[0])
    np.testing.assert_allclose(moves[1], 2 * moves[0], atol=1e-7)
    np.testing.assert_allclose(moves[2], 7 * moves[0], atol=1e-6)
    assert np.array_equal(moves[3], moves[0])
    assert learning.run_steps.experimental_get_tracing_count() == 1


def test_averages_are_in_the_model_only_as_long_as_asked(some_digits: Split) -> None:
    model, learning = learner(some_digits, moving_average=0.8, optimizer="adam", learning_rate=0.01)
    with averaged_weights(model, learning.optimizer):  # nothing is averaged yet
        assert np.abs(model.get_weights()[0]).max() > 0
    passed = []
    for _ in range(3):
        one_step(learning)
        passed.append(model.get_weights()[0])
    average = 0.8 * (0.8 * passed[0] + 0.2 * passed[1]) + 0.2 * passed[2]
    with averaged_weights(model, learning.optimizer):
        np.testing.assert_allclose(model.get_weights()[0], average, atol=1e-6)
    assert np.array_equal(model.get_weights()[0], passed[2])


def test_a_test_that_fails_leaves_the_learned_weights(some_digits: Split) -> None:
    model, learning = learner(some_digits, moving_average=0.8)
    passed = [(one_step(learning), model.get_weights()[0])[1] for _ in range(2)]

    def fail() -> None:
        with averaged_weights(model, learning.optimizer):
            assert not np.array_equal(model.get_weights()[0], passed[1])
            raise InterruptedError

    with pytest.raises(InterruptedError):
        fail()
    assert np.array_equal(model.get_weights()[0], passed[1])


@pytest.mark.parametrize(
    "settings",
    [
        {"model": "mlp", "width": 8, "dropout": 0.5, "batch_norm": True, "optimizer": "adam"},
        {"shift": 3.0, "rotation": 20.0, "optimizer": "nesterov", "moving_average": 0.9},
        {"elastic": 2.0, "scale": 0.2, "optimizer": "adadelta", "schedule": "one_cycle"},
    ],
    ids=["dropout", "moved", "bent"],
)
def test_what_is_kept_is_all_that_matters_for_what_follows(
    some_digits: Split, settings: dict[str, Any]
) -> None:
    """A new process that takes the state over goes on to the last bit as the old one did; another state does not."""
    settings = {"batch_size": 20, **settings}
    old_model, old = learner(some_digits, **settings)
    run(old, 0, 2)
    kept = [variable.numpy() for variable in variables(old_model, old)]
    expected = run(old, 1, 2)
    new_model, new = learner(some_digits, **settings)
    for variable, values in zip(variables(new_model, new), kept, strict=True):
        variable.assign(values)
    assert np.array_equal(run(new, 1, 2), expected)
    for found, wanted in zip(variables(new_model, new), variables(old_model, old), strict=True):
        assert np.array_equal(found.numpy(), wanted.numpy())
    for variable, values in zip(variables(new_model, new), kept, strict=True):
        if not any(variable is state for state in new.randomness):
            variable.assign(values)
    assert not np.array_equal(run(new, 1, 2), expected)  # the random numbers went on


def test_augmented_images_are_learned_otherwise_and_validated_as_they_are(some_digits: Split) -> None:
    plain_model, plain = learner(some_digits)
    model, learning = learner(some_digits, shift=4.0)
    assert np.array_equal(model.get_weights()[0], plain_model.get_weights()[0])
    seen = [compiled_validation(each, some_digits)() for each in (plain_model, model)]
    assert np.array_equal(seen[0], seen[1])
    losses = [run(learning, 0, 1)[0, 0] for _ in range(2)]
    assert len({one_step(plain)[0], *losses}) == 3


def test_layers_in_bfloat16_minimise_a_float32_loss(some_digits: Split) -> None:
    settings = {"model": "mlp", "width": 16, "label_smoothing": 0.1}
    model, exact = learner(some_digits, **settings)
    rough_model, rough = learner(some_digits, precision="bfloat16", **settings)
    rough_model.set_weights(model.get_weights())
    for weight in rough_model.trainable_variables:
        assert weight.dtype == "float32"
    for _ in range(3):
        assert one_step(rough) == pytest.approx(one_step(exact), rel=0.03, abs=0.05)


@pytest.mark.parametrize("shape", [(30,), (9, 7, 3)])
def test_it_learns_from_vectors_and_colours(shape: tuple[int, ...]) -> None:
    random = np.random.default_rng(5)
    split = Split(random.random((IMAGES, *shape), np.float32), random.integers(0, 10, IMAGES, np.uint8))
    model, learning = learner(split, model="mlp", width=32, optimizer="adam", learning_rate=0.01)
    losses = run(learning, 0, 1)[0, 0], *[one_step(learning)[0] for _ in range(40)]
    assert losses[-1] < losses[0] / 2
    loss, accuracy = compiled_validation(model, split)()
    assert loss < losses[0] / 2
    assert accuracy > 0.5


def test_an_epoch_shows_each_image_once_in_an_order_of_its_own() -> None:
    orders = [epoch_order(seed, epoch, 4_000) for seed in (1, 2) for epoch in (0, 1)]
    for order in orders:
        assert np.array_equal(np.sort(order), np.arange(4_000))
    assert len({order.tobytes() for order in orders}) == 4
    assert np.array_equal(orders[1], epoch_order(1, 1, 4_000))


def test_validation_is_the_plain_mean_over_all_images() -> None:
    random = np.random.default_rng(3)
    split = Split(random.integers(0, 256, (2_345, 28, 28), np.uint8), random.integers(0, 10, 2_345, np.uint8))
    spec = ClassifySpec(l2=1.0, label_smoothing=0.5)
    model = models.build(spec)
    loss, accuracy = compiled_validation(model, split)()
    weights, bias = model.get_weights()
    probabilities = numpy_softmax(weights, bias, split.images.reshape(-1, 784) / 255.0)
    assert accuracy == (probabilities.argmax(axis=1) == split.labels).mean()
    assert loss == pytest.approx(-np.log(probabilities[np.arange(2_345), split.labels]).mean(), rel=1e-5)


def test_pixels_become_numbers_from_0_to_1() -> None:
    pixels = np.arange(256, dtype=np.uint8).repeat(49).reshape(16, 28, 28)
    fed = as_input(tf.constant(pixels)).numpy()
    assert fed.dtype == np.float32
    np.testing.assert_array_equal(fed, (pixels / np.float32(255))[..., np.newaxis])


@pytest.mark.parametrize(
    ("shape", "fed"), [((2, 5, 4), (2, 5, 4, 1)), ((2, 5, 4, 3), (2, 5, 4, 3)), ((2, 7), (2, 7))]
)
def test_numbers_are_fed_as_they_are(shape: tuple[int, ...], fed: tuple[int, ...]) -> None:
    numbers = np.random.default_rng(1).normal(size=shape).astype(np.float32)
    np.testing.assert_array_equal(as_input(tf.constant(numbers)).numpy(), numbers.reshape(fed))
    colours = np.full((1, 2, 2, 3), 51, np.uint8)
    np.testing.assert_array_equal(
        as_input(tf.constant(colours)).numpy(), np.full((1, 2, 2, 3), np.float32(0.2))
    )
