"""The test of a network, held against scikit-learn, and the files that pages read."""

from __future__ import annotations

import json
import math
from pathlib import Path

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from trainers import datasets, models
from trainers.datasets import Dataset, Split
from trainers.evaluation import (
    EXAMPLES_PER_CELL,
    Evaluation,
    compiled_prediction,
    evaluate,
    example_rows,
    save_model,
    write_artifacts,
)
from trainers.runs import StorageFailed, read_json
from trainers.specs import ClassifySpec

# Keras 3.15 converts tensors in a way that NumPy 2 announces to drop.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


@pytest.fixture(scope="module")
def data() -> Dataset:
    return datasets.load(ClassifySpec(dataset="mnist-5k"))


@pytest.fixture(scope="module")
def model() -> keras.Model:
    """A network that has learned a little: enough to be right and wrong in many ways."""
    return models.build(ClassifySpec(model="softmax", seed=3))


@pytest.fixture(scope="module")
def seen(model: keras.Model, data: Dataset) -> Evaluation:
    return evaluate(compiled_prediction(model), data.test)


def test_accuracy_loss_and_confusion_are_scikit_learns(
    model: keras.Model, data: Dataset, seen: Evaluation
) -> None:
    probabilities = model(data.test.images[..., None].astype(np.float32) / 255).numpy()
    predictions = probabilities.argmax(axis=1)
    assert seen.accuracy == metrics.accuracy_score(data.test.labels, predictions)
    # scikit-learn wants a sum of exactly 1, which float32 reaches only nearly.
    exact = probabilities.astype(float) / probabilities.sum(axis=1, keepdims=True, dtype=float)
    assert seen.loss == pytest.approx(metrics.log_loss(data.test.labels, exact), rel=1e-4)
    assert np.array_equal(seen.confusion(10), metrics.confusion_matrix(data.test.labels, predictions))
    np.testing.assert_allclose(seen.confidences, probabilities.max(axis=1), rtol=1e-5)


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=200),
)
def test_any_confusion_is_scikit_learns(pairs: list[tuple[int, int]]) -> None:
    labels, predictions = (np.array(column) for column in zip(*pairs, strict=True))
    accuracy = float((labels == predictions).mean())
    seen = Evaluation(0.0, accuracy, labels.astype(np.uint8), predictions, np.ones(len(pairs), np.float32))
    expected = metrics.confusion_matrix(labels, predictions, labels=range(10))
    assert np.array_equal(seen.confusion(10), expected)
    assert seen.standard_error == pytest.approx(math.sqrt(accuracy * (1 - accuracy) / len(pairs)))


def test_examples_are_the_most_confident_of_each_cell(seen: Evaluation) -> None:
    rows = example_rows(seen, 10, most=1_000)
    assert len(set(rows.tolist())) == len(rows)
    for (true, predicted), count in np.ndenumerate(seen.confusion(10)):
        here = (seen.labels == true) & (seen.predictions == predicted)
        chosen = [row for row in rows if here[row]]
        assert len(chosen) == min(count, EXAMPLES_PER_CELL)
        best = np.sort(seen.confidences[here])[::-1][:EXAMPLES_PER_CELL]
        assert seen.confidences[chosen].tolist() == best.tolist()  # in this order


