"""What a finished run found out about itself, read from its `artifacts/`.

`evaluation.json` holds accuracy and confusion matrix (of more than a hundred classes that is in `confusion.npz`),
`examples.npz` a sample of the tested images, `left_out.json` the images that could not be used. All were written by a
trainer, perhaps on another machine, so all are checked before anything is drawn.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pydantic
from numpy.typing import NDArray

from dashboard.artifact_arrays import Arrays, read_arrays
from dashboard.language import _
from trainers.runs import DamagedFile, read_json

SMALL_TEST_SET = 1_000
LARGE_TEST_SET = 10_000
MOST_CLASSES = 1_000
_EXAMPLE_ARRAYS = ("images", "labels", "predictions", "confidences", "indices")


class Evaluation(pydantic.BaseModel):
    """Accuracy in [0, 1] on `test_count` images; `confusion` int [true, predicted] counts them.

    `on_black`: the images are white strokes on black.
    """

    model_config = pydantic.ConfigDict(frozen=True, extra="ignore", arbitrary_types_allowed=True)

    test_accuracy: float = pydantic.Field(ge=0, le=1)
    test_loss: float | None = None
    test_count: int = pydantic.Field(ge=0)
    standard_error: float | None = pydantic.Field(None, ge=0)
    class_names: list[str] = pydantic.Field(min_length=1, max_length=MOST_CLASSES)
    confusion: NDArray[np.int64]
    on_black: bool = True

    @pydantic.field_validator("confusion", mode="before")
    @classmethod
    def _counts(cls, value: object) -> NDArray[np.int64]:
        counts = np.asarray(value)
        if counts.dtype.kind not in "iu" or counts.min(initial=0) < 0:
            raise ValueError("the confusion matrix does not count")
        return counts.astype(np.int64)

    @pydantic.model_validator(mode="after")
    def _square(self) -> Evaluation:
        if self.confusion.shape != (len(self.class_names), len(self.class_names)):
            raise ValueError("the confusion matrix does not fit the classes")
        return self

    @property
    def mistakes(self) -> int:
        """How many images got a wrong name."""
        return int(self.confusion.sum() - self.confusion.trace())

    def confused_classes(self, most: int) -> list[int]:
        """The classes with the most mistakes, theirs and those of others taken for them, by number."""
        wrong = self.confusion.sum(axis=0) + self.confusion.sum(axis=1) - 2 * self.confusion.diagonal()
        return sorted(np.argsort(-wrong, kind="stable")[:most].tolist())

    def confused_pairs(self, most: int) -> list[tuple[int, int, int]]:
        """Which class was taken for which most often: true, predicted, how many images; most first."""
        wrong = self.confusion.copy()
        np.fill_diagonal(wrong, 0)
        cells = np.argsort(-wrong, axis=None, kind="stable")[:most]
        true, predicted = np.unravel_index(cells, wrong.shape)
        return [
            (int(t), int(p), int(wrong[t, p])) for t, p in zip(true, predicted, strict=True) if wrong[t, p]
        ]

    @property
    def shows_standard_error(self) -> bool:
        """Whether the test set is so small that its chance error matters (at most 1,000 images)."""
        return self.standard_error is not None and self.test_count <= SMALL_TEST_SET

    @property
    def decimals(self) -> int:
        """Of an accuracy in percent: two, as published ones have, where there are 10,000 test images to bear them."""
        return 2 if self.test_count >= LARGE_TEST_SET else 1


class LeftOutFile(pydantic.BaseModel):
    """An image that could not be used: its `name`, and the `reason`, which goes on after it."""

    model_config = pydantic.ConfigDict(frozen=True, extra="ignore")

    name: str
    reason: str


class LeftOut(pydantic.BaseModel):
    """How many images a run left out, and the first of them."""

    model_config = pydantic.ConfigDict(frozen=True, extra="ignore")

    count: int = pydantic.Field(ge=0)
    files: tuple[LeftOutFile, ...]


@dataclass(frozen=True)
class Examples:
    """Some tested images.

    images uint8 [n, height, width] or [n, height, width, 3]; labels and predictions int [n]; confidences float [n], the
    share of certainty given to the prediction; indices int [n], the images' places in the test set.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    predictions: NDArray[np.int64]
    confidences: NDArray[np.float64]
    indices: NDArray[np.int64]

    def cell(self, true: int, predicted: int) -> Examples:
        """The examples of one cell of the confusion matrix, most confident first."""
        return self._where((self.labels == true) & (self.predictions == predicted))

    def mistakes(self, most: int) -> Examples:
        """The examples that got a wrong name, most confident first, at most so many."""
        return self._where(self.labels != self.predictions, most)

    def _where(self, chosen: NDArray[np.bool_], most: int | None = None) -> Examples:
        order = np.flatnonzero(chosen)
        order = order[np.argsort(-self.confidences[order], kind="stable")][:most]
        return Examples(
            images=self.images[order],
            labels=self.labels[order],
            predictions=self.predictions[order],
            confidences=self.confidences[order],
            indices=self.indices[order],
        )

    def __len__(self) -> int:
        return len(self.labels)


