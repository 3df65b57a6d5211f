"""A small network with its optimizer, and many of its training steps in one compiled call.

    network = CompiledNetwork(model, keras.optimizers.Adam(1e-2), batch, judge, batch_size=32)
    network.run_steps(order, first=0, count=50)         # float32 [50, measures]
    network.outputs(np.arange(500))                     # float32 [500, 1]

What is trained on is said by rows: `batch` turns the numbers of some rows into inputs and targets within the compiled
step, so windows of a signal need not be copied out of it. Small networks are all overhead and hardly any arithmetic:
a step that is one turn of a compiled loop takes a few hundredths of a millisecond, a call from Python ten times that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import keras
import numpy as np
import tensorflow as tf
from tensorboard.compat.proto.event_pb2 import Event

from trainers.divergence import first_broken_layer
from trainers.gradient_descent import ROWS, compiled_steps
from trainers.learned_state import Parts, as_arrays, take_over
from trainers.summaries import graphs
from trainers.summaries.layers import LayerSummaries

Batch = Callable[[tf.Tensor], tuple[tf.Tensor, tf.Tensor]]  # rows int32 [b] → inputs [b, …], targets [b, 1]
Judge = Callable[
    [tf.Tensor, tf.Tensor], tf.Tensor
]  # targets and outputs [b, 1] → measures [m], the loss first

_ROWS_AT_ONCE = 1_000  # memory stays small
_PROBED_ROWS = 32
_GRADIENT_ROWS = 200


class CompiledNetwork:
    """A model and all that changes while it learns. Its measures are those of `judge` and the learning rate."""

    def __init__(
        self,
        model: keras.Model,
        optimizer: keras.optimizers.Optimizer,
        batch: Batch,
        judge: Judge,
        *,
        batch_size: int,
    ) -> None:
        self.model = model
        self._optimizer, self._batch, self._judge = optimizer, batch, judge
        self._first_rate = float(optimizer.learning_rate)
        optimizer.build(model.trainable_variables)
        self._step = tf.function(self._train_on, input_signature=[ROWS], autograph=False)
        self._steps = compiled_steps(self._step, batch_size)
        self._answer = tf.function(
            lambda rows: model(batch(rows)[0], training=False), input_signature=[ROWS], autograph=False
        )

    def run_steps(self, order: tf.Tensor, first: int, count: int) -> np.ndarray:
        """Runs `count` steps from step `first` on over the rows in the order int32 [n]: float32 [count, measures]."""
        return self._steps(order, tf.constant(first), tf.constant(count)).numpy()

    def outputs(self, rows: np.ndarray) -> np.ndarray:
        """What the network says about some rows int [n]: float32 [n, 1]."""
        parts = [
            self._answer(tf.constant(rows[first : first + _ROWS_AT_ONCE], tf.int32)).numpy()
            for first in range(0, len(rows), _ROWS_AT_ONCE)
        ]
        return np.concatenate(parts)

    def choose_learning_rate(self, rate: float | None) -> None:
        """Learns at this rate from the next step on; None goes back to the first."""
        self._optimizer.learning_rate.assign(self._first_rate if rate is None else rate)

    def graphs(self) -> list[Event]:
        """The network's layers, and the operations of one training step."""
        return [
            graphs.layer_graph(self.model),
            graphs.operation_graph(self._step.get_concrete_function()),
        ]

    def state(self) -> dict[str, np.ndarray]:
        """Weights and the optimizer's numbers, its learning rate included."""
        return as_arrays(self._parts())

    def restore(self, state: Mapping[str, np.ndarray]) -> None:
        """Takes over what `state` gave; raises TrainingFailed where it is another network's."""
        take_over(state, self._parts())

    def first_broken_layer(self, rows: np.ndarray) -> str | None:
        """The first layer with a weight, or an output for some of these rows, that is not finite."""
        inputs, _targets = self._batch(tf.constant(rows[:_PROBED_ROWS], tf.int32))
        return first_broken_layer(self.model, inputs)

    def layer_summaries(
        self, rows: np.ndarray, kind: str, *, norms: bool, histograms: bool
    ) -> LayerSummaries | None:
        """How large weights and gradients are, for the training loss of some of these rows, of this `kind`.

        None where neither norms nor histograms are asked for.
        """
        if not (norms or histograms):
            return None
        chosen = rows[np.linspace(0, len(rows) - 1, min(len(rows), _GRADIENT_ROWS)).round().astype(int)]
        inputs, targets = self._batch(tf.constant(chosen, tf.int32))
        return LayerSummaries(
            self.model,
            lambda: self._judge(targets, self.model(inputs, training=False))[0],
            f"the training loss of {len(chosen)} {kind}",
            norms=norms,
            histograms=histograms,
        )

    def _train_on(self, rows: tf.Tensor) -> tf.Tensor:
        """One step of gradient descent on some rows int32 [b]: float32 [measures]."""
        inputs, targets = self._batch(rows)
        with tf.GradientTape() as tape:
            measures = self._judge(targets, self.model(inputs, training=True))
            loss = measures[0]
        gradients = tape.gradient(loss, self.model.trainable_variables)
        rate = tf.cast(self._optimizer.learning_rate, tf.float32)
        self._optimizer.apply(gradients, self.model.trainable_variables)
        return tf.concat([measures, [rate]], axis=0)

    def _parts(self) -> Parts:
        return {"weights": self.model.variables, "optimizer": self._optimizer.variables}
