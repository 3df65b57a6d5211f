"""How good a network is on images it has never seen, and which of them it gets wrong.

evaluation = evaluate(compiled_prediction(model), data.test)
write_artifacts(evaluation, data, run.artifacts)
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from trainers.datasets import Dataset, Split
from trainers.gradient_descent import as_input
from trainers.runs import storage_failed, write_json
from trainers.summaries.images import fitted

EXAMPLES_PER_CELL = 24
EXAMPLE_BYTES = 24_000_000  # of all pixels that are kept as examples
LARGEST_EXAMPLE = 96  # pixels a side; a larger picture is shrunk
CLASSES_AS_LISTS = 100  # of more, the confusion matrix is mostly zeros and stands in a file of its own
_BATCH = 1_000

Prediction = Callable[[tf.Tensor, tf.Tensor], tuple[tf.Tensor, tf.Tensor]]


@dataclass(frozen=True)
class Evaluation:
    """What a network says about n images with `labels` int [n].

    `predictions` int64 [n], their `confidences` float32 [n] (the probability of the predicted class), and over
    all images the mean `loss` (cross-entropy, nats) and the `accuracy`.
    """

    loss: float
    accuracy: float
    labels: np.ndarray
    predictions: np.ndarray
    confidences: np.ndarray

    @property
    def standard_error(self) -> float:
        """Of the accuracy, for n images drawn at random: √(p(1 − p)/n)."""
        return math.sqrt(self.accuracy * (1 - self.accuracy) / len(self.labels))

    def confusion(self, classes: int) -> np.ndarray:
        """How often which class was taken for which: int64 [true class, predicted class]."""
        cells = self.labels.astype(np.int64) * classes + self.predictions
        return np.bincount(cells, minlength=classes * classes).reshape(classes, classes)


def compiled_prediction(model: keras.Model) -> Prediction:
    """A network's answers as a compiled function of images, as a data set has them, and labels int64 [n].

    It gives each image's loss float32 [n] and probabilities float32 [n, classes].
    """

    @tf.function(autograph=False)  # nothing here for it to translate, which takes a while
    def predict(images: tf.Tensor, labels: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        probabilities = model(as_input(images), training=False)  # [n, classes]
        return keras.losses.sparse_categorical_crossentropy(labels, probabilities), probabilities

    def for_any_count(images: tf.Tensor, labels: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        any_images = tf.TensorSpec([None, *images.shape[1:]], images.dtype)
        compiled = predict.get_concrete_function(any_images, tf.TensorSpec([None], tf.int64))
        losses, probabilities = compiled(images, labels)
        return losses, probabilities

    return for_any_count


def evaluate(predict: Prediction, split: Split) -> Evaluation:
    """The network's answers to a part of a data set."""
    losses, answers = _answers(predict, split)
    predictions = answers.argmax(axis=1)
    return Evaluation(
        loss=float(losses.mean(dtype=np.float64)),
        accuracy=float((predictions == split.labels).mean()),
        labels=split.labels,
        predictions=predictions,
        confidences=answers.max(axis=1),
    )


def probabilities(predict: Prediction, split: Split) -> np.ndarray:
    """How sure the network is of each class, for each image of a part of a data set: float32 [n, classes]."""
    return _answers(predict, split)[1]


def _answers(predict: Prediction, split: Split) -> tuple[np.ndarray, np.ndarray]:
    """Losses float32 [n] and probabilities float32 [n, classes], a thousand images at a time."""
    losses, answers = [], []
    for first in range(0, len(split.labels), _BATCH):
        rows = slice(first, first + _BATCH)
        loss, answer = predict(tf.constant(split.images[rows]), tf.constant(split.labels[rows], tf.int64))
        losses.append(loss.numpy())
        answers.append(answer.numpy())
    return np.concatenate(losses), np.concatenate(answers)


def example_rows(evaluation: Evaluation, classes: int, most: int) -> np.ndarray:
    """Which images illustrate the confusion matrix: up to 24 of each cell, and `most` in all: int64 [m].

    By cell, most confident first. Where there is no room for all, each cell keeps its most confident ones, and mistakes
    come before what was right.
    """
    cells = evaluation.labels.astype(np.int64) * classes + evaluation.predictions
    order = np.lexsort((-evaluation.confidences, cells))
    first = np.flatnonzero(np.diff(cells[order], prepend=-1))  # where each cell begins
    sizes = np.diff(first, append=len(order))
    rank = np.arange(len(order)) - np.repeat(first, sizes)  # within its cell
    right = evaluation.labels[order] == evaluation.predictions[order]
    wanted = np.lexsort((-evaluation.confidences[order], right, rank))
    kept = np.sort(wanted[rank[wanted] < EXAMPLES_PER_CELL][:most])
    return order[kept]


def write_artifacts(evaluation: Evaluation, data: Dataset, folder: Path) -> None:
    """Writes what is known of the test images; raises StorageFailed.

    `evaluation.json` and `examples.npz`, and for more than a hundred classes `confusion.npz`: the cells of the
    confusion matrix that are not empty.
    """
    classes = len(data.class_names)
    confusion = evaluation.confusion(classes)
    if classes > CLASSES_AS_LISTS:
        true, predicted = np.nonzero(confusion)
        _write_arrays(folder, "confusion", true=true, predicted=predicted, images=confusion[true, predicted])
    write_json(
        folder / "evaluation.json",
        {
            "test_accuracy": evaluation.accuracy,
            "test_loss": evaluation.loss if math.isfinite(evaluation.loss) else None,
            "test_count": len(evaluation.labels),
            "standard_error": evaluation.standard_error,
            "class_names": list(data.class_names),
            "on_black": data.on_black,
            **({"confusion": confusion.tolist()} if classes <= CLASSES_AS_LISTS else {}),
        },
    )
    pictures = data.test_pictures
    rows = example_rows(evaluation, classes, most=EXAMPLE_BYTES // _shrunk(pictures[:1]).nbytes)
    _write_arrays(
        folder,
        "examples",
        images=_shrunk(pictures[rows]),
        labels=data.test.labels[rows],
        predictions=evaluation.predictions[rows],
        confidences=evaluation.confidences[rows],
        indices=rows,
    )


def _shrunk(images: np.ndarray) -> np.ndarray:
    """Images uint8 [n, h, w(, 3)] with no side longer than 96 pixels: squares where they had to be shrunk."""
    if max(images.shape[1:3]) <= LARGEST_EXAMPLE:
        return images
    return np.stack([fitted(image, LARGEST_EXAMPLE) for image in images])


def _write_arrays(folder: Path, name: str, **arrays: np.ndarray) -> None:
    """Writes `name`.npz whole or not at all; raises StorageFailed."""
    aside = folder / f".{name}.npz"
    try:
        np.savez_compressed(aside, **arrays)
        os.replace(aside, folder / f"{name}.npz")
    except OSError as error:
        raise storage_failed(aside, error) from error


def save_model(model: keras.Model, folder: Path) -> None:
    """Writes `model.keras`, which `keras.saving.load_model` reads; raises StorageFailed."""
    aside = folder / ".model.keras"
    try:
        model.save(aside)
        os.replace(aside, folder / "model.keras")
    except OSError as error:
        raise storage_failed(aside, error) from error
