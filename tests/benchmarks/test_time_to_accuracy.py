"""How many times faster than keras.io's example, against divisions done by hand."""

from __future__ import annotations

import pytest

from tests.benchmarks.time_to_accuracy import BARE, FAST, KERAS, ratio


def rows(kind: str, *seconds: float, accuracy: float = 0.991) -> list[dict[str, object]]:
    return [{"kind": kind, "seconds": one, "accuracy": accuracy} for one in seconds]


def test_the_ratio_is_that_of_the_medians() -> None:
    told = ratio(rows(KERAS, 900, 290, 300) + rows(FAST, 10, 12.5, 80) + rows(BARE, 1))
    assert told.startswith("fast_cnn is 24.0 times faster.")


def test_a_training_of_keras_that_never_came_so_far_does_not_count_and_ours_always_does() -> None:
    slow, ours = rows(KERAS, 9_000, 9_000, accuracy=0.9906), rows(FAST, 20, accuracy=0.98)
    assert ratio(slow + rows(KERAS, 300, accuracy=0.9907) + ours).startswith("fast_cnn is 15.0 times faster.")
    assert ratio(slow + ours) == ""


@pytest.mark.parametrize("kind", [KERAS, FAST])
def test_one_side_alone_has_no_ratio(kind: str) -> None:
    assert ratio(rows(kind, 10)) == ""
