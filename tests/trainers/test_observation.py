"""What an observer writes and leaves out, read from the event files it leaves behind."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import pytest
from keras import layers
from PIL import Image
from sklearn import metrics
from tensorboard.util.tensor_util import make_ndarray

from tests.trainers.conftest import events
from trainers import datasets, models
from trainers.datasets import Dataset
from trainers.evaluation import evaluate
from trainers.observation import Observer, last_hidden, spread_rows
from trainers.runs import Run, create_run
from trainers.specs import ClassifySpec
from trainers.summaries import Journal

# Keras 3.15 converts tensors in a way that NumPy 2 announces to drop.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

SWITCHES = {
    "histograms": {"weights", "gradients"},
    "norms": {"weight_norm", "gradient_norm"},
    "feature_images": {"filters", "feature_maps"},
    "mistake_images": {"confusion_matrix", "mistakes"},
    "precision_recall": {"precision_recall"},
    "projector": {"projector"},
}


@pytest.fixture(scope="module")
def data() -> Dataset:
    return datasets.load(ClassifySpec())


@pytest.fixture(scope="module")
def model() -> keras.Model:
    """A small network with everything there is to see, that has not learned anything."""
    keras.utils.set_random_seed(1)
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(4, 5, strides=2, activation="relu", name="convolution_1"),
            layers.MaxPooling2D(2, name="pooling_1"),
            layers.Flatten(),
            layers.Dense(12, activation="relu", name="hidden_1"),
            layers.Dropout(0.5, name="dropout"),
            layers.Dense(10, activation="softmax", name="classes"),
        ],
        name="tiny",
    )


@pytest.fixture(scope="module")
def observed(
    tmp_path_factory: pytest.TempPathFactory, data: Dataset, model: keras.Model
) -> Callable[..., Run]:
    """A run whose network was looked at after some steps, so many seconds apart, and at its end, step 10."""

    def observed(*steps: int, apart: float = 0.1, **settings: bool) -> Run:
        now = [0.0]
        spec = ClassifySpec(model="simple_cnn", **settings)
        run = create_run(tmp_path_factory.mktemp("logs"), spec, experiment="e", name="r")
        observer = Observer(run, spec, model, data, clock=lambda: now[0])
        with Journal(run, {"loss": "How wrong"}, {"loss": "How wrong"}) as journal:
            for step in steps:
                observer.observe(journal, step, last=False)
                now[0] += apart
            observer.conclude(journal, 10, evaluate(observer.predict, data.test))
            journal.flush()
        return run

    return observed


def tags(run: Run) -> dict[str, list[int]]:
    """The steps at which each tag was written, in whichever of the run's files."""
    found: dict[str, list[int]] = {}
    for part in (".", "train", "validation"):
        for event in events(run.path / part):
            for value in event.summary.value:
                found.setdefault(value.tag, []).append(event.step)
    return found


def kinds(run: Run) -> set[str]:
    folders = {"projector"} if (run.path / "projector").exists() else set()
    return {tag.split("/")[0] for tag in tags(run)} - {"custom_scalars__config__"} | folders


def test_everything_is_written_unless_it_is_switched_off(observed: Callable[..., Run]) -> None:
    assert kinds(observed(5)) == set().union(*SWITCHES.values())
    off = dict.fromkeys(SWITCHES, False)
    assert kinds(observed(5, **off)) == set()
    for switch, expected in SWITCHES.items():
        assert kinds(observed(5, **{**off, switch: True})) == expected


def test_each_is_written_at_its_interval_and_once_at_the_end(observed: Callable[..., Run]) -> None:
    found = tags(observed(1, 2, 3, 4, 5, apart=3.0))
    for tag in ("weights/hidden_1/kernel", "gradient_norm/classes"):  # every two seconds
        assert found[tag] == [1, 2, 3, 4, 5, 10]
    for tag in ("filters", "feature_maps/pooling_1", "precision_recall/3"):  # every ten
        assert found[tag] == [1, 5, 10]
    assert found["mistakes"] == [10]
    often = tags(observed(1, 2, 3, 10, apart=0.1))
    assert often["gradient_norm/classes"] == often["filters"] == [1, 10]


