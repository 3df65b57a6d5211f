"""Pictures at the end of a run: the confusion matrix and the mistakes."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.plugins.image.metadata import create_summary_metadata
from tensorboard.util.tensor_util import make_tensor_proto

from trainers.evaluation import Evaluation

MISTAKES_SHOWN = 40
_COLUMNS = 8
_CELL = 38  # pixels: an image and the words above it


def confusion_matrix(confusion: np.ndarray, class_names: Sequence[str]) -> Summary:
    """The counts int [true class, predicted class] as a picture. Colours follow the share of each true class."""
    shares = confusion / np.maximum(confusion.sum(axis=1, keepdims=True), 1)
    figure = Figure(figsize=(7, 7), dpi=110, layout="constrained")
    axes = figure.add_subplot()
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    ticks = range(len(class_names))
    axes.set_xticks(ticks, class_names, rotation=45 if max(map(len, class_names)) > 2 else 0)
    axes.set_yticks(ticks, class_names)
    axes.set_xlabel("Predicted class")
    axes.set_ylabel("True class")
    for row, column in np.ndindex(confusion.shape):
        colour = "white" if shares[row, column] > 0.5 else "black"
        axes.text(column, row, str(confusion[row, column]), ha="center", va="center", color=colour)
    return _image("confusion_matrix", figure, "Test images: how often which class was taken for which.")


def mistakes(evaluation: Evaluation, images: np.ndarray, class_names: Sequence[str]) -> Summary:
    """The test images that were named wrongly, most confident first, each with true → predicted class.

    `images` are all test images: uint8 [n, 28, 28].
    """
    wrong = np.flatnonzero(evaluation.predictions != evaluation.labels)
    chosen = wrong[np.argsort(-evaluation.confidences[wrong], kind="stable")][:MISTAKES_SHOWN]
    rows = max(1, -(-len(chosen) // _COLUMNS))
    sheet = np.zeros((rows * _CELL, _COLUMNS * _CELL), np.uint8)
    figure = Figure(figsize=(_COLUMNS * 1.2, rows * 1.2), dpi=110)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.axis("off")
    for place, index in enumerate(chosen):
        top, left = place // _COLUMNS * _CELL + _CELL - 28, place % _COLUMNS * _CELL + (_CELL - 28) // 2
        sheet[top : top + 28, left : left + 28] = images[index]
        title = f"{class_names[evaluation.labels[index]]} → {class_names[evaluation.predictions[index]]}"
        axes.text(left + 14, top - 1, title, ha="center", va="bottom", fontsize=12 if len(title) < 8 else 6)
    axes.imshow(sheet, cmap="gray_r", vmin=0, vmax=255)
    text = f"{len(wrong):,} test images were named wrongly; the most confident mistakes come first."
    return _image("mistakes", figure, text)


def _image(tag: str, figure: Figure, description: str) -> Summary:
    """A figure as a summary of TensorBoard's image plugin: width, height and a PNG."""
    file = io.BytesIO()
    figure.savefig(file, format="png")
    width, height = (str(int(size)).encode() for size in figure.bbox.size)
    metadata = create_summary_metadata(display_name="", description=description)
    tensor = make_tensor_proto(np.array([width, height, file.getvalue()], dtype=object))
    return Summary(value=[Summary.Value(tag=tag, metadata=metadata, tensor=tensor)])
