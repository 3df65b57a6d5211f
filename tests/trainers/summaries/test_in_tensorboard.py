"""What the real TensorBoard shows of a real run, asked over HTTP as its pages ask."""

from __future__ import annotations

import dataclasses
import io
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import keras
import numpy as np
import pytest
from keras import layers
from PIL import Image

from tests.running import copy_run, find_free_port, wait_until
from tests.trainers.conftest import curve
from trainers import datasets
from trainers.datasets import Dataset
from trainers.evaluation import evaluate
from trainers.observation import Observer
from trainers.runs import Run, create_run, read_status
from trainers.specs import ClassifySpec
from trainers.summaries import Journal, graphs
from trainers.summaries.thinning import Points

# Keras 3.15 converts tensors in a way that NumPy 2 announces to drop.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

# TensorBoard as its command starts it, but with the stub it brings in place of TensorFlow: seconds faster.
START = (
    "import sys, types; sys.modules['tensorboard.compat.notf'] = types.ModuleType('notf');"
    "from tensorboard.main import run_main; run_main()"
)
ROOT, TRAIN, VALIDATION = "digits/softmax", "digits/softmax/train", "digits/softmax/validation"
HOSTILE = ("<b>0</b>", "$\\frac{", "two\twords", "a/b", "4", "5", "6", "7", "8", '" } embeddings {')


@dataclass(frozen=True)
class Seen:
    """A run of a small convolutional network whose classes have hostile names, and all that was looked at."""

    run: Run
    model: keras.Model
    data: Dataset

    @property
    def name(self) -> str:
        return f"digits/{self.run.name}"


@pytest.fixture(scope="module")
def seen(trained_run: Run, tmp_path_factory: pytest.TempPathFactory) -> Seen:
    """Beside a copy of the trained run, so that one TensorBoard shows both."""
    logdir = tmp_path_factory.mktemp("shown") / "logs"
    copy_run(trained_run, logdir)
    data = dataclasses.replace(datasets.load(ClassifySpec()), class_names=HOSTILE)
    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(4, 5, strides=2, activation="sigmoid", name="convolution_1"),
            layers.MaxPooling2D(2, name="pooling_1"),
            layers.Flatten(name="features"),
            layers.Dense(12, activation="sigmoid", name="hidden_1"),
            layers.Dense(10, activation="softmax", name="classes"),
        ],
        name="tiny",
    )
    spec = ClassifySpec(model="simple_cnn")
    run = create_run(logdir, spec, experiment="digits", name="seen")
    observer = Observer(run, spec, model, data)
    with Journal(run, {"loss": "How wrong", "learning_rate": "Step size"}, {"loss": "How wrong"}) as journal:
        numbers = np.array([[2.0, 0.1]], np.float32)
        journal.training(Points(np.array([7]), np.array([time.time()]), numbers))
        journal.validation(7, {"loss": 1.0})
        journal.graph(graphs.layer_graph(model))
        observer.observe(journal, 4, last=False)
        observer.conclude(journal, 7, evaluate(observer.predict, data.test))
        journal.flush()
    return Seen(run, model, data)


@pytest.fixture(scope="module")
def resumed(seen: Seen) -> Run:
    """A run that trained 19 steps, ended, and went on from its checkpoint after step 13; void values are negative."""
    run = create_run(seen.run.logdir, ClassifySpec(), experiment="digits", name="resumed")
    with thinned_journal(run) as journal:
        journal.training(numbered(1, 14))
        state = journal.state()
        journal.training(numbered(14, 20, sign=-1))
        journal.end_curves()
    with thinned_journal(run) as journal:
        journal.restore(state)
        journal.training(numbered(14, 41))
        journal.end_curves()
    return run


def thinned_journal(run: Run) -> Journal:
    """A journal that thins after four points and not after fifty thousand."""
    journal = Journal(run, {"loss": "How wrong"}, {"loss": "How wrong"})
    journal._training_curves._thinning.limit = 4
    return journal


def numbered(first: int, last: int, sign: int = 1) -> Points:
    steps = np.arange(first, last)
    return Points(steps, 1e9 + steps, sign * steps[:, None].astype(np.float32))


