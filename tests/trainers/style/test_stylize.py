"""A painting is a run like any other: it gets better, obeys while it paints, goes on exactly, and keeps the best."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.trainers.conftest import curve, events
from tests.trainers.style import oracle, procedural
from trainers.execution import execute
from trainers.launchers import extend, resume
from trainers.runs import Run, Status, create_run, find_answer, read_status, send_command
from trainers.specs import StylizeSpec
from trainers.style import objective as objective_module
from trainers.style import stylize
from trainers.style.canvas import Canvas
from trainers.style.inputs import Inputs
from trainers.style.pictures import read

PHOTO = procedural.scene(64, 64)
GIVEN = Inputs(procedural.scene(), (procedural.waves(), procedural.mosaic()), None, None)


@pytest.fixture(autouse=True)
def one_network(objective, vgg16, monkeypatch) -> None:
    """Compiling takes longer than painting so small a picture: all runs of these tests share what was compiled."""
    monkeypatch.setattr(stylize.weights, "load", lambda *_: vgg16)
    monkeypatch.setattr(objective_module, "Objective", lambda *_, **__: objective)


@dataclass
class Studio:
    """Starts paintings in a folder of the test, with what is asked of them at a step."""

    logdir: Path
    files: dict[str, Path]
    asked: list[Any] = field(default_factory=list)

    def spec(self, **values: Any) -> StylizeSpec:
        chosen = {"size": 64, "iterations": 12, "checkpoint_every": 4, **values}
        return StylizeSpec(content=self.files["photo"], style=[self.files["waves"]], **chosen)

    def new(self, name: str, **values: Any) -> Run:
        return create_run(self.logdir, self.spec(**values), experiment="e", name=name)

    def paint(self, run: Run, *, at: int = 10**9, kind: Any = "stop", value: Any = None) -> Status:
        """Paints; asks for something as soon as the step `at` was seen."""
        self.asked.clear()

        def look(status: Status) -> None:
            if not self.asked and status.state == "running" and status.step >= at:
                self.asked.append(send_command(run.commands, kind, value))

        execute(run, threading.Event(), look)
        return read_status(run.status_file)


@pytest.fixture
def studio(logdir: Path, files: dict[str, Path]) -> Studio:
    return Studio(logdir, files)


def test_a_painting_leaves_all_that_people_look_at(studio, vgg16):
    run = studio.new("whole", scales=2, iterations=24, checkpoint_every=6)
    status = studio.paint(run)
    assert status.state == "completed", status.error
    saved = read(run.artifacts / "result.png")
    assert saved.shape == PHOTO.shape
    told = oracle.losses(saved, PHOTO, [procedural.waves()], (vgg16.kernels, vgg16.biases))
    for name, value in told.items():
        reported = status.metrics["total_loss" if name == "loss" else f"{name}_loss"]
        assert reported == pytest.approx(value, rel=1e-4)
    start = oracle.losses(PHOTO, PHOTO, [procedural.waves()], (vgg16.kernels, vgg16.biases))
    assert status.metrics["total_loss"] < 0.6 * start["loss"]
    assert read(run.artifacts / "strip.png").shape[0] == 64
    assert [path.name for path in (run.artifacts / "frames").iterdir()]
    steps, sizes = curve(run.path / "train", "size")
    assert steps.tolist() == list(range(1, 25)) and sizes[0] == 32 and sizes[-1] == 64
    for tag in ("loss", "content_loss", "tv_loss", "style/relu3_1", "seconds_per_pass", "learning_rate"):
        assert np.isfinite(curve(run.path / "train", tag)[1]).all()
    assert curve(run.path / "validation", "loss")[0].tolist() == [6, 12, 18, 24]
    tags = {value.tag for event in events(run.path / "train") for value in event.summary.value}
    about = {value.tag for event in events(run.path) for value in event.summary.value}
    assert "picture" in tags and {"settings", "content, style, result"} <= about
    kept = json.loads((run.path / "inputs" / "pictures.json").read_text())
    assert set(kept) == {"content", "style-1"} and len(kept["content"]["sha256"]) == 64


def test_the_losses_of_the_parts_add_up_in_every_pass(studio):
    run = studio.new("sum", iterations=8)
    studio.paint(run)
    total, *parts = (
        curve(run.path / "train", tag)[1] for tag in ("loss", "content_loss", "style_loss", "tv_loss")
    )
    np.testing.assert_allclose(np.sum(parts, axis=0), total, rtol=1e-5)


@pytest.mark.parametrize("mode", ["fast", "classic"])
def test_it_is_resumed_as_if_it_had_not_paused(studio, mode):
    scales = {} if mode == "classic" else {"scales": 2}
    unbroken = studio.new(f"{mode}-unbroken", mode=mode, **scales)
    paused = studio.new(f"{mode}-paused", mode=mode, pace=6.0, **scales)
    whole = studio.paint(unbroken)
    halfway = studio.paint(paused, at=5, kind="pause")
    assert halfway.state == "paused" and 5 <= halfway.step < 12
    resume(paused)
    end = studio.paint(paused)
    assert end.state == "completed" and end.metrics["total_loss"] == whole.metrics["total_loss"]
    np.testing.assert_array_equal(
        read(paused.artifacts / "result.png"), read(unbroken.artifacts / "result.png")
    )
    assert curve(paused.path / "train", "loss")[0].tolist() == list(range(1, 13))


def test_a_stop_keeps_the_best_picture(studio):
    run = studio.new("stopped", iterations=400)
    status = studio.paint(run, at=9)
    assert status.state == "stopped" and status.step < 400
    _steps, looked = curve(run.path / "validation", "loss")
    assert status.metrics["total_loss"] == pytest.approx(looked.min(), rel=1e-6)
    assert (run.artifacts / "result.png").exists()


def test_it_goes_on_for_more_passes(studio):
    run = studio.new("more", iterations=8)
    before = studio.paint(run).metrics["total_loss"]
    extend(run, epochs=5)
    after = studio.paint(run)
    assert after.state == "completed" and after.step == 20 and after.metrics["total_loss"] < before


def test_settings_changed_while_it_paints_act_on_it_and_last(studio):
    run = studio.new("steered", iterations=30, pace=15.0)
    status = studio.paint(run, at=10, kind="settings", value={"tv_weight": 0.0, "content_weight": 80.0})
    assert status.steered == {"tv_weight": 0.0, "content_weight": 80.0}
    answer = find_answer(run.commands, studio.asked[0])
    assert "tv weight 0.0, content weight 80.0" in answer
    steps, rough = curve(run.path / "train", "tv_loss")
    obeyed = int(answer.split(" on:")[0].removeprefix("From step "))
    assert (rough[steps <= obeyed] > 0).all() and (rough[steps > obeyed + 1] == 0).all()
    assert status.metrics["tv_loss"] == 0


def test_it_is_continued_at_a_larger_size(studio):
    run = studio.new("larger", iterations=16, size=48, pace=8.0)
    studio.paint(run, at=6, kind="settings", value={"size": 64})
    assert read(run.artifacts / "result.png").shape == (64, 64, 3)
    sizes = curve(run.path / "train", "size")[1]
    assert sizes[0] == 48 and sizes[-1] == 64


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ({"style_weight": -1}, "Style weight cannot be -1"),
        ({"style_weight": 0, "content_weight": 0}, "cannot both be 0"),
        ({"style_blend": [1, 2]}, "one number for each of the 1 styles"),
        ({"iterations": 3}, "'iterations' cannot be changed while it runs"),
        (3.0, "need their names and new values"),
        ({"size": 8192}, "GB are free: choose at most"),
    ],
)
def test_settings_that_cannot_be_are_refused_and_it_paints_on(studio, value, sentence):
    run = studio.new("refused", iterations=8, pace=8.0)
    status = studio.paint(run, at=1, kind="settings", value=value)
    assert status.state == "completed" and status.steered == {}
    assert sentence in find_answer(run.commands, studio.asked[0])


def canvas(objective, given=GIVEN, **values) -> Canvas:
    names = ["a"] * len(given.styles)
    return Canvas(StylizeSpec(content="p", style=names, size=64, **values), given, objective)


def painted(one: Canvas, first: int, last: int) -> Canvas:
    for step in range(first, last):
        one.paint(step)
    return one


@pytest.mark.parametrize(
    "change",
    [{"style_weight": 1e-3}, {"content_weight": 1e5}, {"tv_weight": 1e6}, {"style_blend": (0.1, 0.9)}],
)
def test_what_is_changed_live_is_what_a_painting_with_it_does_next(objective, change):
    """The next pass gives the loss that the changed objective has at this very picture, and the picture goes there."""
    steered, left_alone = (painted(canvas(objective), 0, 6) for _ in range(2))
    picture = steered._descent.picture
    spec = steered._spec.model_copy(update=change)
    steered.steer(spec)
    np.testing.assert_array_equal(steered._descent.trial, picture)
    told = steered.paint(6)
    sized = steered._sized((64, 48))
    fresh = objective.target(sized.features, sized.grams, spec.blend)
    balance = objective_module.Balance(spec.content_weight, spec.style_weight, spec.tv_weight)
    assert told[0] == pytest.approx(objective.losses(picture, fresh, balance)["loss"], rel=1e-5)
    painted(steered, 7, 24)
    painted(left_alone, 6, 24)
    ours, theirs = (
        objective.losses(one._descent.picture, fresh, balance)["loss"] for one in (steered, left_alone)
    )
    assert ours < theirs


def test_only_the_white_of_a_mask_is_painted(objective):
    mask = np.zeros((48, 64), np.uint8)
    mask[:, 32:] = 255
    given = Inputs(GIVEN.photo, GIVEN.styles[:1], None, mask)
    pixels = painted(canvas(objective, given), 0, 8).finished()
    assert (pixels[:, :30] == GIVEN.photo[:, :30]).all()
    assert np.abs(pixels[:, 34:].astype(int) - GIVEN.photo[:, 34:]).mean() > 5


def test_the_seed_decides_the_noise_it_starts_from(objective):
    one, same, other = (canvas(objective, initial="noise", seed=seed)._descent.picture for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert np.abs(one - other).mean() > 50
    half = canvas(objective, noise_blend=0.5)._descent.picture
    np.testing.assert_allclose(half, (one + GIVEN.photo) / 2, atol=1e-3)


def test_an_average_of_the_iterates_is_what_is_saved(objective):
    one = painted(canvas(objective, average=0.5), 0, 1)
    expected = one._descent.picture
    for step in range(1, 5):
        before = one._descent.picture
        one.paint(step)
        if one._descent.picture is not before:  # a step that was too long is tried again, shorter
            expected = 0.5 * expected + 0.5 * one._descent.picture
    np.testing.assert_allclose(one.finished(), expected, atol=1.5)


def test_preserved_colours_are_the_photos(objective):
    plain, kept = (
        painted(canvas(objective, preserve_colours=on), 0, 6).finished().astype(int) for on in (False, True)
    )
    photo = GIVEN.photo.astype(int)
    theirs, of_plain, of_kept = (one - one.mean(axis=2, keepdims=True) for one in (photo, plain, kept))
    assert np.abs(of_kept - theirs).mean() < 0.5 * np.abs(of_plain - theirs).mean()


def test_a_photo_that_is_gone_does_not_keep_a_run_from_going_on(studio):
    run = studio.new("gone", pace=6.0)
    studio.paint(run, at=3, kind="pause")
    studio.files["photo"].unlink()
    studio.files["waves"].unlink()
    resume(run)
    assert studio.paint(run).state == "completed"


def test_a_run_without_pictures_fails_with_a_sentence(studio):
    run = create_run(studio.logdir, StylizeSpec(size=64), experiment="e", name="none")
    assert studio.paint(run).error == "There is no photo to paint: give one with --content FILE."
