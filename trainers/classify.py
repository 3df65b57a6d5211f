"""The task classify: a network learns to name what an image shows.

What learning is stands in `gradient_descent`, when things happen in `training`, what there is to see in
`observation` and `evaluation`; here they are put together.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import lru_cache

import numpy as np
import tensorflow as tf
from tensorboard.compat.proto.event_pb2 import Event

from trainers import datasets, models
from trainers.divergence import first_broken_layer
from trainers.evaluation import evaluate, save_model, write_artifacts
from trainers.gradient_descent import (
    as_input,
    averaged_weights,
    compiled_epochs,
    compiled_validation,
    descent,
    epoch_order,
)
from trainers.learned_state import Parts, as_arrays, take_over
from trainers.loop import Plan
from trainers.observation import Observer
from trainers.own_images import check_unchanged, kept_copy, kept_place, left_out
from trainers.runs import Run, write_json
from trainers.specs import ClassifySpec
from trainers.summaries import Journal, graphs, settings

MEASURES = {
    "loss": "What the training minimises, mean over the batch: the cross-entropy (nats), "
    "with label smoothing and the L2 penalty where they are asked for",
    "accuracy": "Share of the batch's images named correctly",
    "learning_rate": "Step size of the optimizer",
}
VALIDATION_MEASURES = {
    "loss": "Cross-entropy, mean over the validation images (nats)",
    "accuracy": "Share of the validation images named correctly",
}
_PROBED_IMAGES = 32
_MOST_NAMED = 1_000  # images that are left out: a list that can be read
# Their orders lie in memory together; where patience or averages are looked at after each epoch there is one at a time.
_MOST_EPOCHS_AT_ONCE = 64

logger = logging.getLogger(__name__)


def prepare(run: Run, spec: ClassifySpec, journal: Journal) -> Classification:
    """Data and network; raises DatasetMissing or StorageFailed."""
    data = _own_images(run, spec, journal) if spec.dataset == "own" else datasets.load(spec)
    logger.info("%s: %s training images.", data.source, f"{len(data.train.labels):,}")
    described = {
        "dataset": spec.dataset,
        "source": data.source,
        **({"sha256": data.sha256} if data.sha256 else {}),
    }
    write_json(run.path / "inputs" / "dataset.json", described)
    journal.about_run(settings.hyperparameters(run, spec))
    journal.about_run(settings.text(spec, models.explanation(spec.model)))
    return Classification(run, spec, data)


def _own_images(run: Run, spec: ClassifySpec, journal: Journal) -> datasets.Dataset:
    """Somebody's own images, of which the run keeps what it needs to go on; says what was left out of them."""
    assert spec.data_path is not None  # says the spec
    if not kept_place(run, spec.data_path).exists():
        datasets.check(spec)  # what is wrong is said of the file that the person knows
    path = kept_copy(run, spec.data_path)
    data = datasets.load(spec.model_copy(update={"data_path": path}))
    check_unchanged(run, spec.data_path, data.sha256)
    height, width, channels = (*data.test_pictures.shape[1:], 1)[:3]
    logger.info(
        "%d classes; each image is %d × %d pixels in %s.",
        len(data.class_names),
        height,
        width,
        "colour" if channels == 3 else "grey",
    )
    if data.refused:
        journal.notices.append(left_out(data.refused))
        for one in data.refused[:_MOST_NAMED]:
            logger.warning("Left out: %s %s.", one.name, one.reason)
        named = [{"name": one.name, "reason": one.reason} for one in data.refused[:_MOST_NAMED]]
        write_json(run.artifacts / "left_out.json", {"count": len(data.refused), "files": named})
    return replace(data, source=f"own images from {spec.data_path}")


