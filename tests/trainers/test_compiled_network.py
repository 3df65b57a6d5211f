"""Small networks in compiled steps, held against logistic regression written out in NumPy."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf

from trainers import optimizers
from trainers.compiled_network import CompiledNetwork
from trainers.loop import TrainingFailed
from trainers.specs import BoundarySpec

# Keras reads its own variables in a way that NumPy 2 complains about.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

INPUTS = np.random.default_rng(1).normal(size=(60, 2))
TARGETS = (INPUTS[:, :1] > 0.3).astype(np.float64)
BATCH = 20
ORDER = np.random.default_rng(2).permutation(60).astype(np.int32)


def judged(targets: tf.Tensor, outputs: tf.Tensor) -> tf.Tensor:
    return keras.losses.BinaryCrossentropy()(targets, outputs)[tf.newaxis]


def network(name: str = "sgd", rate: float = 0.5, width: int = 0) -> CompiledNetwork:
    keras.utils.set_random_seed(1)
    hidden = [keras.layers.Dense(width, name="hidden")] if width else []
    model = keras.Sequential(
        [keras.Input((2,)), *hidden, keras.layers.Dense(1, activation="sigmoid", name="probability")]
    )
    inputs, targets = tf.constant(INPUTS, tf.float32), tf.constant(TARGETS, tf.float32)
    return CompiledNetwork(
        model,
        optimizers.build(BoundarySpec(optimizer=name, learning_rate=rate), rate),
        lambda rows: (tf.gather(inputs, rows), tf.gather(targets, rows)),
        judged,
        batch_size=BATCH,
    )


def numpy_steps(weights: np.ndarray, bias: np.ndarray, *, rate: float, momentum: float) -> list[float]:
    """Three steps of gradient descent with Polyak's momentum, in place; gives the losses before each."""
    losses, speeds = [], [np.zeros_like(weights), np.zeros_like(bias)]
    for first in range(0, 60, BATCH):
        rows = ORDER[first : first + BATCH]
        sure = 1 / (1 + np.exp(-(INPUTS[rows] @ weights + bias)))
        truth = TARGETS[rows]
        losses.append(-(truth * np.log(sure) + (1 - truth) * np.log(1 - sure)).mean())
        gradients = INPUTS[rows].T @ (sure - truth) / BATCH, (sure - truth).mean(axis=0)
        for place, (part, gradient) in enumerate(zip((weights, bias), gradients, strict=True)):
            speeds[place] = momentum * speeds[place] - rate * gradient
            part += speeds[place]
    return losses


@pytest.mark.parametrize(("name", "momentum"), [("sgd", 0), ("momentum", 0.9)])
def test_steps_are_the_gradient_descent_that_numpy_does(name, momentum):
    ours = network(name)
    weights, bias = (part.astype(np.float64) for part in ours.model.get_weights())
    measures = ours.run_steps(tf.constant(ORDER), 0, 3)
    losses = numpy_steps(weights, bias, rate=0.5, momentum=momentum)
    np.testing.assert_allclose(measures, np.column_stack([losses, [0.5] * 3]), rtol=1e-5)
    for found, expected in zip(ours.model.get_weights(), (weights, bias), strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-6)


def test_a_first_step_of_adam_and_of_rmsprop_has_the_length_that_their_formulas_give():
    """Kingma, Ba (2015): the rate. Tieleman, Hinton (2012): the rate by the root of a tenth (Keras keeps 0.9)."""
    for name, length in (("adam", 0.01), ("rmsprop", 0.01 / np.sqrt(0.1))):
        ours = network(name, 0.01)
        before = ours.model.get_weights()
        ours.run_steps(tf.constant(ORDER), 0, 1)
        for old, new in zip(before, ours.model.get_weights(), strict=True):
            np.testing.assert_allclose(np.abs(new - old), length, rtol=0.01)


def test_steps_may_be_cut_into_chunks_anywhere_and_a_later_process_goes_on_exactly():
    whole, cut = network("adam", width=3), network("adam", width=3)
    at_once = whole.run_steps(tf.constant(ORDER), 0, 3)
    first = cut.run_steps(tf.constant(ORDER), 0, 1)
    later = network("adam", width=3)
    later.run_steps(tf.constant(ORDER), 0, 2)  # wherever it was
    later.restore(cut.state())
    rest = later.run_steps(tf.constant(ORDER), 1, 2)
    np.testing.assert_array_equal(np.concatenate([first, rest]), at_once)
    for name, values in whole.state().items():
        np.testing.assert_array_equal(later.state()[name], values)


def test_a_chosen_learning_rate_holds_from_the_next_step_until_it_is_given_back():
    ours = network()
    weights, bias = (part.astype(np.float64) for part in ours.model.get_weights())
    ours.choose_learning_rate(0.125)
    assert ours.run_steps(tf.constant(ORDER), 0, 3)[:, -1].tolist() == [0.125] * 3
    numpy_steps(weights, bias, rate=0.125, momentum=0)
    np.testing.assert_allclose(ours.model.get_weights()[0], weights, atol=1e-6)
    ours.choose_learning_rate(None)
    assert ours.run_steps(tf.constant(ORDER), 0, 1)[0, -1] == 0.5


def test_the_state_of_another_network_is_refused():
    with pytest.raises(TrainingFailed, match="another network"):
        network(width=3).restore(network(width=4).state())


def test_outputs_are_those_of_the_model_for_the_rows_asked_for():
    ours = network(width=3)
    rows = np.array([5, 0, 59])
    expected = ours.model(INPUTS[rows].astype(np.float32)).numpy()
    np.testing.assert_allclose(ours.outputs(rows), expected, rtol=1e-6)


@pytest.mark.parametrize("width", [0, 3])
def test_the_first_broken_layer_is_named(width):
    ours = network(width=width)
    assert ours.first_broken_layer(np.arange(60)) is None
    broken = ours.model.layers[0]
    broken.kernel.assign(np.full(broken.kernel.shape, np.nan))
    assert ours.first_broken_layer(np.arange(60)) == ("hidden" if width else "probability")
