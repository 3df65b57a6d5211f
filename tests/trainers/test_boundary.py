"""The task boundary, really trained: what a straight line cannot do and a hidden layer can."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import pytest
from PIL import Image
from sklearn.metrics import accuracy_score, log_loss
from tensorboard.util.tensor_util import make_ndarray

from tests.running import copy_run
from tests.trainers.conftest import curve, events
from trainers import points
from trainers.boundary import Boundary, build
from trainers.execution import execute
from trainers.launchers import extend, resume
from trainers.runs import Command, Run, Status, create_run, read_status, send_command
from trainers.specs import BoundarySpec
from trainers.surface_history import SURFACE

# Keras reads its own variables in a way that NumPy 2 complains about.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

SEEDS = (1, 2, 3)


def learned(spec: BoundarySpec, epochs: int) -> Boundary:
    """A learner after some epochs, without a run around it."""
    learner = Boundary(Run(Path("/nowhere"), "e", "r"), spec, points.load(spec))
    for epoch in range(epochs):
        learner.run_chunk(epoch, 0, learner.plan.steps_per_epoch)
    return learner


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Run:
    """One whole training. Not to be changed."""
    logdir = tmp_path_factory.mktemp("boundary") / "logs"
    logdir.mkdir()
    spec = BoundarySpec(dataset="moons", model="deep", depth=2, epochs=8, points=200)
    run = create_run(logdir, spec, experiment="e", name="moons")
    assert execute(run, threading.Event()) == 0, read_status(run.status_file).error
    return run


@pytest.mark.parametrize(("seed", "noise"), [(1, 0), *((seed, 0.15) for seed in SEEDS)])
def test_no_line_can_do_xor(seed, noise):
    """At most three of four corners lie on the right side of any line."""
    learner = learned(BoundarySpec(model="logistic", seed=seed, noise=noise, learning_rate=0.1), epochs=10)
    assert learner.validate()["accuracy"] <= 0.76
    assert learner.validate()["loss"] > 0.65  # ln 2 is that of saying one half everywhere


@pytest.mark.parametrize("seed", SEEDS)
def test_one_hidden_layer_does_xor_without_a_mistake(seed):
    learner = learned(BoundarySpec(seed=seed), epochs=15)
    assert learner.validate()["accuracy"] == 1


def test_an_epoch_of_few_points_goes_round_until_it_has_fifty_steps():
    learner = learned(BoundarySpec(points=4, noise=0, batch_size=128), epochs=0)
    assert (learner.plan.steps_per_epoch, learner.plan.images_per_epoch, learner.plan.batch_size) == (
        50,
        200,
        4,
    )
    rounds = learner._order_of(3).numpy().reshape(50, 4)
    assert (np.sort(rounds, axis=1) == np.arange(4)).all()  # every step sees all of them
    assert len(np.unique(rounds, axis=0)) > 1


def test_an_epoch_of_many_points_sees_each_once():
    learner = learned(BoundarySpec(points=3_000), epochs=0)
    assert learner.plan.steps_per_epoch == 94
    assert sorted(learner._order_of(0)) == list(range(3_000))


def test_a_later_process_goes_on_exactly():
    spec = BoundarySpec(dataset="circles", points=64)
    unbroken = learned(spec, epochs=3)
    first, second = learned(spec, epochs=1), learned(spec, epochs=0)
    second.restore(first.state())
    for epoch in (1, 2):
        second.run_chunk(epoch, 0, second.plan.steps_per_epoch)
    assert second.state().keys() == unbroken.state().keys()
    for name, values in unbroken.state().items():
        np.testing.assert_array_equal(second.state()[name], values, err_msg=name)


def test_a_paused_run_goes_on_to_the_surfaces_and_the_curve_of_an_unbroken_one(logdir):
    runs = []
    for name, pace in (("unbroken", 0.0), ("paused", 150.0)):
        spec = BoundarySpec(dataset="moons", points=40, epochs=4, pace=pace, deterministic=True)
        runs.append(create_run(logdir, spec, experiment="e", name=name))
    unbroken, paused = runs
    assert execute(unbroken, threading.Event()) == 0
    assert execute(paused, threading.Event(), watch=pausing(paused)) == 0
    assert read_status(paused.status_file).state == "paused"
    assert 0 < read_status(paused.status_file).step < 200
    resume(paused, foreground=True)
    assert execute(paused, threading.Event()) == 0, read_status(paused.status_file).error
    assert read_status(paused.status_file).state == "completed"
    with np.load(unbroken.artifacts / SURFACE) as expected, np.load(paused.artifacts / SURFACE) as found:
        for name in expected:
            np.testing.assert_array_equal(found[name], expected[name], err_msg=name)
    for part, tag in (("train", "loss"), ("validation", "accuracy")):
        expected, found = (dict(zip(*curve(run.path / part, tag), strict=True)) for run in runs)
        assert found == expected


def test_more_epochs_go_on_with_the_history_as_if_they_had_been_asked_for_at_once(run, logdir):
    more = copy_run(run, logdir, experiment="e", name="more")
    extend(more, epochs=70, foreground=True)
    assert execute(more, threading.Event()) == 0, read_status(more.status_file).error
    with np.load(more.artifacts / SURFACE) as arrays:
        assert arrays["steps"].tolist() == list(range(0, 3_501, 100))
    assert read_status(more.status_file).step == 3_500


def pausing(run: Run) -> Callable[[Status], None]:
    """Asks for a pause as soon as it trains."""
    asked: list[Command] = []

    def watch(status: Status) -> None:
        if status.step and not asked:
            asked.append(send_command(run.commands, "pause"))

    return watch


def test_the_numbers_of_a_run_are_those_that_scikit_learn_finds(run):
    model = keras.saving.load_model(run.artifacts / "model.keras")
    sets = points.load(run.spec())
    metrics = read_status(run.status_file).metrics
    for part, name in ((sets.validation, "val"), (sets.test, "test")):
        sure = model.predict(part.positions, verbose=0)[:, 0].astype(np.float64)
        assert metrics[f"{name}_loss"] == pytest.approx(log_loss(part.labels, sure), rel=1e-4)
        assert metrics[f"{name}_accuracy"] == accuracy_score(part.labels, sure > 0.5)
    right = metrics["test_accuracy"]
    assert metrics["test_standard_error"] == pytest.approx(
        (right * (1 - right) / len(sets.test.labels)) ** 0.5
    )
    assert right > 0.8


def test_the_surface_is_what_the_model_says_from_before_the_first_step_to_the_last(run):
    status = read_status(run.status_file)
    with np.load(run.artifacts / SURFACE, allow_pickle=False) as arrays:
        steps, frames = arrays["steps"], arrays["probabilities"]
        places = np.stack(np.meshgrid(arrays["across"], arrays["up"]), axis=-1).reshape(-1, 2)
        np.testing.assert_array_equal(arrays["positions"], points.load(run.spec()).train.positions)
        accuracies = arrays["accuracies"]
    assert steps.tolist() == [50 * epoch for epoch in range(9)] and steps[-1] == status.step
    trained = keras.saving.load_model(run.artifacts / "model.keras")
    for model, frame in ((build(run.spec()), frames[0]), (trained, frames[-1])):
        expected = model.predict(places, verbose=0).reshape(frame.shape)
        np.testing.assert_allclose(frame, expected, atol=1e-5)
    _steps, drawn = curve(run.path / "validation", "accuracy")
    np.testing.assert_allclose(accuracies[1:], drawn, rtol=1e-6)


def test_tensorboard_has_curves_layers_and_a_picture(run):
    tags = {value.tag for event in events(run.path / "train") for value in event.summary.value}
    assert {"loss", "accuracy", "learning_rate", "decision_surface", "gradient_norm/hidden_1"} <= tags
    assert "weights/probability/kernel" in tags
    _steps, losses = curve(run.path / "train", "loss")
    assert len(losses) == read_status(run.status_file).step and losses[-50:].mean() < losses[:50].mean()


def test_the_picture_has_the_colour_of_its_kind_at_every_point(run):
    picture = next(
        make_ndarray(value.tensor)[2]
        for event in reversed(events(run.path / "train"))
        for value in event.summary.value
        if value.tag == "decision_surface"
    )
    pixels = np.asarray(Image.open(io.BytesIO(picture)).convert("RGB")).astype(int)
    with np.load(run.artifacts / SURFACE) as arrays:
        train = points.load(run.spec()).train
        (left, right), (bottom, top) = arrays["across"][[0, -1]], arrays["up"][[0, -1]]
        alone = [
            row
            for row, place in enumerate(train.positions)
            if np.sort(np.hypot(*(train.positions - place).T))[1] > 0.12
        ]
    assert len(alone) > 5
    for row in alone:
        across = round((train.positions[row, 0] - left) / (right - left) * (pixels.shape[1] - 1))
        down = round((top - train.positions[row, 1]) / (top - bottom) * (pixels.shape[0] - 1))
        red, _green, blue = pixels[down, across]
        assert (red > blue) == bool(train.labels[row])


def test_what_was_switched_off_is_not_written(logdir):
    off = {"histograms": False, "norms": False, "surface_images": False}
    run = create_run(logdir, BoundarySpec(epochs=1, points=20, **off), experiment="e", name="quiet")
    assert execute(run, threading.Event()) == 0
    tags = {value.tag for event in events(run.path / "train") for value in event.summary.value}
    assert tags == {"loss", "accuracy", "learning_rate", "keras"}
