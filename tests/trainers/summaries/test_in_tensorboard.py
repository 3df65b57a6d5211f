"""What the real TensorBoard shows of a real run, asked over HTTP as its pages ask."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Iterator

import httpx
import numpy as np
import pytest
from PIL import Image

from tests.running import find_free_port, wait_until
from tests.trainers.conftest import curve
from trainers.runs import Run, read_status

# TensorBoard as its command starts it, but with the stub it brings in place of TensorFlow: seconds faster.
START = (
    "import sys, types; sys.modules['tensorboard.compat.notf'] = types.ModuleType('notf');"
    "from tensorboard.main import run_main; run_main()"
)
ROOT, TRAIN, VALIDATION = "digits/softmax", "digits/softmax/train", "digits/softmax/validation"


@pytest.fixture(scope="module")
def tensorboard(trained_run: Run) -> Iterator[httpx.Client]:
    """TensorBoard with its data server on the log folder of the trained run."""
    port = find_free_port()
    command = [sys.executable, "-c", START, "--logdir", str(trained_run.logdir), "--port", str(port)]
    process = subprocess.Popen(
        [*command, "--load_fast=true"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
        try:
            wait_until(lambda: _has_runs(client), seconds=90, what="TensorBoard to show the run")
            yield client
        finally:
            process.terminate()
            process.wait(20)


def _has_runs(client: httpx.Client) -> bool:
    try:
        return set(client.get("/data/runs").json()) == {ROOT, TRAIN, VALIDATION}
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


def test_each_curve_says_what_it_is_and_how_it_is_thinned(tensorboard: httpx.Client) -> None:
    told = tensorboard.get("/data/plugin/scalars/tags").json()
    assert "Cross-entropy" in told[TRAIN]["loss"]["description"]
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
    layers = tensorboard.get(
        "/data/plugin/graphs/graph", params={"run": TRAIN, "tag": "keras", "conceptual": "true"}
    ).text
    assert 's: "Dense"' in layers and 's: "Flatten"' in layers
    operations = tensorboard.get(
        "/data/plugin/graphs/graph", params={"run": TRAIN, "conceptual": "false"}
    ).text
    for operation in ("MatMul", "SparseSoftmaxCrossEntropyWithLogits", "BiasAddGrad", "AssignSubVariableOp"):
        assert f'op: "{operation}"' in operations


def test_weight_histograms_are_shown_and_the_last_is_that_of_the_end(
    tensorboard: httpx.Client, trained_run: Run
) -> None:
    tags = tensorboard.get("/data/plugin/histograms/tags").json()[TRAIN]
    assert set(tags) == {"softmax/classes/kernel", "softmax/classes/bias"}
    asked = {"run": TRAIN, "tag": "softmax/classes/kernel"}
    shown = tensorboard.get("/data/plugin/histograms/histograms", params=asked).json()
    _, step, buckets = shown[-1]
    assert step == read_status(trained_run.status_file).step
    assert sum(count for *_, count in buckets) == 7_840


def test_confusion_matrix_and_mistakes_are_pictures(tensorboard: httpx.Client) -> None:
    for tag in ("confusion_matrix", "mistakes"):
        shown = tensorboard.get(
            "/data/plugin/images/images", params={"run": ROOT, "tag": tag, "sample": 0}
        ).json()
        content = tensorboard.get(f"/data/plugin/images/individualImage?{shown[-1]['query']}").content
        picture = Image.open(io.BytesIO(content))
        assert picture.format == "PNG"
        assert min(picture.size) > 100
        assert len(np.unique(np.asarray(picture.convert("L")))) > 20  # something is drawn


def test_the_settings_are_a_text(tensorboard: httpx.Client) -> None:
    assert tensorboard.get("/data/plugin/text/tags").json() == {ROOT: ["settings"]}
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