def test_all_tags_of_a_convolutional_network(observed: Callable[..., Run]) -> None:
    names = ("convolution_1", "hidden_1", "classes")
    assert set(tags(observed())) == {
        *(f"{norm}/{name}" for norm in ("weight_norm", "gradient_norm") for name in names),
        *(
            f"{part}/{name}/{kind}"
            for part in ("weights", "gradients")
            for name in names
            for kind in ("kernel", "bias")
        ),
        *(f"feature_maps/{name}" for name in ("0_image", "convolution_1", "pooling_1")),
        *(f"precision_recall/{digit}" for digit in range(10)),
        *("filters", "confusion_matrix", "mistakes", "custom_scalars__config__"),
    }


def test_precision_and_recall_are_those_of_the_validation_images(
    observed: Callable[..., Run], data: Dataset, model: keras.Model
) -> None:
    answers = model(data.validation.images[..., None].astype(np.float32) / 255).numpy()
    (curve,) = (
        make_ndarray(value.tensor)
        for event in events(observed().path / "validation")
        for value in event.summary.value
        if value.tag == "precision_recall/4"
    )
    taken = answers[:, 4].astype(float) >= 0.1
    is_four = data.validation.labels == 4
    assert curve[4, 10] == pytest.approx(metrics.precision_score(is_four, taken, zero_division=0), abs=0.01)
    assert curve[5, 10] == pytest.approx(metrics.recall_score(is_four, taken), abs=0.03)


def test_the_embedding_is_what_the_last_layer_sees(
    observed: Callable[..., Run], data: Dataset, model: keras.Model
) -> None:
    folder = observed().path / "projector" / "step-10"
    vectors = np.loadtxt(folder / "vectors.tsv")
    classes = model.get_layer("classes")
    scores = vectors @ classes.kernel.numpy() + classes.bias.numpy()
    answers = model(data.test.images[..., None].astype(np.float32) / 255).numpy()
    assert np.abs(scores.argmax(axis=1) != answers.argmax(axis=1)).sum() <= 2  # written with five digits
    head, *rows = [line.split("\t") for line in (folder / "words.tsv").read_text().splitlines()]
    assert head == ["class", "predicted", "result", "confidence", "number"]
    assert [row[0] for row in rows] == [str(label) for label in data.test.labels]
    assert [row[1] for row in rows] == [str(label) for label in answers.argmax(axis=1)]


def test_samples_are_spread_over_sets_that_are_sorted_by_class(data: Dataset) -> None:
    rows = spread_rows(len(data.train.labels), 200)
    assert np.bincount(data.train.labels[rows]).tolist() == pytest.approx([20] * 10, abs=1)
    assert spread_rows(3, 200).tolist() == [0, 1, 2]


def test_a_network_without_hidden_layers_sees_the_pixels(data: Dataset) -> None:
    model = keras.Sequential([keras.Input((28, 28, 1)), layers.Flatten(), layers.Dense(10)])
    images = data.test.images[:3]
    np.testing.assert_allclose(last_hidden(model, images), images.reshape(3, 784) / 255, rtol=1e-6)


def test_a_network_on_principal_components_sees_them() -> None:
    model = keras.Sequential([keras.Input((6,)), layers.Dense(10, activation="softmax", name="classes")])
    assert last_hidden(model, np.ones((2, 6), np.float32)).tolist() == [[1.0] * 6] * 2


@pytest.mark.parametrize("features", ["pooled", "pca"])
def test_whatever_the_network_sees_people_see_the_pictures(tmp_path: Path, features: str) -> None:
    spec = ClassifySpec(features=features)
    data = datasets.load(spec)
    model = models.build(spec, 10, data.input_shape)
    run = create_run(tmp_path, spec, experiment="e", name="r")
    observer = Observer(run, spec, model, data)
    with Journal(run, {"loss": "How wrong"}, {"loss": "How wrong"}) as journal:
        observer.conclude(journal, 3, evaluate(observer.predict, data.test))
    assert ("filters" in kinds(run)) == (features == "pooled")
    picture = np.asarray(Image.open(run.path / "projector" / "step-3" / "images.png"))
    assert np.array_equal(picture[:28, :28], data.test_pictures[0])


def test_gradients_are_compiled_once(observed: Callable[..., Run], model: keras.Model, data: Dataset) -> None:
    run = create_run(observed().logdir, ClassifySpec(), experiment="e", name="again")
    observer = Observer(run, ClassifySpec(), model, data)
    traces: list[int] = []
    with Journal(run, {"loss": "How wrong"}, {"loss": "How wrong"}) as journal:
        for step in range(3):
            observer.observe(journal, step, last=True)
            assert observer._layers is not None
            traces.append(observer._layers._measure_gradients.experimental_get_tracing_count())  # type: ignore[attr-defined]
    assert traces == [1, 1, 1]
