"""A network that is judged by a moving average of its weights is looked at with that average, worked out in NumPy."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
import pytest
from PIL import Image
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.util.tensor_util import make_ndarray

from tests.trainers.conftest import events
from trainers import classify, datasets
from trainers.classify import Classification
from trainers.datasets import Dataset
from trainers.observation import spread_rows
from trainers.runs import Run, create_run
from trainers.specs import ClassifySpec
from trainers.summaries import Journal, features

# Keras 3.15 converts tensors in a way that NumPy 2 announces to drop.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

SHARE = 0.9
SPEC = ClassifySpec(
    model="mlp",
    depth=1,
    width=8,
    optimizer="sgd",
    learning_rate=0.5,
    batch_size=400,
    moving_average=SHARE,
)
STEPS = 6

Weights = list[np.ndarray]  # kernel and bias of the hidden layer, then of the classes


@dataclass(frozen=True)
class Seen:
    """What was written of a network, and what it was: the weights it learns with, and their average by NumPy."""

    run: Run
    data: Dataset
    learned: Weights
    average: Weights
    model: keras.Model

    def value(self, part: str, tag: str) -> Summary.Value:
        written = [
            value
            for event in events(self.run.path / part)
            for value in event.summary.value
            if value.tag == tag
        ]
        (value,) = written
        return value


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    run = create_run(tmp_path_factory.mktemp("logs"), SPEC, experiment="e", name="r")
    data = datasets.load(SPEC)
    learner = Classification(run, SPEC, data)
    average: Weights = []
    for step in range(STEPS):
        learner.run_chunk(0, step, 1)
        weights = [weight.astype(np.float64) for weight in learner.model.get_weights()]
        pairs = zip(average or weights, weights, strict=True)
        average = [SHARE * before + (1 - SHARE) * now for before, now in pairs]
    with Journal(run, classify.MEASURES, classify.VALIDATION_MEASURES) as journal:
        learner.conclude(journal, STEPS)
        journal.flush()
    return Seen(run, data, weights, average, learner.model)


def hidden(weights: Weights, images: np.ndarray) -> np.ndarray:
    return np.maximum(images.reshape(len(images), 784) / 255 @ weights[0] + weights[1], 0)


def answers(weights: Weights, images: np.ndarray) -> np.ndarray:
    scores = hidden(weights, images) @ weights[2] + weights[3]
    exponentials = np.exp(scores - scores.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def test_the_network_learns_on_with_its_own_weights(seen: Seen) -> None:
    for found, expected in zip(seen.model.get_weights(), seen.learned, strict=True):
        np.testing.assert_array_equal(found, expected.astype(np.float32))
    assert np.abs(seen.average[0] - seen.learned[0]).max() > 0.01  # the two can be told apart


def test_weights_are_those_of_the_average(seen: Seen) -> None:
    for tag, weight in zip(
        ("hidden_1/kernel", "hidden_1/bias", "classes/kernel"), seen.average, strict=False
    ):
        buckets = make_ndarray(seen.value("train", f"weights/{tag}").tensor)
        assert (buckets[0, 0], buckets[-1, 1]) == pytest.approx((weight.min(), weight.max()), rel=1e-4)
    norm = float(make_ndarray(seen.value("train", "weight_norm/classes").tensor))
    assert norm == pytest.approx(
        np.sqrt((seen.average[2] ** 2).sum() + (seen.average[3] ** 2).sum()), rel=1e-4
    )
    assert "moving average" in seen.value("train", "weights/classes/kernel").metadata.summary_description


def test_gradients_are_of_the_weights_it_learns_with_and_say_so(seen: Seen) -> None:
    rows = spread_rows(len(seen.data.train.labels), 100)
    images, labels = seen.data.train.images[rows], seen.data.train.labels[rows]

    def gradient_norm(weights: Weights) -> float:
        error = (answers(weights, images) - np.eye(10)[labels]) / len(labels)
        kernel, bias = hidden(weights, images).T @ error, error.sum(axis=0)
        return float(np.sqrt((kernel**2).sum() + (bias**2).sum()))

    value = seen.value("train", "gradient_norm/classes")
    assert float(make_ndarray(value.tensor)) == pytest.approx(gradient_norm(seen.learned), rel=1e-3)
    assert gradient_norm(seen.average) != pytest.approx(gradient_norm(seen.learned), rel=0.05)
    for tag in ("gradient_norm/classes", "gradients/classes/kernel"):
        description = seen.value("train", tag).metadata.summary_description
        assert description.endswith(
            "weights of the layer: those that it learns with, not their moving average"
        ) or (description.endswith("in the weights: those that it learns with, not their moving average"))


def test_precision_and_recall_are_those_of_the_average(seen: Seen) -> None:
    curve = make_ndarray(seen.value("validation", "precision_recall/4").tensor)
    sure = answers(seen.average, seen.data.validation.images)[:, 4]
    is_four = seen.data.validation.labels == 4
    for place in (10, 20, 30):
        taken = sure >= place / 100
        assert abs(curve[0, place] - (taken & is_four).sum()) <= 1  # one that lies on the threshold
        assert abs(curve[1, place] - (taken & ~is_four).sum()) <= 1


def test_the_embedding_and_the_words_beside_it_are_those_of_the_average(seen: Seen) -> None:
    folder = seen.run.path / "projector" / f"step-{STEPS}"
    images = seen.data.test.images
    np.testing.assert_allclose(
        np.loadtxt(folder / "vectors.tsv"), hidden(seen.average, images), rtol=1e-3, atol=1e-4
    )
    predicted = [line.split("\t")[1] for line in (folder / "words.tsv").read_text().splitlines()[1:]]
    expected = answers(seen.average, images).argmax(axis=1).astype(str).tolist()
    assert sum(one != other for one, other in zip(predicted, expected, strict=True)) <= 1


def test_the_filters_are_those_of_the_average(seen: Seen, tmp_path: Path) -> None:
    drawn = picture(seen.value("train", "filters"))
    averaged = keras.models.clone_model(seen.model)
    averaged.set_weights(seen.average)
    of_average, of_learned = (
        picture(summary.value[0])
        for model in (averaged, seen.model)
        if (summary := features.filters(model)) is not None
    )
    assert np.abs(drawn - of_average).max() <= 1
    assert np.abs(of_learned - of_average).max() > 5


def picture(value: Summary.Value) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(make_ndarray(value.tensor)[2]))).astype(int)
