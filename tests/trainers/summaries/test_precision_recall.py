"""Precision-recall curves, held against scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics
from tensorboard.util.tensor_util import make_ndarray

from trainers.summaries.precision_recall import CLASSES_SHOWN, THRESHOLDS, precision_recall, threshold_counts


def some_answers(count: int, classes: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Labels, and probabilities of a network that is often right; some of them exactly 0, 1 or a threshold."""
    random = np.random.default_rng(seed)
    labels = random.integers(0, classes, count)
    scores = random.normal(size=(count, classes)) + 2 * np.eye(classes)[labels]
    probabilities = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    probabilities[::7] = np.eye(classes)[labels[::7]]
    probabilities[1::7] = probabilities[1::7].round(2)
    return labels.astype(np.uint8), probabilities.astype(np.float32)


def test_every_point_of_every_curve_is_scikit_learns() -> None:
    labels, probabilities = some_answers(300, 4, seed=1)
    values = precision_recall(labels, probabilities, ["cat", "dog", "2", "a/b"], "300 images").value
    assert [value.tag.split("/", 1)[1] for value in values] == ["0 cat", "1 dog", "2", "3 a∕b"]
    for number, value in enumerate(values):
        *_, precision, recall = make_ndarray(value.tensor)
        for place, threshold in enumerate(np.linspace(0, 1, THRESHOLDS)):
            taken = probabilities[:, number].astype(float) >= threshold
            expected = metrics.precision_recall_fscore_support(
                labels == number, taken, average="binary", zero_division=0
            )
            assert (precision[place], recall[place]) == pytest.approx(expected[:2], abs=1e-6)


@given(count=st.integers(1, 60), classes=st.integers(2, 6), seed=st.integers(0, 99))
def test_counts_are_those_of_each_threshold_taken_alone(count: int, classes: int, seed: int) -> None:
    labels, probabilities = some_answers(count, classes, seed)
    counts = threshold_counts(labels, probabilities)
    assert (counts.sum(axis=1) == count).all()
    for place in (0, 1, 37, 50, 99, 100):
        taken = probabilities.astype(float) >= np.linspace(0, 1, THRESHOLDS)[place]
        for number in range(classes):
            (true_negative, false_positive), (false_negative, true_positive) = metrics.confusion_matrix(
                labels == number, taken[:, number], labels=[False, True]
            )
            expected = [true_positive, false_positive, true_negative, false_negative]
            assert counts[number, :, place].tolist() == expected


def test_a_diverged_network_and_many_classes_do_no_harm() -> None:
    labels, probabilities = some_answers(50, 200, seed=2)
    probabilities[3] = np.nan
    names = [str(number) for number in range(200)]
    values = precision_recall(labels, probabilities, names, "50 images").value
    assert len(values) == CLASSES_SHOWN


def test_of_many_classes_the_most_frequent_are_drawn_and_it_is_said() -> None:
    random = np.random.default_rng(3)
    frequent = np.arange(7, 7 + 2 * CLASSES_SHOWN, 2)
    labels = np.concatenate([np.repeat(frequent, 5), np.arange(100)])
    probabilities = random.dirichlet(np.ones(100), len(labels)).astype(np.float32)
    values = precision_recall(labels, probabilities, [f"kind {n}" for n in range(100)], "200 images").value
    assert [int(value.tag.split()[-1]) for value in values] == frequent.tolist()
    assert "for the 20 most frequent of 100 classes" in values[0].metadata.summary_description
    *_, precision, _recall = make_ndarray(values[3].tensor)
    taken = probabilities[:, frequent[3]].astype(float) >= 0.02
    assert precision[2] == pytest.approx((labels[taken] == frequent[3]).mean(), abs=1e-6)
