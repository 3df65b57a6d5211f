"""The task boundary: a network learns to tell two kinds of points in a plane apart.

What it is sure of, everywhere in the plane, is written while it learns (`surface_history`), so that one sees how the
boundary bends: a straight line for logistic regression, which no XOR obeys, and any curve with a hidden layer.
"""

from __future__ import annotations

import inspect
import logging
import math
import time
from collections.abc import Mapping
from functools import lru_cache

import keras
import numpy as np
import tensorflow as tf
from tensorboard.compat.proto.event_pb2 import Event

from trainers import optimizers, points, starting_weights
from trainers.compiled_network import CompiledNetwork
from trainers.evaluation import save_model
from trainers.gradient_descent import epoch_order
from trainers.loop import Plan
from trainers.runs import Run, write_json
from trainers.specs import BoundarySpec
from trainers.summaries import Journal, settings
from trainers.summaries.intervals import Interval
from trainers.summaries.surface import decision_surface
from trainers.surface_history import SurfaceHistory

MEASURES = {
    "loss": "Cross-entropy, mean over the batch (nats)",
    "accuracy": "Share of the batch's points named correctly",
    "learning_rate": "Step size of the optimizer",
}
VALIDATION_MEASURES = {
    "loss": "Cross-entropy, mean over the validation points (nats)",
    "accuracy": "Share of the validation points named correctly",
}
FEWEST_STEPS = 50  # an epoch has: a few steps are not worth a look at the network
SECONDS_BETWEEN_FILES = 1.0
SECONDS_BETWEEN_LAYERS = 2.0
SECONDS_BETWEEN_PICTURES = 10.0
SHARE_OF_TIME = 0.01
_SMALLEST = 1e-7  # what Keras takes for a probability of 0

logger = logging.getLogger(__name__)


def logistic(spec: BoundarySpec) -> keras.Model:
    """Logistic regression: the probability follows from a weighted sum of both coordinates, p = σ(w·x + b).

    The boundary, where p is one half, is a straight line. Cox (1958), The regression analysis of binary sequences.
    """
    return _stacked(spec, hidden=0)


def one_hidden(spec: BoundarySpec) -> keras.Model:
    """One hidden layer: each of its neurons draws a line, and the boundary is put together from those.

    Rumelhart, Hinton, Williams (1986), Learning representations by back-propagating errors.
    """
    return _stacked(spec, hidden=1)


def deep(spec: BoundarySpec) -> keras.Model:
    """Several hidden layers: each bends what the one before it sees.

    Goodfellow, Bengio, Courville (2016), Deep Learning, section 6.4.1.
    """
    return _stacked(spec, hidden=spec.depth)


MODELS = {"logistic": logistic, "one_hidden": one_hidden, "deep": deep}


def build(spec: BoundarySpec) -> keras.Model:
    """The network a spec asks for: takes points float32 [n, 2], gives the second kind's probability float32 [n, 1].

    Its starting weights equal those of another network where shapes and seed agree.
    """
    keras.utils.set_random_seed(spec.seed)
    return starting_weights.drawn(MODELS[spec.model](spec), spec.seed)


def _stacked(spec: BoundarySpec, hidden: int) -> keras.Model:
    layers = [
        keras.layers.Dense(spec.width, activation=spec.activation, name=f"hidden_{number}")
        for number in range(1, hidden + 1)
    ]
    return keras.Sequential(
        [
            keras.Input((2,), name="point"),  # [n, 2]
            *layers,  # [n, width]
            keras.layers.Dense(1, activation="sigmoid", name="probability"),  # [n, 1]
        ],
        name=spec.model,
    )


