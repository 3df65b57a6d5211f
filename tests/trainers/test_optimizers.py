"""Optimizers, held against their published formulas in NumPy's float64 on a tiny softmax regression."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from trainers import optimizers
from trainers.specs import ClassifySpec

RATE, STEPS = 0.05, 3
EPSILON = 1e-7  # Keras' default
RANDOM = np.random.default_rng(4)
INPUTS = RANDOM.normal(size=(20, 6))
LABELS = RANDOM.integers(0, 3, 20)
START = RANDOM.normal(size=(6, 3)) / 3

Gradient = Callable[[np.ndarray], np.ndarray]


def gradient(weights: np.ndarray) -> np.ndarray:
    """Xᵀ(p − y) / n."""
    exponentials = np.exp(INPUTS @ weights)
    probabilities = exponentials / exponentials.sum(axis=1, keepdims=True)
    return INPUTS.T @ (probabilities - np.eye(3)[LABELS]) / len(LABELS)


def numpy_sgd() -> Iterator[np.ndarray]:
    weights = START.copy()
    while True:
        weights = weights - RATE * gradient(weights)
        yield weights


def numpy_momentum(keep: float) -> Iterator[np.ndarray]:
    weights, velocity = START.copy(), np.zeros_like(START)
    while True:
        velocity = keep * velocity - RATE * gradient(weights)
        weights = weights + velocity
        yield weights


def numpy_nesterov(keep: float) -> Iterator[np.ndarray]:
    """Sutskever's form: the gradient is taken where the velocity leads, and Keras shows the place ahead."""
    weights, velocity = START.copy(), np.zeros_like(START)
    while True:
        velocity = keep * velocity - RATE * gradient(weights + keep * velocity)
        weights = weights + velocity
        yield weights + keep * velocity


def numpy_adagrad() -> Iterator[np.ndarray]:
    weights, squares = START.copy(), np.full_like(START, 0.1)  # Keras starts with a tenth
    while True:
        slope = gradient(weights)
        squares = squares + slope**2
        weights = weights - RATE * slope / np.sqrt(squares + EPSILON)
        yield weights


def numpy_adadelta() -> Iterator[np.ndarray]:
    weights, squares, moved = START.copy(), np.zeros_like(START), np.zeros_like(START)
    while True:
        slope = gradient(weights)
        squares = 0.95 * squares + 0.05 * slope**2
        move = -np.sqrt(moved + EPSILON) / np.sqrt(squares + EPSILON) * slope
        moved = 0.95 * moved + 0.05 * move**2
        weights = weights + RATE * move
        yield weights


def numpy_ftrl() -> Iterator[np.ndarray]:
    """McMahan's weights in closed form from z and n; the starting weights only shape the first gradient."""
    weights, linear, squares = START.copy(), np.zeros_like(START), np.full_like(START, 0.1)
    while True:
        slope = gradient(weights)
        more = squares + slope**2
        linear = linear + slope - (np.sqrt(more) - np.sqrt(squares)) / RATE * weights
        squares = more
        weights = -linear * RATE / np.sqrt(squares)
        yield weights


def numpy_rmsprop() -> Iterator[np.ndarray]:
    weights, squares = START.copy(), np.zeros_like(START)
    while True:
        slope = gradient(weights)
        squares = 0.9 * squares + 0.1 * slope**2
        weights = weights - RATE * slope / np.sqrt(squares + EPSILON)
        yield weights


def numpy_adam(beta_1: float = 0.9, beta_2: float = 0.999, decay: float = 0.0) -> Iterator[np.ndarray]:
    """Kingma and Ba's shorter form, at the end of their section 2: ε joins the root before the bias goes."""
    weights, mean, square, step = START.copy(), np.zeros_like(START), np.zeros_like(START), 0
    while True:
        step, slope = step + 1, gradient(weights)
        mean = beta_1 * mean + (1 - beta_1) * slope
        square = beta_2 * square + (1 - beta_2) * slope**2
        rate = RATE * np.sqrt(1 - beta_2**step) / (1 - beta_1**step)
        weights = weights * (1 - RATE * decay) - rate * mean / (np.sqrt(square) + EPSILON)
        yield weights


def learned(**settings: Any) -> tuple[list[np.ndarray], keras.optimizers.Optimizer]:
    """The weights after each of some steps, and the optimizer."""
    weights = keras.Variable(START, dtype="float32")
    optimizer = optimizers.build(ClassifySpec(**settings), RATE)
    optimizer.build([weights])
    after = []
    for _ in range(STEPS):
        slope = gradient(weights.numpy().astype(np.float64))
        optimizer.apply([tf.constant(slope, tf.float32)], [weights])
        after.append(weights.numpy())
    return after, optimizer


@pytest.mark.parametrize(
    ("settings", "formula"),
    [
        ({"optimizer": "sgd"}, numpy_sgd()),
        ({"optimizer": "momentum"}, numpy_momentum(0.9)),
        ({"optimizer": "momentum", "momentum": 0.5}, numpy_momentum(0.5)),
        ({"optimizer": "nesterov"}, numpy_nesterov(0.9)),
        ({"optimizer": "nesterov", "momentum": 0.5}, numpy_nesterov(0.5)),
        ({"optimizer": "adagrad"}, numpy_adagrad()),
        ({"optimizer": "adadelta"}, numpy_adadelta()),
        ({"optimizer": "rmsprop"}, numpy_rmsprop()),
        ({"optimizer": "adam"}, numpy_adam()),
        ({"optimizer": "adam", "beta_1": 0.7, "beta_2": 0.9}, numpy_adam(0.7, 0.9)),
        (
            {"optimizer": "adamw", "beta_1": 0.8, "beta_2": 0.99, "weight_decay": 0.1},
            numpy_adam(0.8, 0.99, decay=0.1),
        ),
        ({"optimizer": "ftrl"}, numpy_ftrl()),
        ({"optimizer": "adamw"}, numpy_adam(decay=0.004)),
    ],
    ids=lambda value: "-".join(map(str, value.values())) if isinstance(value, dict) else "",
)
def test_the_first_steps_are_those_of_the_formula(
    settings: dict[str, Any], formula: Iterator[np.ndarray]
) -> None:
    for found, expected in zip(learned(**settings)[0], formula, strict=False):
        np.testing.assert_allclose(found - START, expected - START, rtol=1e-4, atol=2e-6)


def test_moving_averages_follow_their_recurrence() -> None:
    """The first average is the first weights: there is nothing before it to keep."""
    after, optimizer = learned(optimizer="sgd", moving_average=0.8)
    average = after[0].astype(np.float64)
    for weights in after[1:]:
        average = 0.8 * average + 0.2 * weights
    found = keras.Variable(np.zeros_like(START), dtype="float32")
    optimizer.finalize_variable_values([found])
    np.testing.assert_allclose(found.numpy(), average, rtol=1e-6, atol=1e-7)


def test_no_average_is_kept_where_none_is_asked_for() -> None:
    assert not learned(optimizer="sgd")[1].use_ema


def test_every_choice_of_the_spec_has_its_rule() -> None:
    choices = ClassifySpec.model_json_schema()["properties"]["optimizer"]["enum"]
    assert list(optimizers.OPTIMIZERS) == choices
