"""When numbers are no longer numbers: which layer broke first, and the sentence that says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import keras
import numpy as np
import tensorflow as tf

from trainers.loop import Diverged, Plan


class Repeatable(Protocol):
    """What is needed of a learner to look for the layer."""

    def run_chunk(self, epoch: int, first: int, count: int) -> np.ndarray:
        """Runs some steps of an epoch."""

    def restore(self, state: Mapping[str, np.ndarray]) -> None:
        """Takes over a state."""

    def first_broken_layer(self) -> str | None:
        """The first layer, in order, with a weight or an output that is not finite."""


@dataclass(frozen=True)
class Good:
    """The learner's state after a step at which it was sound."""

    step: int
    state: Mapping[str, np.ndarray]


def diverged(learner: Repeatable, plan: Plan, good: Good, step: int, rate: float) -> Diverged:
    """What to raise when the loss of a step is no number; the learner's state is of no use afterwards.

    By the end of the chunk in which it happened, everything is broken. So the steps since the last sound state
    are done again, up to the one before: there the layer shows that overflowed first.
    """
    learner.restore(good.state)
    _repeat(learner, plan, good.step, step - 1)
    layer = learner.first_broken_layer()
    if layer is None:  # every layer still gave numbers, and only the loss of them did not
        _repeat(learner, plan, step - 1, step)
        layer = learner.first_broken_layer()
    return broken(f"The loss is no longer a number at step {step:,}", layer, rate)


def broken(opening: str, layer: str | None, rate: float) -> Diverged:
    """What to raise where numbers are none: the layer that broke first, and the setting to change."""
    where = (
        f"in the layer {layer}" if layer else "in the loss of what the last layer says, which is too large"
    )
    sentence = f"{opening}: the training diverged, first {where}. Choose a learning rate below {rate:g}."
    return Diverged(sentence, rate)


def _repeat(learner: Repeatable, plan: Plan, step: int, until: int) -> None:
    while step < until:
        epoch, first = divmod(step, plan.steps_per_epoch)
        count = min(until - step, plan.steps_per_epoch - first)
        learner.run_chunk(epoch, first, count)
        step += count


def first_broken_layer(model: keras.Model, inputs: tf.Tensor) -> str | None:
    """The first layer of a network with a weight, or an output for some inputs, that is not finite."""
    outputs = keras.Model(model.inputs, {layer.name: layer.output for layer in model.layers})
    seen = outputs(inputs, training=False)
    for layer in model.layers:
        if not all(_is_finite(values) for values in (seen[layer.name], *layer.weights)):
            return str(layer.name)
    return None


def _is_finite(values: tf.Tensor | keras.Variable) -> bool:
    return bool(tf.reduce_all(tf.math.is_finite(tf.convert_to_tensor(values))))