def prepare(run: Run, spec: BoundarySpec, journal: Journal) -> Boundary:
    """Points and network; raises StorageFailed."""
    sets = points.load(spec)
    logger.info("%s: %s points to learn from.", spec.dataset, f"{spec.points:,}")
    write_json(
        run.path / "inputs" / "dataset.json", {"dataset": spec.dataset, "source": "drawn from the seed"}
    )
    journal.about_run(settings.hyperparameters(run, spec))
    journal.about_run(settings.text(spec, inspect.cleandoc(MODELS[spec.model].__doc__ or "")))
    return Boundary(run, spec, sets)


class Boundary:
    """A network that learns to tell points apart: `training.Learner`."""

    measures = tuple(MEASURES)
    validation_measures = tuple(VALIDATION_MEASURES)

    def __init__(self, run: Run, spec: BoundarySpec, sets: points.PointSets) -> None:
        count = len(sets.train.labels)
        batch_size = min(spec.batch_size, count)
        self._rounds = max(1, round(FEWEST_STEPS * batch_size / count))  # through all points, in an epoch
        self.plan = Plan(
            epochs=spec.epochs,
            steps_per_epoch=-(-count * self._rounds // batch_size),
            images_per_epoch=count * self._rounds,
            batch_size=batch_size,
            pace=spec.pace,
        )
        self._run, self._spec, self._sets = run, spec, sets
        self._surface = SurfaceHistory(sets.train)
        self._parts, positions, labels = _joined(
            train=(sets.train.positions, sets.train.labels),
            validation=(sets.validation.positions, sets.validation.labels),
            test=(sets.test.positions, sets.test.labels),
            grid=(self._surface.grid, np.zeros(len(self._surface.grid), np.uint8)),
        )
        self._network = CompiledNetwork(
            build(spec),
            optimizers.build(spec, spec.learning_rate),
            lambda rows: (tf.gather(positions, rows), tf.gather(labels, rows)),
            _judged,
            batch_size=batch_size,
        )
        self._order = lru_cache(maxsize=1)(self._order_of)  # an epoch may have many chunks
        self._layers = self._network.layer_summaries(
            self._parts["train"], "points", norms=spec.norms, histograms=spec.histograms
        )
        self._layers_interval = Interval(SECONDS_BETWEEN_LAYERS, share=SHARE_OF_TIME)
        self._pictures_interval = Interval(SECONDS_BETWEEN_PICTURES, share=SHARE_OF_TIME)
        self._layers_step = self._picture_step = -1  # at which each was written last
        self._looked_step = -1  # at which it was last asked whether a frame is due
        self._next_file = 0.0
        self._add_frame(0)

    def run_chunk(self, epoch: int, first: int, count: int) -> np.ndarray:
        """Runs `count` training steps in one compiled call."""
        return self._network.run_steps(self._order(epoch), first, count)  # [count, 3]

    def validate(self) -> dict[str, float]:
        """Loss and accuracy on the validation points."""
        loss, accuracy = self._judge("validation")
        return {"loss": loss, "accuracy": accuracy}

    def graphs(self) -> list[Event]:
        """The network's layers, and the operations of one training step."""
        return self._network.graphs()

    def state(self) -> dict[str, np.ndarray]:
        """Weights, the optimizer's numbers, and the surfaces so far."""
        surface = {f"surface/{name}": values for name, values in self._surface.state().items()}
        return {**surface, **self._network.state()}

    def restore(self, state: Mapping[str, np.ndarray]) -> None:
        """Takes over what `state` gave; raises TrainingFailed where it is another network's."""
        surface = {
            name.removeprefix("surface/"): values
            for name, values in state.items()
            if name.startswith("surface/")
        }
        self._network.restore({name: state[name] for name in state if not name.startswith("surface/")})
        self._surface.restore(surface)

    def choose_learning_rate(self, rate: float | None) -> None:
        """Learns at this rate from the next step on; None goes back to the spec's."""
        self._network.choose_learning_rate(rate)

    def first_broken_layer(self) -> str | None:
        """The first layer with a weight, or an output for some training points, that is not finite."""
        return self._network.first_broken_layer(self._parts["train"])

    def observe(self, journal: Journal, step: int, *, last: bool) -> None:
        """Looks at the decision surface and at the layers where it is time; raises StorageFailed."""
        if (step != self._looked_step and self._surface.is_due()) or last:
            self._add_frame(step)
            if last or time.monotonic() >= self._next_file:
                self._next_file = time.monotonic() + SECONDS_BETWEEN_FILES
                self._surface.write(self._run.artifacts)
        self._looked_step = step
        if self._layers and (last or self._layers_interval.is_due()) and step != self._layers_step:
            self._layers_step = step
            with self._layers_interval.taken():
                journal.of_training(self._layers.summary(), step)
        if (last or self._pictures_interval.is_due()) and step != self._picture_step:
            self._picture_step = step
            with self._pictures_interval.taken():
                self._draw(journal, step)

    def conclude(self, journal: Journal, step: int) -> dict[str, float]:
        """Tests on points it never saw; writes the last surface and the model."""
        self.observe(journal, step, last=True)
        loss, accuracy = self._judge("test")
        count = len(self._sets.test.labels)
        error = math.sqrt(accuracy * (1 - accuracy) / count)
        save_model(self._network.model, self._run.artifacts)
        journal.about_run(settings.ended())
        logger.info("Test accuracy %.4f ± %.4f on %d points.", accuracy, error, count)
        return {"test_loss": loss, "test_accuracy": accuracy, "test_standard_error": error}

    def _order_of(self, epoch: int) -> tf.Tensor:
        """The points of an epoch, all of them in each of its rounds: int32 [images_per_epoch]."""
        count = len(self._sets.train.labels)
        rounds = [
            epoch_order(self._spec.seed, epoch * self._rounds + each, count) for each in range(self._rounds)
        ]
        return tf.constant(np.concatenate(rounds))

    def _judge(self, part: str) -> tuple[float, float]:
        """Mean cross-entropy (nats) and accuracy on a part of the data."""
        labels = getattr(self._sets, part).labels
        sure = self._network.outputs(self._parts[part])[:, 0].astype(np.float64)
        of_truth = np.where(labels == 1, sure, 1 - sure)
        loss = -np.log(np.clip(of_truth, _SMALLEST, None)).mean()
        return float(loss), float(((sure > 0.5) == labels).mean())

    def _add_frame(self, step: int) -> None:
        probabilities = self._network.outputs(self._parts["grid"])[:, 0]
        self._surface.add(step, probabilities, self._judge("validation")[1])

    def _draw(self, journal: Journal, step: int) -> None:
        if not self._spec.surface_images:
            return
        train = self._sets.train
        probabilities = self._network.outputs(self._parts["grid"])[:, 0].reshape(self._surface.newest.shape)
        picture = decision_surface(probabilities, self._surface.extent, train.positions, train.labels)
        journal.of_training(picture, step)


def _judged(labels: tf.Tensor, probabilities: tf.Tensor) -> tf.Tensor:
    """Mean cross-entropy (nats) and accuracy of labels and probabilities float32 [b, 1]: float32 [2]."""
    loss = keras.losses.BinaryCrossentropy()(labels, probabilities)
    right = tf.equal(tf.greater(probabilities, 0.5), tf.greater(labels, 0.5))
    return tf.stack([loss, tf.reduce_mean(tf.cast(right, tf.float32))])


def _joined(**parts: tuple[np.ndarray, np.ndarray]) -> tuple[dict[str, np.ndarray], tf.Tensor, tf.Tensor]:
    """All points in one table, and which rows are whose: rows by part, positions [n, 2], labels float32 [n, 1]."""
    rows, first = {}, 0
    for name, (_positions, labels) in parts.items():
        rows[name] = np.arange(first, first + len(labels))
        first += len(labels)
    positions = tf.constant(np.concatenate([part[0] for part in parts.values()]), tf.float32)
    labels = tf.constant(np.concatenate([part[1] for part in parts.values()])[:, None], tf.float32)
    return rows, positions, labels
