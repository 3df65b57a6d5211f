"""What a schedule and an augmentation will do, worked out before any training by the code that trains.

schedule(ClassifySpec(schedule="one_cycle"))["rates"]           # the learning rate, at up to 200 steps
augmentation(ClassifySpec(rotation=15))["augmented"][0]         # the first image as training might see it
"""

from __future__ import annotations

import base64
from typing import Any

import numpy as np

from trainers import augmentation as distortions
from trainers import datasets
from trainers.features import pooled
from trainers.loop import Plan
from trainers.own_images import look
from trainers.schedules import rate_at
from trainers.specs import ClassifySpec
from trainers.summaries.images import as_png

MOST_POINTS = 200
VERSIONS = 5  # of each image
_SHOWN = (2, 4, 7)  # classes whose images are shown: digits that look otherwise when they are turned


def schedule(spec: ClassifySpec) -> dict[str, Any]:
    """The learning rate from the first step to the last, ready for JSON: `steps`, `epochs` and `rates` alike long.

    An epoch has as many steps as the data set's published number of training images makes; an MNIST file of one's
    own that holds more or fewer is only counted when it is trained on. Raises DatasetMissing.
    """
    images = datasets.training_images(spec)
    plan = Plan(
        epochs=spec.epochs,
        steps_per_epoch=-(-images // spec.batch_size),
        images_per_epoch=images,
        batch_size=spec.batch_size,
        steps=spec.steps,
    )
    last = plan.total_steps - 1  # the first step learns at the rate of step 0
    steps = np.unique(np.linspace(0, last, min(last + 1, MOST_POINTS)).round().astype(np.int64))
    rates = rate_at(spec, steps, plan.total_steps, plan.steps_per_epoch)
    return {
        "steps": steps.tolist(),
        "epochs": (steps / plan.steps_per_epoch).tolist(),
        "rates": rates.tolist(),
    }


def augmentation(spec: ClassifySpec) -> dict[str, Any]:
    """A few training images and what training might make of each, ready for JSON.

    `originals` are PNGs in base64, `augmented` a list of PNGs for each of them, all as the network sees them;
    `on_black`: they are white strokes on black. Raises DatasetMissing.
    """
    images = _some_images(spec)
    repeated = images.repeat(VERSIONS, axis=0)
    distorted = distortions.preview(spec, repeated, spec.seed).reshape(
        len(images), VERSIONS, *images.shape[1:]
    )
    return {
        "on_black": spec.dataset != "own",
        "originals": [_encoded(image) for image in images],
        "augmented": [[_encoded(image) for image in versions] for versions in distorted],
    }


def own_images(spec: ClassifySpec) -> dict[str, Any]:
    """What somebody's own images are: `look`, for the data set own. Raises DatasetMissing."""
    if spec.data_path is None:
        raise datasets.DatasetMissing("These are not your own images: choose the data set own.")
    return look.look(spec.data_path, image_size=spec.image_size, color=spec.color)


def _some_images(spec: ClassifySpec) -> np.ndarray:
    """A training image of three classes, as the network sees them: uint8 [n, height, width(, 3)]."""
    if spec.data_path is not None:
        images = look.examples(spec.data_path, image_size=spec.image_size, color=spec.color, most=len(_SHOWN))
        return pooled(images, spec.pooling) if spec.features == "pooled" else images
    train = datasets.load(spec).train
    return train.images[
        [np.flatnonzero(train.labels == label)[0] for label in _SHOWN if label in train.labels]
    ]


def _encoded(image: np.ndarray) -> str:
    """An image uint8 [height, width] or [height, width, 3] as a PNG in base64."""
    return base64.b64encode(as_png(image)).decode()
