"""Precision-recall curves of each class, in the form of TensorBoard's plugin for them.

At a threshold t all images whose probability of a class is at least t are taken for it; precision is the share of them
that are, recall the share found of all that are. Davis, Goadrich (2006), The relationship between precision-recall and
ROC curves.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.plugins.pr_curve.metadata import create_summary_metadata
from tensorboard.util.tensor_util import make_tensor_proto

from trainers.summaries.names import class_tags

THRESHOLDS = 101  # 0, 0.01, … 1: TensorBoard takes them to be evenly spread
CLASSES_SHOWN = 20


def precision_recall(
    labels: np.ndarray, probabilities: np.ndarray, class_names: Sequence[str], sample: str
) -> Summary:
    """A curve for each class, at most of the 20 most frequent ones: labels int [n], probabilities float32 [n, classes].

    `sample` says in words of which images: "500 validation images".
    """
    shown = most_frequent(labels, len(class_names))
    place_of = np.full(len(class_names), -1)  # of a class among those that are shown
    place_of[shown] = np.arange(len(shown))
    counts = threshold_counts(place_of[labels], probabilities[:, shown])
    some = len(shown) < len(class_names)
    which = f" for the {len(shown)} most frequent of {len(class_names)} classes" if some else ""
    metadata = create_summary_metadata(
        display_name="",
        description=f"Precision over recall on {sample}{which}, at thresholds from 0 to 1",
        num_thresholds=THRESHOLDS,
    )
    every_tag = class_tags(class_names)
    tags = [every_tag[label] for label in shown]
    values = [
        Summary.Value(
            tag=f"precision_recall/{tag}",
            metadata=metadata,
            tensor=make_tensor_proto(_with_rates(count).astype(np.float32)),
        )
        for tag, count in zip(tags, counts, strict=True)
    ]
    return Summary(value=values)


def most_frequent(labels: np.ndarray, classes: int) -> np.ndarray:
    """The classes with the most images, at most 20, in the order of their numbers: int64 [shown]."""
    counts = np.bincount(labels, minlength=classes)
    return np.sort(np.argsort(-counts, kind="stable")[:CLASSES_SHOWN])


def threshold_counts(labels: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """True positives, false positives, true negatives and false negatives: int64 [classes, 4, thresholds]."""
    count, classes = probabilities.shape
    edges = np.linspace(0.0, 1.0, THRESHOLDS)
    # The highest threshold that each probability reaches; compared in float64, as TensorBoard's thresholds are.
    reached = np.searchsorted(edges, probabilities.astype(np.float64), side="right") - 1  # [n, classes]
    is_class = labels[:, None] == np.arange(classes)  # [n, classes]
    cells = np.maximum(reached, 0) + THRESHOLDS * np.arange(classes)
    sizes = {
        truth: np.bincount(cells[is_class == truth], minlength=classes * THRESHOLDS).reshape(classes, -1)
        for truth in (True, False)
    }
    positive, false_positive = (  # [classes, thresholds]: all that reach a threshold or a higher one
        sizes[truth][:, ::-1].cumsum(axis=1)[:, ::-1] for truth in (True, False)
    )
    members = is_class.sum(axis=0)[:, None]  # [classes, 1]
    true_negative, false_negative = count - members - false_positive, members - positive
    return np.stack([positive, false_positive, true_negative, false_negative], axis=1)


def _with_rates(counts: np.ndarray) -> np.ndarray:
    """The counts [4, thresholds] with precision and recall below them: [6, thresholds]; 0 where nothing is counted."""
    true_positive, false_positive, _, false_negative = counts
    precision = true_positive / np.maximum(true_positive + false_positive, 1)
    recall = true_positive / np.maximum(true_positive + false_negative, 1)
    return np.concatenate([counts, precision[None], recall[None]])