def read_evaluation(artifacts: Path) -> Evaluation | None:
    """The evaluation of a run, None where there is none (yet); raises DamagedFile."""
    try:
        written = read_json(artifacts / "evaluation.json")
        if isinstance(written, dict) and "confusion" not in written:
            written["confusion"] = _read_confusion(artifacts, len(written.get("class_names", ())))
        return Evaluation.model_validate(written)
    except FileNotFoundError:
        return None
    except (pydantic.ValidationError, TypeError) as error:
        raise DamagedFile(_("evaluation.json is damaged: it is not what a trainer writes.")) from error


def _read_confusion(artifacts: Path, classes: int) -> NDArray[np.int64] | None:
    """The confusion matrix of many classes, of which only the cells that are not empty were written."""
    if classes > MOST_CLASSES:
        return None

    def whole(arrays: Arrays) -> NDArray[np.int64]:
        counts = np.zeros((classes, classes), np.int64)
        true, predicted = arrays["true"], arrays["predicted"]
        if min(true.min(initial=0), predicted.min(initial=0)) < 0 or true.shape != arrays["images"].shape:
            raise ValueError("the cells do not fit each other")
        try:
            counts[true, predicted] = arrays["images"]
        except IndexError as error:
            raise ValueError("the cells do not fit the classes") from error
        return counts

    problem = _("confusion.npz is damaged, so no confusion matrix can be shown: start the run again.")
    return read_arrays(artifacts / "confusion.npz", ("true", "predicted", "images"), whole, problem)


def read_examples(artifacts: Path) -> Examples | None:
    """The sample of tested images of a run, None where there is none (yet); raises DamagedFile."""
    problem = _("examples.npz is damaged, so no images can be shown: start the run again.")
    return read_arrays(artifacts / "examples.npz", _EXAMPLE_ARRAYS, _examples, problem)


def _examples(arrays: Arrays) -> Examples:
    examples = Examples(
        images=arrays["images"],
        labels=arrays["labels"].astype(np.int64),
        predictions=arrays["predictions"].astype(np.int64),
        confidences=arrays["confidences"].astype(np.float64),
        indices=arrays["indices"].astype(np.int64),
    )
    lists = (examples.labels, examples.predictions, examples.confidences, examples.indices)
    colours = examples.images.ndim == 4 and examples.images.shape[3] == 3
    count = len(examples.images) if examples.images.ndim == 3 or colours else -1
    if examples.images.dtype != np.uint8 or any(part.shape != (count,) for part in lists):
        raise ValueError("the arrays do not fit each other")
    return examples


def read_left_out(artifacts: Path) -> LeftOut | None:
    """The images that a run left out, None where it could use all; raises DamagedFile."""
    try:
        return LeftOut.model_validate(read_json(artifacts / "left_out.json"))
    except FileNotFoundError:
        return None
    except pydantic.ValidationError as error:
        raise DamagedFile(_("left_out.json is damaged: it is not what a trainer writes.")) from error
