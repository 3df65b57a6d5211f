"""The run's three event files behind one face: what the training hands over, and where it goes."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence

import keras
import numpy as np
import tensorflow as tf
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary

from trainers.runs import Run
from trainers.summaries.curves import Curves
from trainers.summaries.events import EventFile, summary_event
from trainers.summaries.histograms import histogram_summary
from trainers.summaries.thinning import DESCRIPTION, Points

SECONDS_BETWEEN_HISTOGRAMS = 2.0

_MEANINGS = {
    "loss": "Cross-entropy, mean over the images (nats)",
    "accuracy": "Share of the images named correctly",
    "learning_rate": "Step size of the optimizer",
}


class Journal:
    """Writes a run's summaries; every method raises StorageFailed when the disk refuses.

    `measures` are the tags of the training's steps. Readers see what was written before the last `flush`.
    """

    def __init__(self, run: Run, measures: Sequence[str]) -> None:
        self._root = EventFile(run.path)
        self._train = EventFile(run.path / "train")
        self._validation = EventFile(run.path / "validation")
        each_step = {tag: f"{_MEANINGS[tag]}. {DESCRIPTION}" for tag in measures}
        each_epoch = {tag: f"{_MEANINGS[tag]}, after each epoch." for tag in ("loss", "accuracy")}
        self._training_curves = Curves(self._train, each_step)
        self._validation_curves = Curves(self._validation, each_epoch)
        self._next_histogram = 0.0

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_: object) -> None:
        for file in (self._root, self._train, self._validation):
            file.close()

    def training(self, points: Points) -> None:
        """Takes the measures of some training steps."""
        self._training_curves.add(points)

    def validation(self, step: int, loss: float, accuracy: float) -> None:
        """Takes what the validation images gave after this step."""
        point = Points(np.array([step]), np.array([time.time()]), np.array([[loss, accuracy]], np.float32))
        self._validation_curves.add(point)

    def end_curves(self) -> None:
        """Writes all that curves still hold back, at the end of a run."""
        self._training_curves.write_rest()
        self._validation_curves.write_rest()
        self.flush()

    def histograms(self, step: int, weights: Iterable[keras.Variable], *, always: bool = False) -> None:
        """The distribution of each weight, at most every 2 s unless `always`."""
        if not always and time.monotonic() < self._next_histogram:
            return
        for weight in weights:
            summary = histogram_summary(weight.path, tf.convert_to_tensor(weight.value))
            self._train.write([summary_event(summary, step)])
        self._next_histogram = time.monotonic() + SECONDS_BETWEEN_HISTOGRAMS

    def graph(self, event: Event) -> None:
        """A graph from `graphs`."""
        self._train.write([event])

    def about_run(self, summary: Summary, step: int = 0) -> None:
        """A summary of the whole run: settings, text, pictures."""
        self._root.write([summary_event(summary, step)])

    def flush(self) -> None:
        """Writes what the curves were given and makes everything visible to readers."""
        self._training_curves.write()
        self._validation_curves.write()
        for file in (self._root, self._train, self._validation):
            file.flush()
