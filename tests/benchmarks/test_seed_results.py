"""The comparison of sigmoid and ReLU over seeds, against SciPy's paired t-test and sums done by hand."""

from __future__ import annotations

import re

import pytest
from scipy import stats

from tests.benchmarks.seed_results import sigmoid_against_relu


def rows(kind: str, accuracies: dict[int, float]) -> list[dict[str, object]]:
    return [{"kind": kind, "seed": seed, "accuracy": accuracy} for seed, accuracy in accuracies.items()]


def numbers(told: str) -> list[float]:
    """The mean, how many seeds, and the interval's two ends; its 95 % left out."""
    found = [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", told.replace("95 %", ""))]
    return found[:4]


def test_the_interval_is_that_of_scipys_paired_test_over_the_seeds_that_both_have() -> None:
    relu = {1: 0.9781, 2: 0.9802, 3: 0.9765, 4: 0.9790, 9: 0.1}
    sigmoid = {4: 0.9551, 3: 0.9498, 1: 0.9570, 2: 0.9503, 7: 0.9}
    told = sigmoid_against_relu(rows("mlp relu", relu) + rows("softmax", relu) + rows("mlp sigmoid", sigmoid))
    theirs = stats.ttest_rel(
        [100 * relu[seed] for seed in range(1, 5)], [100 * sigmoid[seed] for seed in range(1, 5)]
    ).confidence_interval(0.95)
    mean, seeds, low, high = numbers(told)
    assert (mean, seeds) == (2.54, 4)  # of 2.11, 2.99, 2.67 and 2.39 points
    assert [low, high] == pytest.approx([theirs.low, theirs.high], abs=0.005)
    assert "0 is outside" in told


def test_two_seeds_that_disagree_leave_zero_inside() -> None:
    told = sigmoid_against_relu(
        rows("mlp relu", {1: 0.98, 2: 0.95}) + rows("mlp sigmoid", {1: 0.96, 2: 0.95})
    )
    # 1 ± 12.71 points: the differences 2 and 0 have a standard error of 1, and Student's t with one degree is wide.
    assert numbers(told) == [1.0, 2, -11.71, 13.71]
    assert "0 is inside" in told


def test_without_two_seeds_that_both_have_nothing_is_said() -> None:
    assert (
        sigmoid_against_relu(rows("mlp relu", {1: 0.98, 2: 0.97}) + rows("mlp sigmoid", {2: 0.9, 3: 0.9}))
        == ""
    )
