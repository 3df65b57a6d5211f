"""Pictures at the end of a run: the confusion matrix and the mistakes."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import cache

import numpy as np
from matplotlib import font_manager
from matplotlib.figure import Figure
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.plugins.image.metadata import create_summary_metadata
from tensorboard.util.tensor_util import make_tensor_proto

from trainers.evaluation import Evaluation
from trainers.summaries.images import fitted
from trainers.summaries.names import shown

MISTAKES_SHOWN = 40
LARGEST_SHOWN = 64  # pixels a side of an image among the mistakes
COUNTS_READABLE = 20  # classes
NAMES_READABLE = 60
_COLUMNS = 8
# Letters that the first font lacks are taken from the next; installed on most machines, one or the other.
_FONTS = (
    "DejaVu Sans",
    "Noto Sans CJK SC",
    "Noto Sans CJK JP",
    "WenQuanYi Zen Hei",
    "PingFang SC",
    "Microsoft YaHei",
    "Arial Unicode MS",
)


def confusion_matrix(confusion: np.ndarray, class_names: Sequence[str]) -> Summary:
    """The counts int [true class, predicted class] as a picture. Colours follow the share of each true class."""
    shares = confusion / np.maximum(confusion.sum(axis=1, keepdims=True), 1)
    classes = len(class_names)
    names = [shown(name, 16) for name in class_names] if classes <= NAMES_READABLE else []
    # Room for the names; matplotlib's own layout would draw all of it twice.
    margin = 0.09 + 0.011 * max(map(len, names), default=0)
    figure = Figure(figsize=(7, 7), dpi=110)
    axes = figure.add_axes((margin, margin, 0.98 - margin, 0.98 - margin))
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    words = {"parse_math": False, "fontfamily": _fonts(), "fontsize": 10 if classes <= COUNTS_READABLE else 5}
    if names:
        turned = (
            {"rotation": 45, "ha": "right", "rotation_mode": "anchor"} if max(map(len, names)) > 2 else {}
        )
        axes.set_xticks(range(classes), names, **words, **turned)
        axes.set_yticks(range(classes), names, **words)
    axes.set_xlabel("Predicted class")
    axes.set_ylabel("True class")
    if classes <= COUNTS_READABLE:
        for row, column in np.ndindex(confusion.shape):
            colour = "white" if shares[row, column] > 0.5 else "black"
            axes.text(column, row, str(confusion[row, column]), ha="center", va="center", color=colour)
    return _image("confusion_matrix", figure, "Test images: how often which class was taken for which.")


def mistakes(evaluation: Evaluation, images: np.ndarray, class_names: Sequence[str]) -> Summary:
    """The test images that were named wrongly, most confident first, each with true → predicted class.

    `images` are all test images as people know them: uint8 [n, h, w] or [n, h, w, 3].
    """
    wrong = np.flatnonzero(evaluation.predictions != evaluation.labels)
    chosen = wrong[np.argsort(-evaluation.confidences[wrong], kind="stable")][:MISTAKES_SHOWN]
    rows = max(1, -(-len(chosen) // _COLUMNS))
    side = min(LARGEST_SHOWN, max(images.shape[1:3]))
    cell = round(side * 1.36)  # an image and the words above it
    sheet = np.full((rows * cell, _COLUMNS * cell, *images.shape[3:]), 255, np.uint8)
    figure = Figure(figsize=(_COLUMNS * 1.2, rows * 1.2), dpi=110)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.axis("off")
    for place, index in enumerate(chosen):
        top = place // _COLUMNS * cell + cell - side
        left = place % _COLUMNS * cell + (cell - side) // 2
        sheet[top : top + side, left : left + side] = fitted(images[index], side)
        true, predicted = (
            shown(class_names[label], 10)
            for label in (evaluation.labels[index], evaluation.predictions[index])
        )
        title = f"{true} → {predicted}"
        axes.text(
            left + side / 2,
            top - side / 28,
            title,
            ha="center",
            va="bottom",
            fontsize=12 if len(title) < 8 else 6,
            fontfamily=_fonts(),
            parse_math=False,
        )
    axes.imshow(sheet, cmap="gray", vmin=0, vmax=255)
    text = f"{len(wrong):,} test images were named wrongly; the most confident mistakes come first."
    return _image("mistakes", figure, text)


@cache
def _fonts() -> list[str]:
    """Those of our fonts that this machine has; matplotlib brings the first."""
    installed = set(font_manager.get_font_names())
    return [name for name in _FONTS if name in installed]


def _image(tag: str, figure: Figure, description: str) -> Summary:
    """A figure as a summary of TensorBoard's image plugin: width, height and a PNG."""
    file = io.BytesIO()
    figure.savefig(file, format="png")
    width, height = (str(int(size)).encode() for size in figure.bbox.size)
    metadata = create_summary_metadata(display_name="", description=description)
    tensor = make_tensor_proto(np.array([width, height, file.getvalue()], dtype=object))
    return Summary(value=[Summary.Value(tag=tag, metadata=metadata, tensor=tensor)])
