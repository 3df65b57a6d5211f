"""The confusion matrix and the mistakes as pictures: any names, any number of classes, any images."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.util.tensor_util import make_ndarray

from trainers.evaluation import Evaluation
from trainers.summaries.pictures import confusion_matrix, mistakes

HOSTILE = ["$\\frac{", "<b>bold</b>", "ü\n\t", "_^%", "a" * 300, "{}", "\u202egnp", "", "9", "10"]


def picture(summary: Summary) -> np.ndarray:
    (value,) = summary.value
    width, height, png = make_ndarray(value.tensor)
    image = Image.open(io.BytesIO(png))
    assert image.size == (int(width), int(height))
    return np.asarray(image.convert("RGB"))


def seen(labels: np.ndarray, predictions: np.ndarray) -> Evaluation:
    confidences = np.linspace(0.3, 1, len(labels), dtype=np.float32)
    return Evaluation(1.0, float((labels == predictions).mean()), labels, predictions, confidences)


@pytest.mark.parametrize("classes", [2, 10, 300])
def test_a_confusion_matrix_of_any_number_of_classes_is_darkest_on_its_diagonal(classes: int) -> None:
    confusion = np.eye(classes, dtype=int) * 50
    pixels = picture(confusion_matrix(confusion, [f"class {number}" for number in range(classes)]))
    dark = (pixels[..., 2] < 140) & (pixels[..., 2] > pixels[..., 0] + 40)  # the deep end of the blues
    rows, columns = np.nonzero(dark)
    assert np.corrcoef(rows, columns)[0, 1] > 0.7


def test_hostile_names_are_drawn_and_not_obeyed() -> None:
    labels = np.arange(10)
    judged = seen(labels, labels[::-1].copy())
    images = np.zeros((10, 28, 28), np.uint8)
    assert len(np.unique(picture(confusion_matrix(judged.confusion(10), HOSTILE)))) > 20
    assert len(np.unique(picture(mistakes(judged, images, HOSTILE)))) > 20


@pytest.mark.parametrize("shape", [(28, 28), (28, 28, 3), (300, 200, 3), (5, 9)])
def test_mistakes_of_any_size_and_colour_are_shown(shape: tuple[int, ...]) -> None:
    images = np.zeros((30, *shape), np.uint8)
    if len(shape) == 3:
        images[..., 0] = 250
    labels, predictions = np.zeros(30, int), np.r_[np.zeros(20, int), np.ones(10, int)]
    pixels = picture(mistakes(seen(labels, predictions), images, ["cat", "dog"])).astype(int)
    inked = (pixels[..., 0] > 200) & (pixels[..., 1] < 60) if len(shape) == 3 else pixels.max(axis=2) < 30
    assert inked.mean() > 0.1  # ten of sixteen places hold an image


def test_a_network_without_mistakes_says_so() -> None:
    labels = np.arange(4)
    (value,) = mistakes(seen(labels, labels), np.zeros((4, 28, 28), np.uint8), list("abcd")).value
    assert value.metadata.summary_description.startswith("0 test images were named wrongly")