@pytest.fixture(scope="module")
def tensorboard(seen: Seen, resumed: Run) -> Iterator[httpx.Client]:
    """TensorBoard with its data server on the log folder of all runs."""
    port = find_free_port()
    command = [sys.executable, "-c", START, "--logdir", str(seen.run.logdir), "--port", str(port)]
    process = subprocess.Popen(
        [*command, "--load_fast=true"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    parts = {
        f"{run}{part}" for run in (ROOT, seen.name, resumed.key) for part in ("", "/train", "/validation")
    } | {f"{seen.name}/projector/step-7"}
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
        try:
            wait_until(lambda: _has_runs(client, parts), seconds=90, what="TensorBoard to show the runs")
            yield client
        finally:
            process.terminate()
            process.wait(20)


def _has_runs(client: httpx.Client, runs: set[str]) -> bool:
    try:
        return set(client.get("/data/runs").json()) >= runs
    except httpx.TransportError:
        return False


def test_every_point_of_every_curve_is_shown(tensorboard: httpx.Client, trained_run: Run) -> None:
    for run, folder, tags in (
        (TRAIN, "train", ("loss", "accuracy", "learning_rate")),
        (VALIDATION, "validation", ("loss", "accuracy")),
    ):
        for tag in tags:
            shown = tensorboard.get("/data/plugin/scalars/scalars", params={"run": run, "tag": tag}).json()
            steps, values = curve(trained_run.path / folder, tag)
            assert [step for _, step, _ in shown] == steps.tolist()
            np.testing.assert_allclose([value for *_, value in shown], values, rtol=1e-6)
    assert len(shown) == 2  # epochs
    assert read_status(trained_run.status_file).metrics["val_accuracy"] == pytest.approx(shown[-1][2])


def test_a_resumed_curve_is_that_of_an_unbroken_run(
    tensorboard: httpx.Client, resumed: Run, seen: Seen
) -> None:
    unbroken = create_run(seen.run.logdir.parent, ClassifySpec(), experiment="digits", name="unbroken")
    with thinned_journal(unbroken) as journal:
        journal.training(numbered(1, 41))
        journal.end_curves()
    steps, values = curve(unbroken.path / "train", "loss")
    asked = {"run": "digits/resumed/train", "tag": "loss"}
    shown = tensorboard.get("/data/plugin/scalars/scalars", params=asked).json()
    assert [(step, value) for _, step, value in shown] == list(
        zip(steps.tolist(), values.tolist(), strict=True)
    )
    assert 19 not in steps and 40 in steps  # thinned, and the rest only at the end


def test_each_curve_says_what_it_is_and_how_it_is_thinned(tensorboard: httpx.Client) -> None:
    told = tensorboard.get("/data/plugin/scalars/tags").json()
    assert "the cross-entropy (nats), with label smoothing" in told[TRAIN]["loss"]["description"]
    for tag in ("loss", "accuracy", "learning_rate"):
        assert (
            "Every step up to 50,000 points; then every 2nd step with the mean"
            in told[TRAIN][tag]["description"]
        )
    assert "after each epoch" in told[VALIDATION]["accuracy"]["description"]


def test_the_settings_stand_in_the_hparams_table_with_the_metrics(
    tensorboard: httpx.Client, trained_run: Run
) -> None:
    asked = {
        "experimentName": "",
        "allowedStatuses": ["STATUS_SUCCESS"],
        "colParams": [],
        "startIndex": 0,
        "sliceSize": 9,
    }
    answer = tensorboard.post("/data/plugin/hparams/session_groups", json=asked).json()
    row = answer["sessionGroups"][0]
    assert row["hparams"]["model"] == "softmax"
    assert row["hparams"]["batch_size"] == 128
    assert "depth" not in row["hparams"]  # it has no effect on a softmax network
    metrics = {f"{one['name']['group']}/{one['name']['tag']}": one["value"] for one in row["metricValues"]}
    status = read_status(trained_run.status_file)
    assert metrics["validation/accuracy"] == pytest.approx(status.metrics["val_accuracy"])
    assert {"train/loss", "train/accuracy", "validation/loss"} <= set(metrics)


def test_the_graphs_page_has_layers_and_operations(tensorboard: httpx.Client) -> None:
    told = tensorboard.get("/data/plugin/graphs/info").json()[TRAIN]
    assert told["run_graph"] and told["tags"]["keras"]["conceptual_graph"]
    keras_layers = tensorboard.get(
        "/data/plugin/graphs/graph", params={"run": TRAIN, "tag": "keras", "conceptual": "true"}
    ).text
    assert 's: "Dense"' in keras_layers and 's: "Flatten"' in keras_layers
    operations = tensorboard.get(
        "/data/plugin/graphs/graph", params={"run": TRAIN, "conceptual": "false"}
    ).text
    for operation in ("MatMul", "SparseSoftmaxCrossEntropyWithLogits", "BiasAddGrad", "ResourceApplyAdam"):
        assert f'op: "{operation}"' in operations


def test_histograms_of_weights_and_gradients_are_shown(tensorboard: httpx.Client, seen: Seen) -> None:
    tags = tensorboard.get("/data/plugin/histograms/tags").json()[f"{seen.name}/train"]
    assert len(tags) == 12  # kernels and biases of three layers, and their gradients
    assert "without dropout" in tags["gradients/hidden_1/kernel"]["description"]
    asked = {"run": f"{seen.name}/train", "tag": "weights/hidden_1/kernel"}
    shown = tensorboard.get("/data/plugin/histograms/histograms", params=asked).json()
    assert [step for _, step, _ in shown] == [4, 7]
    kernel = seen.model.get_layer("hidden_1").kernel.numpy()
    buckets = np.array(shown[-1][2])
    assert buckets[:, 2].sum() == kernel.size
    assert (buckets[0, 0], buckets[-1, 1]) == pytest.approx((kernel.min(), kernel.max()))


def test_norms_of_each_layer_are_curves_with_a_description(tensorboard: httpx.Client, seen: Seen) -> None:
    told = tensorboard.get("/data/plugin/scalars/tags").json()[f"{seen.name}/train"]
    for layer in ("convolution_1", "hidden_1", "classes"):
        asked = {"run": f"{seen.name}/train", "tag": f"weight_norm/{layer}"}
        (_, _, _), (_, step, norm) = tensorboard.get("/data/plugin/scalars/scalars", params=asked).json()
        weights = seen.model.get_layer(layer).get_weights()
        assert step == 7
        assert norm == pytest.approx(np.sqrt(sum((part**2).sum() for part in weights)), rel=1e-5)
        assert "100 training images, without dropout" in told[f"gradient_norm/{layer}"]["description"]


def test_pictures_are_shown(tensorboard: httpx.Client, seen: Seen) -> None:
    for part, tag, steps in (
        ("", "confusion_matrix", 1),
        ("", "mistakes", 1),
        ("/train", "filters", 2),
        ("/train", "feature_maps/0_image", 2),
        ("/train", "feature_maps/convolution_1", 2),
        ("/train", "feature_maps/pooling_1", 2),
    ):
        asked = {"run": f"{seen.name}{part}", "tag": tag, "sample": 0}
        shown = tensorboard.get("/data/plugin/images/images", params=asked).json()
        assert len(shown) == steps
        content = tensorboard.get(f"/data/plugin/images/individualImage?{shown[-1]['query']}").content
        picture = Image.open(io.BytesIO(content))
        assert picture.format == "PNG"
        assert min(picture.size) > 100
        assert len(np.unique(np.asarray(picture.convert("L")))) > 5  # something is drawn


def test_precision_recall_curves_of_every_class_are_shown(tensorboard: httpx.Client, seen: Seen) -> None:
    run = f"{seen.name}/validation"
    tags = tensorboard.get("/data/plugin/pr_curves/tags").json()[run]
    assert sorted(tags)[:4] == [
        f"precision_recall/{name}" for name in ("0 <b>0<∕b>", "1 $\\frac{", "2 two words", "3 a∕b")
    ]
    asked = {"run": run, "tag": "precision_recall/4"}
    first, last = tensorboard.get("/data/plugin/pr_curves/pr_curves", params=asked).json()[run]
    assert (first["step"], last["step"]) == (4, 7)
    validation = seen.data.validation
    answers = seen.model(validation.images[..., None].astype(np.float32) / 255).numpy()[:, 4].astype(float)
    for place in (0, 5, 8, 9, 10):
        threshold = last["thresholds"][place] if place < len(last["thresholds"]) else None
        if threshold is not None:
            taken = answers >= threshold
            hits = int((taken & (validation.labels == 4)).sum())
            assert last["true_positives"][place] == pytest.approx(hits, abs=1)
            assert last["true_positives"][place] + last["false_positives"][place] == pytest.approx(
                taken.sum(), abs=1
            )


def test_the_projector_shows_the_embedding_with_words_and_pictures(
    tensorboard: httpx.Client, seen: Seen
) -> None:
    run = f"{seen.name}/projector/step-7"
    plugin = "/data/plugin/projector"
    assert run in tensorboard.get(f"{plugin}/runs").json()
    (embedding,) = tensorboard.get(f"{plugin}/info", params={"run": run}).json()["embeddings"]
    assert embedding["tensorShape"] == [500, 12]
    asked = {"run": run, "name": embedding["tensorName"]}
    vectors = np.frombuffer(tensorboard.get(f"{plugin}/tensor", params=asked).content, np.float32)
    assert vectors.reshape(500, 12).std() > 0
    lines = tensorboard.get(f"{plugin}/metadata", params=asked).text.splitlines()
    assert len(lines) == 501
    assert {line.split("\t")[0] for line in lines[1:]} >= {"<b>0</b>", "two words", '" } embeddings {'}
    content = tensorboard.get(f"{plugin}/sprite_image", params=asked).content
    picture = np.asarray(Image.open(io.BytesIO(content)))
    assert picture.shape == (23 * 28, 23 * 28)
    assert np.array_equal(picture[:28, 28:56], seen.data.test.images[1])


def test_custom_scalars_draw_training_and_validation_on_one_chart(
    tensorboard: httpx.Client, seen: Seen
) -> None:
    layout = tensorboard.get("/data/plugin/custom_scalars/layout").json()
    charts = {
        category["title"]: {chart["title"]: chart["multiline"]["tag"] for chart in category["chart"]}
        for category in layout["category"]
    }
    assert charts["Training and validation"]["Loss"] == ["^loss$"]
    assert charts["Training"]["Learning rate"] == ["^learning_rate$"]
    for run, pattern, tags in (
        (f"{seen.name}/train", "^loss$", {"loss"}),
        (f"{seen.name}/validation", "^loss$", {"loss"}),
        (
            f"{seen.name}/train",
            charts["Layers"]["Gradient norm of each layer"][0],
            {f"gradient_norm/{layer}" for layer in ("convolution_1", "hidden_1", "classes")},
        ),
    ):
        asked = {"run": run, "tag": pattern}
        found = tensorboard.get("/data/plugin/custom_scalars/scalars", params=asked).json()
        assert found["regex_valid"] and set(found["tag_to_events"]) == tags
        assert all(found["tag_to_events"].values())


def test_the_layers_of_a_convolutional_network_are_a_graph(tensorboard: httpx.Client, seen: Seen) -> None:
    asked = {"run": f"{seen.name}/train", "tag": "keras", "conceptual": "true"}
    graph = tensorboard.get("/data/plugin/graphs/graph", params=asked).text
    assert all(f'name: "tiny/{layer.name}"' in graph for layer in seen.model.layers)


def test_the_settings_are_a_text(tensorboard: httpx.Client) -> None:
    assert tensorboard.get("/data/plugin/text/tags").json()[ROOT] == ["settings"]
    text = tensorboard.get("/data/plugin/text/text", params={"run": ROOT, "tag": "settings"}).json()[-1][
        "text"
    ]
    assert "<td>Batch size</td>" in text
    assert "regression" in text  # what the model is


def test_a_torn_tail_costs_only_itself(trained_run: Run, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A trainer killed while it writes leaves half a record; what came before stays."""
    source = next((trained_run.path / "train").glob("*tfevents*")).read_bytes()
    folder = tmp_path_factory.mktemp("torn")
    (folder / "events.out.tfevents.1").write_bytes(source[: len(source) - 5])
    steps, _ = curve(folder, "loss")
    assert steps.tolist() == curve(trained_run.path / "train", "loss")[0].tolist()[: len(steps)]
    assert len(steps) > 0
