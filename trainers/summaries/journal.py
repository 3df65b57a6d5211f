"""The run's three event files behind one face: what the training hands over, and where it goes."""

from __future__ import annotations

import time
from collections.abc import Mapping

import numpy as np
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary

from trainers.runs import Run
from trainers.summaries.curves import Curves
from trainers.summaries.events import EventFile, restart, summary_event
from trainers.summaries.layout import layout, one_tag
from trainers.summaries.thinning import DESCRIPTION, Points

TRAINING_AND_VALIDATION = "Training and validation"
TRAINING, VALIDATION = "Training", "Validation"


class Journal:
    """Writes a run's summaries; every method raises StorageFailed when the disk refuses.

    `measures` are the tags of the training's steps and `validation_measures` those of the validation after each
    epoch, each with what it means. Readers see what was written before the last `flush`. `notices` are sentences that
    a person should read beside the run.
    """

    def __init__(self, run: Run, measures: Mapping[str, str], validation_measures: Mapping[str, str]) -> None:
        self._root = EventFile(run.path)
        self._train = EventFile(run.path / "train")
        self._validation = EventFile(run.path / "validation")
        each_step = {tag: f"{meaning}. {DESCRIPTION}" for tag, meaning in measures.items()}
        each_epoch = {tag: f"{meaning}, after each epoch." for tag, meaning in validation_measures.items()}
        self._training_curves = Curves(self._train, each_step)
        self._validation_curves = Curves(self._validation, each_epoch)
        self._validation_tags = list(validation_measures)
        self._charts = _charts(list(measures), self._validation_tags)
        self._layout_is_due = True
        self.notices: list[str] = []

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_: object) -> None:
        for file in (self._root, self._train, self._validation):
            file.close()

    def training(self, points: Points) -> None:
        """Takes the measures of some training steps, a column for each."""
        self._training_curves.add(points)

    def validation(self, step: int, measures: Mapping[str, float]) -> None:
        """Takes what the validation gave after this step, a number for each of its measures."""
        values = [[measures[tag] for tag in self._validation_tags]]
        point = Points(np.array([step]), np.array([time.time()]), np.array(values, np.float32))
        self._validation_curves.add(point)

    def end_curves(self) -> None:
        """Writes all that curves still hold back, at the end of a run."""
        self._training_curves.write_rest()
        self._validation_curves.write_rest()
        self.flush()

    def chart(self, category: str, title: str, pattern: str) -> None:
        """One more chart on TensorBoard's Custom Scalars page, of the tags that a pattern of `layout` matches."""
        charts = self._charts.setdefault(category, {})
        if charts.get(title) != pattern:
            charts[title] = pattern
            self._layout_is_due = True

    def graph(self, event: Event) -> None:
        """A graph from `graphs`."""
        self._train.write([event])

    def of_training(self, summary: Summary, step: int) -> None:
        """A summary of the network as it is after this step: numbers, histograms, pictures."""
        self._train.write([summary_event(summary, step)])

    def of_validation(self, summary: Summary, step: int) -> None:
        """A summary of what the network says after this step about the validation images."""
        self._validation.write([summary_event(summary, step)])

    def about_run(self, summary: Summary, step: int = 0) -> None:
        """A summary of the whole run: settings, text, pictures."""
        self._root.write([summary_event(summary, step)])

    def flush(self) -> None:
        """Writes what the curves were given and makes everything visible to readers."""
        if self._layout_is_due:
            self.about_run(layout(self._charts))
            self._layout_is_due = False
        self._training_curves.write()
        self._validation_curves.write()
        for file in (self._root, self._train, self._validation):
            file.flush()

    def state(self) -> dict[str, np.ndarray]:
        """All that a resumed process needs so that its curves have the points of an unbroken run."""
        parts = (("training", self._training_curves), ("validation", self._validation_curves))
        return {f"{part}_{name}": array for part, curves in parts for name, array in curves.state().items()}

    def restore(self, state: Mapping[str, np.ndarray]) -> None:
        """Goes on from a `state`, before anything is written; what an earlier process wrote after it is void."""
        for part, curves in (("training", self._training_curves), ("validation", self._validation_curves)):
            curves.restore(
                {
                    name.removeprefix(f"{part}_"): array
                    for name, array in state.items()
                    if name.startswith(f"{part}_")
                }
            )
        self._root.write([restart(int(state["training_step"]) + 1)])


def _charts(measures: list[str], validation_measures: list[str]) -> dict[str, dict[str, str]]:
    """What both have stands together, and what only one of them has apart."""
    charts: dict[str, dict[str, str]] = {TRAINING_AND_VALIDATION: {}, TRAINING: {}, VALIDATION: {}}
    for tag in dict.fromkeys([*measures, *validation_measures]):
        only = VALIDATION if tag not in measures else TRAINING
        both = tag in measures and tag in validation_measures
        charts[TRAINING_AND_VALIDATION if both else only][tag.replace("_", " ").capitalize()] = one_tag(tag)
    return {category: titles for category, titles in charts.items() if titles}