def test_where_room_is_short_every_cell_keeps_its_most_confident_and_mistakes_come_first(
    seen: Evaluation,
) -> None:
    cells = seen.labels.astype(int) * 10 + seen.predictions
    filled = np.unique(cells)
    rows = example_rows(seen, 10, most=len(filled))
    assert np.array_equal(np.sort(cells[rows]), filled)
    wrong = (filled // 10 != filled % 10).sum()
    fewer = example_rows(seen, 10, most=int(wrong))
    assert (seen.labels[fewer] != seen.predictions[fewer]).all()
    best = [seen.confidences[cells == cell].max() for cell in cells[rows]]
    assert seen.confidences[rows].tolist() == best


def test_a_thousand_classes_make_files_that_can_be_read(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    labels, predictions = (random.integers(0, 1_000, 5_000) for _ in range(2))
    images = random.integers(0, 256, (5_000, 100, 20, 3), np.uint8)
    split = Split(images, labels)
    data = Dataset(
        tuple(f"种类 {n}" for n in range(1_000)), split, split, split, "here", images, on_black=False
    )
    seen = Evaluation(7.0, 0.001, labels, predictions, random.random(5_000).astype(np.float32))
    write_artifacts(seen, data, tmp_path)
    written = read_json(tmp_path / "evaluation.json")
    assert (
        "confusion" not in written and written["on_black"] is False and len(written["class_names"]) == 1_000
    )
    with np.load(tmp_path / "confusion.npz") as cells:
        matrix = np.zeros((1_000, 1_000), int)
        matrix[cells["true"], cells["predicted"]] = cells["images"]
    assert np.array_equal(matrix, metrics.confusion_matrix(labels, predictions, labels=range(1_000)))
    with np.load(tmp_path / "examples.npz") as examples:
        assert examples["images"].shape[1:] == (96, 96, 3)
        assert 0 < examples["images"].nbytes <= 24_000_000


def test_the_files_say_what_was_seen(tmp_path: Path, data: Dataset, seen: Evaluation) -> None:
    write_artifacts(seen, data, tmp_path)
    written = json.loads((tmp_path / "evaluation.json").read_text())
    assert written["test_accuracy"] == seen.accuracy
    assert written["test_count"] == 500
    assert written["class_names"] == list("0123456789")
    assert np.trace(written["confusion"]) / 500 == pytest.approx(seen.accuracy)
    with np.load(tmp_path / "examples.npz", allow_pickle=False) as examples:
        rows = examples["indices"]
        assert np.array_equal(examples["images"], data.test_pictures[rows])
        assert examples["images"].dtype == np.uint8
        assert np.array_equal(examples["labels"], data.test.labels[rows])
        assert np.array_equal(examples["predictions"], seen.predictions[rows])
        assert examples["confidences"].dtype == np.float32
    assert sorted(path.name for path in tmp_path.iterdir()) == ["evaluation.json", "examples.npz"]


def test_the_saved_model_answers_as_the_trained_one(
    tmp_path: Path, model: keras.Model, data: Dataset, seen: Evaluation
) -> None:
    save_model(model, tmp_path)
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    again = evaluate(compiled_prediction(loaded), data.test)
    assert np.array_equal(again.predictions, seen.predictions)


def test_many_images_are_looked_at_a_thousand_at_a_time(model: keras.Model) -> None:
    random = np.random.default_rng(0)
    split = Split(random.integers(0, 256, (2_001, 28, 28), np.uint8), random.integers(0, 10, 2_001, np.uint8))
    sizes = []
    predict = compiled_prediction(model)

    def counted(images, labels):  # type: ignore[no-untyped-def]
        sizes.append(len(labels))
        return predict(images, labels)

    seen = evaluate(counted, split)
    assert sizes == [1_000, 1_000, 1]
    assert len(seen.predictions) == 2_001


def test_people_see_the_pictures_where_the_network_sees_components(tmp_path: Path) -> None:
    spec = ClassifySpec(features="pca")
    data = datasets.load(spec)
    model = models.build(spec, 10, data.input_shape)
    seen = evaluate(compiled_prediction(model), data.test)
    write_artifacts(seen, data, tmp_path)
    with np.load(tmp_path / "examples.npz", allow_pickle=False) as examples:
        assert examples["images"].dtype == np.uint8
        assert examples["images"].shape[1:] == (28, 28)
        rows = examples["indices"]
    probabilities = model(data.test.images[rows]).numpy()
    assert np.array_equal(probabilities.argmax(axis=1), seen.predictions[rows])


def test_coloured_images_of_any_size_are_judged(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    images = random.integers(0, 256, (7, 9, 11, 3), np.uint8)
    split = Split(images, np.arange(7, dtype=np.uint8) % 2)
    data = Dataset(("cat", "dog"), split, split, split, "here", images)
    model = keras.Sequential(
        [keras.Input((9, 11, 3)), keras.layers.Flatten(), keras.layers.Dense(2, activation="softmax")]
    )
    seen = evaluate(compiled_prediction(model), split)
    expected = model(images.astype(np.float32) / 255).numpy()
    np.testing.assert_allclose(seen.confidences, expected.max(axis=1), rtol=1e-5)
    write_artifacts(seen, data, tmp_path)
    with np.load(tmp_path / "examples.npz", allow_pickle=False) as examples:
        assert np.array_equal(examples["images"], images[examples["indices"]])


def test_a_loss_that_is_no_number_is_written_as_null(tmp_path: Path, data: Dataset) -> None:
    count = len(data.test.labels)
    seen = Evaluation(
        float("nan"), 0.1, data.test.labels, np.zeros(count, np.int64), np.full(count, np.nan, np.float32)
    )
    write_artifacts(seen, data, tmp_path)
    assert json.loads((tmp_path / "evaluation.json").read_text())["test_loss"] is None


def test_a_folder_that_is_gone_is_a_sentence(
    tmp_path: Path, model: keras.Model, data: Dataset, seen: Evaluation
) -> None:
    with pytest.raises(StorageFailed):
        write_artifacts(seen, data, tmp_path / "gone")
    with pytest.raises(StorageFailed):
        save_model(model, tmp_path / "gone")
