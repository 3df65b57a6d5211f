"""What a page shows of somebody's own images before they are learned from."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import numpy as np

from trainers.own_images.decoding import decoded
from trainers.own_images.division import TRAIN
from trainers.own_images.loading import check
from trainers.own_images.survey import Color, Survey
from trainers.summaries.images import as_png

EXAMPLES = 8
NAMED_FILES = 200
# Some hundred photographs: seconds. Of more, the heads were read and the rest is found out when training begins.
MOST_PIXELS_DECODED = 1_000_000_000


def look(path: Path, *, image_size: int, color: Color) -> dict[str, Any]:
    """Classes, counts, a few examples and what is left out, ready for JSON; raises DatasetMissing.

    `classes` has a row for each: its name and how many images train, validate and test; `shape` is what each image
    becomes; `refused` the first files that are left out, each with its reason, of `refused_count`; `decoded` says
    whether every image was decoded for it; `examples` are PNGs in base64 with the name of their class.
    """
    found = check(path, image_size=image_size, color=color)
    shape = found.shape(image_size, color)
    refused = list(found.refused)
    pixels = int(found.sizes.prod(axis=1, dtype=np.int64).sum())
    every = found.kind == "files" and pixels <= MOST_PIXELS_DECODED
    shown = _examples(found)
    rows = np.arange(len(found.labels)) if every else shown
    got = decoded(found, rows.tolist(), shape)
    refused += got.refused
    counts = found.counts()
    damaged = np.setdiff1d(rows, got.rows)
    np.subtract.at(counts, (found.labels[damaged], found.parts[damaged]), 1)
    places = np.flatnonzero(np.isin(got.rows, shown))
    refused.sort(key=lambda one: one.name)
    return {
        "classes": [[name, *map(int, row)] for name, row in zip(found.class_names, counts, strict=True)],
        "shape": list(shape),
        "refused": [[one.name, one.reason] for one in refused[:NAMED_FILES]],
        "refused_count": len(refused),
        "passed_over": found.passed_over,
        "decoded": every or found.kind == "arrays",
        "examples": [
            [
                found.class_names[found.labels[got.rows[place]]],
                base64.b64encode(as_png(got.images[place])).decode(),
            ]
            for place in places
        ],
    }


def examples(path: Path, *, image_size: int, color: Color, most: int) -> np.ndarray:
    """A training image of some classes each: uint8 [at most `most`, height, width(, 3)]; raises DatasetMissing."""
    found = check(path, image_size=image_size, color=color)
    rows = _examples(found)[:most]
    return decoded(found, rows.tolist(), found.shape(image_size, color)).images


def _examples(found: Survey) -> np.ndarray:
    """The first training image of some classes, spread over all of them: int64 [n]."""
    classes = len(found.class_names)
    chosen = np.unique(np.linspace(0, classes - 1, min(EXAMPLES, classes)).round().astype(np.int64))
    training = found.parts == TRAIN
    return np.array([np.flatnonzero(training & (found.labels == label))[0] for label in chosen], np.int64)
