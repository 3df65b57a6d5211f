"""What can be seen of a network beside its curves: layers, features, errors, embeddings, for TensorBoard.

    observer = Observer(run, spec, model, data)
    observer.observe(journal, step, last=False)            # after each epoch: writes what is due
    observer.conclude(journal, step, evaluate(observer.predict, data.test))

Each kind obeys its switch in the spec. All of it is computed on small fixed samples and takes about a hundredth of the
time: what takes longer comes more rarely. The network is looked at as it is at the call; where it is judged by moving
averages of its weights it is looked at with those, but for the gradients, which are of the weights that it learns with.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import nullcontext

import keras
import numpy as np
import tensorflow as tf

from trainers.datasets import Dataset, Split
from trainers.evaluation import Evaluation, compiled_prediction, probabilities
from trainers.gradient_descent import as_input, loss_function
from trainers.runs import Run
from trainers.specs import ClassifySpec
from trainers.summaries import Journal, features, pictures
from trainers.summaries.intervals import Interval
from trainers.summaries.layers import GRADIENT_NORM, WEIGHT_NORM, Averages, LayerSummaries
from trainers.summaries.layout import all_below
from trainers.summaries.precision_recall import CLASSES_SHOWN, precision_recall
from trainers.summaries.projector import write_projector

GRADIENT_IMAGES = 100
JUDGED_IMAGES = 1_000  # at most, for precision and recall
PROJECTED_IMAGES = 500
SECONDS_BETWEEN_LAYERS = 2.0
SECONDS_BETWEEN_PICTURES = 10.0
SHARE_OF_TIME = 0.003  # of layers and of pictures each
_NUMBERS_AT_ONCE = (
    1_000_000  # of images that are looked at in one go: what a network makes of them fills memory
)

logger = logging.getLogger(__name__)


class Observer:
    """Writes summaries of a network while it learns and at its end.

    `predict` gives the network's answers, compiled once for all who ask. Where the network is judged by averages of
    its weights, it holds them within `averages`.
    """

    def __init__(
        self,
        run: Run,
        spec: ClassifySpec,
        model: keras.Model,
        data: Dataset,
        *,
        averages: Averages | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.predict = compiled_prediction(model)
        self._run, self._spec, self._model, self._data = run, spec, model, data
        self._averages, self._judged_weights = averages, averages or nullcontext
        self._layers_interval = Interval(SECONDS_BETWEEN_LAYERS, share=SHARE_OF_TIME, clock=clock)
        self._pictures_interval = Interval(SECONDS_BETWEEN_PICTURES, share=SHARE_OF_TIME, clock=clock)
        self._layers_step = self._pictures_step = -1  # at which each was written last
        self._layers: LayerSummaries | None = None
        self._maps: features.FeatureMaps | None = None
        self._judged = spread(data.validation, JUDGED_IMAGES)
        if spec.precision_recall and len(data.class_names) > CLASSES_SHOWN:
            logger.info(
                "Precision-recall curves are written of the %d most frequent of %d classes.",
                CLASSES_SHOWN,
                len(data.class_names),
            )

    def observe(self, journal: Journal, step: int, *, last: bool) -> None:
        """Writes what is due after this step, all of it at the `last`; raises StorageFailed."""
        if (last or self._layers_interval.is_due()) and step != self._layers_step:
            with self._layers_interval.taken():
                self._observe_layers(journal, step)
            self._layers_step = step
        if (last or self._pictures_interval.is_due()) and step != self._pictures_step:
            with self._pictures_interval.taken(), self._judged_weights():
                self._observe_features(journal, step)
                self._observe_errors(journal, step)
            self._pictures_step = step

    def conclude(self, journal: Journal, step: int, seen: Evaluation) -> None:
        """Writes what there is to see at the end, where the network said `seen` about the test images.

        Like `observe` for a network that holds the weights it learns with.
        """
        self.observe(journal, step, last=True)
        if self._spec.mistake_images:
            names = self._data.class_names
            journal.about_run(pictures.confusion_matrix(seen.confusion(len(names)), names), step)
            journal.about_run(pictures.mistakes(seen, self._data.test_pictures, names), step)
        if self._spec.projector:
            with self._judged_weights():
                self._write_projector(step, seen)

    def _observe_layers(self, journal: Journal, step: int) -> None:
        if not (self._spec.norms or self._spec.histograms):
            return
        if self._layers is None:
            images = spread(self._data.train, _at_once(self._data.train.images, GRADIENT_IMAGES))
            self._layers = LayerSummaries(
                self._model,
                _training_loss(self._model, self._spec, images),
                f"the training loss of {len(images.labels)} training images, without dropout,",
                norms=self._spec.norms,
                histograms=self._spec.histograms,
                averages=self._averages,
            )
        journal.of_training(self._layers.summary(), step)
        if self._spec.norms:
            journal.chart("Layers", "Gradient norm of each layer", all_below(GRADIENT_NORM))
            journal.chart("Layers", "Weight norm of each layer", all_below(WEIGHT_NORM))

    def _observe_features(self, journal: Journal, step: int) -> None:
        if not self._spec.feature_images:
            return
        if self._maps is None:
            middle = len(self._data.validation.labels) // 2  # of digits sorted by class, a 5
            image = self._data.validation.images[middle : middle + 1]
            self._maps = features.FeatureMaps(self._model, as_input(tf.constant(image)))
        for summary in (features.filters(self._model), self._maps.summary()):
            if summary is not None:
                journal.of_training(summary, step)

    def _observe_errors(self, journal: Journal, step: int) -> None:
        if not self._spec.precision_recall:
            return
        answers = probabilities(self.predict, self._judged)
        sample = f"{len(answers):,} validation images"
        curves = precision_recall(self._judged.labels, answers, self._data.class_names, sample)
        journal.of_validation(curves, step)

    def _write_projector(self, step: int, seen: Evaluation) -> None:
        rows = spread_rows(len(self._data.test.labels), PROJECTED_IMAGES)
        names = self._data.class_names
        columns = {
            "class": [names[label] for label in seen.labels[rows]],
            "predicted": [names[label] for label in seen.predictions[rows]],
            "result": [
                "right" if right else "wrong" for right in seen.labels[rows] == seen.predictions[rows]
            ],
            "confidence": [f"{confidence:.2f}" for confidence in seen.confidences[rows]],
            "number": [str(row) for row in rows],
        }
        vectors = last_hidden(self._model, self._data.test.images[rows])
        write_projector(
            self._run.path / "projector" / f"step-{step}",
            "What the last layer sees",
            vectors,
            self._data.test_pictures[rows],
            columns,
        )


def spread_rows(count: int, most: int) -> np.ndarray:
    """At most so many of `count` rows, evenly spread: some data sets are sorted by class. int64 [n]."""
    return np.linspace(0, count - 1, min(count, most)).round().astype(np.int64)


def spread(split: Split, most: int) -> Split:
    """At most so many images of a part of a data set, evenly spread over it."""
    rows = spread_rows(len(split.labels), most)
    return Split(split.images[rows], split.labels[rows])


def last_hidden(model: keras.Model, images: np.ndarray) -> np.ndarray:
    """What the last layer sees of some images, a vector each: float32 [n, d]."""
    last = [layer for layer in model.layers if layer.trainable_weights][-1]
    below = keras.Model(model.inputs, last.input)
    size = _at_once(images, len(images))
    parts = [
        tf.cast(below(as_input(tf.constant(images[first : first + size])), training=False), tf.float32)
        for first in range(0, len(images), size)
    ]
    return tf.concat(parts, axis=0).numpy().reshape(len(images), -1)


def _at_once(images: np.ndarray, most: int) -> int:
    """How many of these images are looked at in one go, at most so many."""
    return max(1, min(most, _NUMBERS_AT_ONCE // int(np.prod(images.shape[1:]))))


def _training_loss(model: keras.Model, spec: ClassifySpec, sample: Split) -> Callable[[], tf.Tensor]:
    """What the training minimises, penalties and label smoothing included, of some images and without dropout."""
    inputs = as_input(tf.constant(sample.images))
    labels = tf.constant(sample.labels, tf.int64)
    measure = loss_function(spec.label_smoothing)

    def loss() -> tf.Tensor:
        return tf.add_n([measure(labels, model(inputs, training=False)), *model.losses])

    return loss
