"""What a finished run found out about itself, read from its `artifacts/`.

`evaluation.json` holds accuracy and confusion matrix, `examples.npz` a sample of the tested images. Both were
written by a trainer, perhaps on another machine, so both are checked before anything is drawn.
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
_EXAMPLE_ARRAYS = ("images", "labels", "predictions", "confidences", "indices")


class Evaluation(pydantic.BaseModel):
    """Accuracy in [0, 1] on `test_count` images; `confusion[true][predicted]` counts them."""

    model_config = pydantic.ConfigDict(frozen=True, extra="ignore")

    test_accuracy: float = pydantic.Field(ge=0, le=1)
    test_loss: float | None = None
    test_count: int = pydantic.Field(ge=0)
    standard_error: float | None = pydantic.Field(None, ge=0)
    class_names: list[str] = pydantic.Field(min_length=1, max_length=1_000)
    confusion: list[list[int]]

    @pydantic.model_validator(mode="after")
    def _square(self) -> Evaluation:
        classes = len(self.class_names)
        if len(self.confusion) != classes or any(len(row) != classes for row in self.confusion):
            raise ValueError("the confusion matrix does not fit the classes")
        return self

    @property
    def mistakes(self) -> int:
        """How many images got a wrong name."""
        counts = np.asarray(self.confusion)
        return int(counts.sum() - counts.trace())

    @property
    def shows_standard_error(self) -> bool:
        """Whether the test set is so small that its chance error matters (at most 1,000 images)."""
        return self.standard_error is not None and self.test_count <= SMALL_TEST_SET


@dataclass(frozen=True)
class Examples:
    """Some tested images.

    images uint8 [n, height, width]; labels and predictions int [n]; confidences float [n], the share of
    certainty given to the prediction; indices int [n], the images' places in the test set.
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
        return Evaluation.model_validate(read_json(artifacts / "evaluation.json"))
    except FileNotFoundError:
        return None
    except pydantic.ValidationError as error:
        raise DamagedFile(_("evaluation.json is damaged: it is not what a trainer writes.")) from error


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
    count = len(examples.images) if examples.images.ndim == 3 else -1
    if examples.images.dtype != np.uint8 or any(part.shape != (count,) for part in lists):
        raise ValueError("the arrays do not fit each other")
    return examples