class Classification:
    """A network that learns to name images: `training.Learner`."""

    measures = tuple(MEASURES)
    validation_measures = tuple(VALIDATION_MEASURES)

    def __init__(self, run: Run, spec: ClassifySpec, data: datasets.Dataset) -> None:
        images = len(data.train.labels)
        self.plan = Plan(
            epochs=spec.epochs,
            steps_per_epoch=-(-images // spec.batch_size),
            images_per_epoch=images,
            batch_size=spec.batch_size,
            pace=spec.pace,
            steps=spec.steps,
            epochs_at_once=1 if spec.early_stopping or spec.moving_average else _MOST_EPOCHS_AT_ONCE,
        )
        self.model = models.build(spec, len(data.class_names), data.input_shape)
        self._descent = descent(
            self.model,
            spec,
            data.train,
            total_steps=self.plan.total_steps,
            steps_per_epoch=self.plan.steps_per_epoch,
        )
        self._validation = compiled_validation(self.model, data.validation)
        self._epochs = compiled_epochs(self._descent, self._validation, self.plan.steps_per_epoch)
        averages = self._averages if spec.moving_average else None
        self.observer = Observer(run, spec, self.model, data, averages=averages)
        self._run, self._spec, self._data = run, spec, data
        self._order = lru_cache(maxsize=1)(self._order_of)  # an epoch may have many chunks

    def run_chunk(self, epoch: int, first: int, count: int) -> np.ndarray:
        """Runs `count` training steps in one compiled call."""
        measures = self._descent.run_steps(self._order(epoch), tf.constant(first), tf.constant(count))
        return measures.numpy()  # [count, 3]

    def run_epochs(self, epoch: int, count: int) -> tuple[np.ndarray, np.ndarray]:
        """Runs several whole epochs in one compiled call."""
        orders = tf.stack([self._order_of(number) for number in range(epoch, epoch + count)])
        measures, sums = self._epochs(orders)
        return measures.numpy(), self._validation.means(sums)

    def validate(self) -> dict[str, float]:
        """Loss and accuracy on the validation images, with the averaged weights where there are any."""
        with self._averages():
            found = self._validation()
        return {name: float(value) for name, value in zip(VALIDATION_MEASURES, found, strict=True)}

    def graphs(self) -> list[Event]:
        """The network's layers, and the operations of one training step."""
        step = self._descent.step.get_concrete_function()
        return [graphs.layer_graph(self.model), graphs.operation_graph(step)]

    def state(self) -> dict[str, np.ndarray]:
        """Weights, the optimizer's numbers, averages, random states and the chosen learning rate."""
        return as_arrays(self._parts())

    def restore(self, state: Mapping[str, np.ndarray]) -> None:
        """Takes over what `state` gave; raises TrainingFailed where it is another network's."""
        take_over(state, self._parts())

    def choose_learning_rate(self, rate: float | None) -> None:
        """Learns at this rate from the next step on; None gives the rate back to the schedule."""
        self._descent.steered.choose(rate)

    def first_broken_layer(self) -> str | None:
        """The first layer with a weight, or an output for some training images, that is not finite."""
        images = self._data.train.images
        rows = np.linspace(0, len(images) - 1, _PROBED_IMAGES).astype(
            int
        )  # some data sets are sorted by class
        return first_broken_layer(self.model, as_input(tf.constant(images[rows])))

    def observe(self, journal: Journal, step: int, *, last: bool) -> None:
        """Writes what there is to see of layers, features and mistakes."""
        self.observer.observe(journal, step, last=last)

    def conclude(self, journal: Journal, step: int) -> dict[str, float]:
        """Tests on images it never saw; writes the answers, the pictures and the model."""
        with self._averages():
            seen = evaluate(self.observer.predict, self._data.test)
            write_artifacts(seen, self._data, self._run.artifacts)
            save_model(self.model, self._run.artifacts)
        self.observer.conclude(journal, step, seen)
        journal.about_run(settings.ended())
        logger.info(
            "Test accuracy %.4f ± %.4f on %d images.", seen.accuracy, seen.standard_error, len(seen.labels)
        )
        test = {"loss": seen.loss, "accuracy": seen.accuracy, "standard_error": seen.standard_error}
        return {f"test_{name}": value for name, value in test.items()}

    def _order_of(self, epoch: int) -> tf.Tensor:
        """The training images of an epoch in the order in which it shows them: int32 [images]."""
        return tf.constant(epoch_order(self._spec.seed, epoch, self.plan.images_per_epoch))

    def _averages(self) -> AbstractContextManager[None]:
        """Within it the network holds the averaged weights where there are any."""
        return averaged_weights(self.model, self._descent.optimizer)

    def _parts(self) -> Parts:
        """All that changes while it learns."""
        return {
            "weights": self.model.weights,
            "optimizer": self._descent.optimizer.variables,
            "randomness": self._descent.randomness,
            "chosen_rate": [self._descent.steered.chosen],
        }
