"""Which images train, which validate and which test: fixed by their names, whatever the seed and the machine.

Of each class a tenth validates and a tenth tests, at least one image each. Which ones is decided by the hashes of their
names, so that an image that joins later moves few others.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np

from trainers.dataset_errors import DatasetMissing

PARTS = ("train", "validation", "test")
TRAIN, VALIDATION, TEST = range(3)
SHARE = 0.1  # of each class that validates, and that tests
FEWEST_IMAGES = 3  # of a class: one for each part
MOST_CLASSES = 1_000
_NAMED = 5


def divided(labels: np.ndarray, names: Sequence[str], class_names: Sequence[str]) -> np.ndarray:
    """The part of each image, by the place in PARTS: int8 [n].

    Raises DatasetMissing for classes of fewer than three images.
    """
    counts = np.bincount(labels, minlength=len(class_names))
    if (counts < FEWEST_IMAGES).any():
        small = [
            f"{class_names[label]!r} ({counts[label]})" for label in np.flatnonzero(counts < FEWEST_IMAGES)
        ]
        raise DatasetMissing(
            f"Each class needs at least {FEWEST_IMAGES} images, one each to train, to validate and to test, and "
            f"{_some(small)} {'has' if len(small) == 1 else 'have'} fewer: add images or take the class out."
        )
    parts = np.full(len(labels), TRAIN, np.int8)
    for rows in _by_class(labels, names):
        count = _share(len(rows))
        parts[rows[:count]] = TEST
        parts[rows[count : 2 * count]] = VALIDATION
    return parts


def completed(
    parts: np.ndarray, labels: np.ndarray, names: Sequence[str], class_names: Sequence[str]
) -> np.ndarray:
    """A division that people made, with the parts it lacks taken from the training images: int8 [n].

    Raises DatasetMissing where a class has no image to train on, or where nothing could be taken.
    """
    trained = np.bincount(labels[parts == TRAIN], minlength=len(class_names))
    unknown = [repr(class_names[label]) for label in np.flatnonzero(trained == 0)]
    if unknown:
        raise DatasetMissing(
            f"{_some(unknown)} {'has' if len(unknown) == 1 else 'have'} no image among the training images: "
            "every class needs some to learn from."
        )
    parts = parts.copy()
    for missing in (TEST, VALIDATION):
        if (parts == missing).any():
            continue
        training = np.flatnonzero(parts == TRAIN)
        for rows in _by_class(labels[training], [names[row] for row in training]):
            if len(rows) > 1:
                parts[training[rows[: _share(len(rows))]]] = missing
        if not (parts == missing).any():
            raise DatasetMissing(
                f"There are no images for {PARTS[missing]}, and too few training images to take some from: add some."
            )
    return parts


def _by_class(labels: np.ndarray, names: Sequence[str]) -> list[np.ndarray]:
    """The rows of each class in an order that follows from the names alone."""
    hashes = np.array([hashlib.sha256(name.encode()).hexdigest() for name in names])
    order = np.argsort(hashes, kind="stable")
    return [order[labels[order] == label] for label in np.unique(labels)]


def _share(count: int) -> int:
    return max(1, round(SHARE * count))


def _some(names: Sequence[str]) -> str:
    """The first few names of many."""
    shown = list(names[:_NAMED])
    more = len(names) - len(shown)
    if more:
        return f"{', '.join(shown)} and {more} more"
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"
