"""Steering and going on, seen in the curves and the weights of real small trainings."""

from __future__ import annotations

import json
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.running import copy_run
from tests.trainers.conftest import curve
from tests.trainers.exactly import asking_after
from trainers import checkpoints, live_status, loop
from trainers.execution import execute
from trainers.launchers import extend, rate_after_divergence, resume
from trainers.runs import (
    Command,
    Kind,
    Run,
    Status,
    StorageFailed,
    answered_commands,
    create_run,
    pending_commands,
    read_status,
    send_command,
    write_atomically,
)
from trainers.specs import ClassifySpec

# Keras 3.15 converts tensors in a way that NumPy 2 announces to drop.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

# All that has a state: dropout, averages, slots, a schedule. Ten steps an epoch.
MUCH_STATE: dict[str, Any] = {
    "model": "mlp",
    "width": 16,
    "dropout": 0.3,
    "moving_average": 0.9,
    "schedule": "one_cycle",
    "batch_size": 400,
    "epochs": 4,
    "projector": False,
    "mistake_images": False,
}
QUICK: dict[str, Any] = {
    "batch_size": 400,
    "projector": False,
    "mistake_images": False,
    "feature_images": False,
}


# With the shorter chunks of these tests, five steps at a time, and a look between them.
PACE = 100.0


@pytest.fixture(scope="module", autouse=True)
def _shorter_chunks() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loop, "CHUNK_SECONDS", 0.05)
        patch.setattr(live_status, "WRITE_SECONDS", 0.02)
        yield


def new_run(logdir: Path, name: str = "r", **values: Any) -> Run:
    return create_run(logdir, ClassifySpec(**values), experiment="e", name=name)


def train(run: Run, *watchers: Callable[[Status], None]) -> Status:
    def watch(status: Status) -> None:
        for one in watchers:
            one(status)

    execute(run, threading.Event(), watch)
    return read_status(run.status_file)


def once_after(step: int, act: Callable[[], object]) -> Callable[[Status], None]:
    """Does something once, when the training is seen to have done some steps."""
    left = [act]

    def watch(status: Status) -> None:
        if left and status.state == "running" and status.step >= step:
            left.pop()()

    return watch


def ask(run: Run, *commands: tuple[Kind, float | str | None]) -> Callable[[], None]:
    def send() -> None:
        for kind, value in commands:
            send_command(run.commands, kind, value)

    return send


def outcomes(run: Run) -> list[tuple[str, str]]:
    return [(command.kind, command.outcome) for command in answered_commands(run.commands)]


def learned(run: Run, file: str = checkpoints.LAST) -> dict[str, np.ndarray]:
    """The learner's state in a checkpoint."""
    state = checkpoints.read(run.checkpoints / file)
    return {name: values for name, values in state.items() if name.startswith("learner/")}


def same(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> bool:
    return one.keys() == other.keys() and all(one[name].tobytes() == other[name].tobytes() for name in one)


def curves(run: Run) -> dict[str, tuple[list[int], list[float]]]:
    """All points of all scalars that every training writes."""
    tags = {"train": ("loss", "accuracy", "learning_rate"), "validation": ("loss", "accuracy")}
    return {
        f"{part}/{tag}": tuple(array.tolist() for array in curve(run.path / part, tag))  # type: ignore[misc]
        for part, names in tags.items()
        for tag in names
    }


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A training that nobody touches; the others are compared with it."""
    logdir = tmp_path_factory.mktemp("unbroken") / "logs"
    run = new_run(logdir, **MUCH_STATE)
    assert train(run).state == "completed"
    return run


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The same training, paused within an epoch, resumed, stopped within another, and resumed again."""
    logdir = tmp_path_factory.mktemp("broken") / "logs"
    run = new_run(logdir, pace=PACE, **MUCH_STATE)
    assert train(run, once_after(4, ask(run, ("checkpoint", None), ("pause", None)))).state == "paused"
    copy_run(run, logdir, name="paused")
    resume(run)
    assert train(run, once_after(22, ask(run, ("stop", None)))).state == "stopped"
    resume(run)
    assert train(run).state == "completed"
    return run


def test_a_resumed_run_ends_with_the_same_weights_to_the_last_bit(unbroken: Run, broken: Run) -> None:
    assert read_status(broken.status_file).step == read_status(unbroken.status_file).step == 40
    assert same(learned(unbroken), learned(broken))
    ours, theirs = (json.loads((run.artifacts / "evaluation.json").read_text()) for run in (broken, unbroken))
    assert ours == theirs


def test_a_resumed_run_has_the_curves_of_an_unbroken_one(unbroken: Run, broken: Run) -> None:
    assert curves(broken)["train/loss"][0] == list(range(1, 41))  # each step once, in order
    assert curves(broken)["validation/loss"][0] == [10, 20, 30, 40]
    assert curves(broken) == curves(unbroken)
    assert len(list((broken.path / "train").glob("*tfevents*"))) == 3  # a new file with every process


def test_the_numbers_of_an_epoch_that_was_cut_in_two_are_those_of_the_whole_epoch(
    unbroken: Run, broken: Run
) -> None:
    one, other = read_status(unbroken.status_file), read_status(broken.status_file)
    assert one.metrics == other.metrics
    assert (other.epoch, other.epochs, other.steps_per_epoch, other.checkpoint) == (4, 4, 10, 40)
    assert other.error is None and other.stop_asked is None


def test_each_command_of_the_broken_run_was_answered(broken: Run) -> None:
    (_, checkpoint), (pause, said), stop = outcomes(broken)
    assert checkpoint.startswith("The checkpoint holds step ")
    assert pause == "pause" and said.startswith("The training pauses at step ")
    assert stop == ("stop", "The training stops.")
    assert pending_commands(broken.commands) == []


def test_more_epochs_go_on_where_the_end_was_at_a_rate_that_learns(unbroken: Run, logdir: Path) -> None:
    run = copy_run(unbroken, logdir)
    before = curves(run)
    assert before["train/learning_rate"][1][-1] < 1e-5  # where one-cycle ends
    extend(run, epochs=5)
    status = train(run)
    assert (status.state, status.step, status.total_steps, status.epochs) == ("completed", 50, 50, 5)
    after = curves(run)
    assert after["train/loss"][0] == list(range(1, 51))
    assert after["train/loss"][1][:40] == before["train/loss"][1]  # nothing of the history is lost
    assert after["train/learning_rate"][1][40:] == [np.float32(1e-4)] * 10  # a tenth, and seen in the curve
    assert not same(learned(unbroken), learned(run))
    assert status.learning_rate == 1e-4


@pytest.fixture(scope="module")
def steered(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A training that is frozen by a tiny learning rate, looked at, and given back to its schedule."""
    logdir = tmp_path_factory.mktemp("steered") / "logs"
    run = new_run(logdir, model="softmax", pace=PACE, epochs=8, **QUICK)
    train(
        run,
        once_after(4, ask(run, ("learning_rate", 1e-30), ("trace", None))),
        once_after(34, ask(run, ("checkpoint", None))),
        once_after(44, ask(run, ("learning_rate", None))),
    )
    return run


def test_a_tiny_learning_rate_freezes_the_curve_and_the_schedule_thaws_it(steered: Run) -> None:
    rates = np.array(curves(steered)["train/learning_rate"][1])
    frozen = np.flatnonzero(rates < 1e-20)
    assert len(frozen) >= 20 and rates[0] == rates[-1] == np.float32(1e-3)
    losses = dict(zip(*curves(steered)["validation/loss"], strict=True))
    still = [losses[step] for step in losses if frozen[0] <= step <= frozen[-1] + 1]
    assert (
        len(still) >= 2 and len(set(still)) == 1
    )  # not learning: the same validation loss to the last digit
    assert losses[80] < still[0]
    said = [outcome for kind, outcome in outcomes(steered) if kind == "learning_rate"]
    assert said == [
        f"The learning rate is 1e-30 after step {frozen[0]:,}.",
        f"The learning rate follows the schedule after step {frozen[-1] + 1:,}.",
    ]


def test_a_trace_on_command_lies_in_the_artifacts_and_costs_no_step(steered: Run) -> None:
    (said,) = [outcome for kind, outcome in outcomes(steered) if kind == "trace"]
    assert "steps lies in" in said
    assert list((steered.artifacts / "profile").rglob("*.xplane.pb"))
    assert curves(steered)["train/loss"][0] == list(range(1, 81))


def test_a_checkpoint_on_command_is_answered_with_its_step(steered: Run) -> None:
    (said,) = [outcome for kind, outcome in outcomes(steered) if kind == "checkpoint"]
    step = int(said.removeprefix("The checkpoint holds step ").removesuffix("."))
    assert 34 <= step < 80


def test_a_checkpoint_on_command_within_an_epoch_holds_the_weights_of_that_very_step(
    logdir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = {**MUCH_STATE, **QUICK, "schedule": "constant", "histograms": False}
    asked = new_run(logdir, "asked", steps=18, **settings)
    written = checkpoints.write

    def write_and_copy(folder: Path, *arguments: Any, **options: Any) -> None:
        written(folder, *arguments, **options)
        if answered_commands(asked.commands) == [] and pending_commands(asked.commands):
            shutil.copy(folder / checkpoints.LAST, folder / "asked.npz")  # later ones take its name

    with monkeypatch.context() as patch, asking_after(13, asked, "checkpoint"):
        patch.setattr(checkpoints, "write", write_and_copy)
        assert train(asked).state == "completed"
    assert outcomes(asked) == [("checkpoint", "The checkpoint holds step 13.")]  # of ten an epoch
    unbroken = new_run(logdir, "unbroken", steps=13, **settings)
    assert train(unbroken).step == 13
    assert same(learned(asked, "asked.npz"), learned(unbroken))
    assert not same(learned(asked, "asked.npz"), learned(asked))  # which went on learning


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """A training that is asked for all sorts of impossible things at once, and for two that exclude each other."""
    logdir = tmp_path_factory.mktemp("refused") / "logs"
    run = new_run(logdir, model="softmax", pace=PACE, epochs=50, **QUICK)

    def send() -> None:
        for value in (float("nan"), float("inf"), -1.0, 0.0, 1e9, "fast", "0.1"):
            send_command(run.commands, "learning_rate", value)
        fly = Command(kind="fly", asked_ns=10**19, identifier="abc")
        write_atomically(run.commands / fly.file_name, fly.model_dump_json().encode())
        send_command(run.commands, "pause")
        send_command(run.commands, "stop")

    train(run, once_after(5, send))
    return run


def test_values_that_cannot_be_used_are_refused_with_a_sentence(refused: Run) -> None:
    said = [outcome for kind, outcome in outcomes(refused) if kind == "learning_rate"]
    assert len(said) == 7
    for value, outcome in zip(
        ("nan", "inf", "-1.0", "0.0", "1000000000.0", "'fast'", "'0.1'"), said, strict=True
    ):
        assert outcome == (
            f"Learning rate cannot be {value}: it must be a number, above 0 and at most 10000000."
        )
    rates = curves(refused)["train/learning_rate"][1]
    assert set(rates) == {np.float32(1e-3)}  # and none of them had an effect


def test_an_unknown_command_is_answered(refused: Run) -> None:
    assert ("fly", "This trainer does not know the command fly.") in outcomes(refused)


def test_of_stop_and_pause_at_once_the_stop_wins_and_both_are_answered(refused: Run) -> None:
    assert read_status(refused.status_file).state == "stopped"
    assert ("stop", "The training stops.") in outcomes(refused)
    assert ("pause", "The training stops, so it does not pause.") in outcomes(refused)
    assert pending_commands(refused.commands) == []
    assert (refused.artifacts / "model.keras").exists()


def test_what_is_asked_beside_a_pause_is_kept_by_it(logdir: Path) -> None:
    run = new_run(logdir, model="softmax", pace=PACE, epochs=4, **QUICK)
    train(run, once_after(5, ask(run, ("pause", None), ("learning_rate", 0.5))))
    paused_at = read_status(run.status_file).step
    resume(run)
    train(run)
    rates = np.array(curves(run)["train/learning_rate"][1])
    assert rates[:paused_at].tolist() == [np.float32(1e-3)] * paused_at
    assert rates[paused_at:].tolist() == [np.float32(0.5)] * (40 - paused_at)


def test_a_pause_that_was_asked_for_before_the_first_step_takes_place_there(
    unbroken: Run, logdir: Path
) -> None:
    run = new_run(logdir, **MUCH_STATE)
    send_command(run.commands, "pause")
    status = train(run)
    assert (status.state, status.step, status.checkpoint) == ("paused", 0, 0)
    assert outcomes(run) == [("pause", "The training pauses at step 0.")]
    resume(run)
    assert train(run).state == "completed"
    assert same(learned(unbroken), learned(run))
    assert curves(run) == curves(unbroken)


def test_a_pause_whose_checkpoint_cannot_be_written_is_refused_and_the_training_goes_on(
    logdir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise StorageFailed("The disk is full: free some space.")

    monkeypatch.setattr(checkpoints, "write", refuse)
    run = new_run(logdir, model="softmax", pace=PACE, epochs=3, **QUICK)
    status = train(run, once_after(5, ask(run, ("pause", None), ("checkpoint", None))))
    assert (status.state, status.step) == ("completed", 30)
    assert outcomes(run) == [
        (
            "pause",
            "The training goes on, since its checkpoint could not be written: The disk is full: free some space.",
        ),
        ("checkpoint", "The checkpoint could not be written: The disk is full: free some space."),
    ]
    (notice,) = status.notices  # the one that epochs' ends left, said once
    assert notice == (
        "A checkpoint could not be written, and the training goes on without: The disk is full: free some space."
    )


def test_a_torn_checkpoint_is_said_and_the_one_before_leads_to_the_same_end(
    unbroken: Run, broken: Run, logdir: Path
) -> None:
    run = copy_run(Run(broken.logdir, "e", "paused"), logdir)
    last = run.checkpoints / checkpoints.LAST
    last.write_bytes(last.read_bytes()[:1000])
    resume(run)
    status = train(run)
    (notice,) = status.notices
    assert "last.npz is damaged" in notice
    assert same(learned(unbroken), learned(run))
    assert curves(run) == curves(unbroken)


def test_without_a_whole_checkpoint_the_run_fails_with_a_sentence(broken: Run, logdir: Path) -> None:
    run = copy_run(Run(broken.logdir, "e", "paused"), logdir)
    for path in run.checkpoints.iterdir():
        path.write_bytes(b"half of it")
    resume(run)
    status = train(run)
    assert status.state == "failed"
    assert status.error == (
        "All checkpoints of this run are damaged, so it cannot go on: start it again as a new run."
    )


@pytest.fixture(scope="module")
def diverged(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A training whose learning rate somebody raised to a million."""
    logdir = tmp_path_factory.mktemp("diverged") / "logs"
    run = new_run(logdir, model="mlp", depth=6, width=16, pace=PACE, epochs=20, **QUICK)
    train(run, once_after(15, ask(run, ("learning_rate", 1e6))))
    return run


def test_a_diverging_training_names_step_and_layer_and_keeps_the_last_good_checkpoint(diverged: Run) -> None:
    run, status = diverged, read_status(diverged.status_file)
    assert status.state == "failed" and status.error is not None
    told = re.match(
        r"The (validation )?loss is no longer a number at step (\d+): the training diverged, first in",
        status.error,
    )
    assert told is not None, status.error
    bad = int(told[2])
    if not told[1]:  # the look at the validation images, after each epoch, may be the first to see it
        steps, losses = curve(run.path / "train", "loss")
        assert bad == steps[~np.isfinite(losses)][0]
    assert status.error.endswith("Choose a learning rate below 1e+06.")
    layers = [f"hidden_{number}" for number in range(1, 7)] + ["classes"]
    assert any(f"the layer {layer}." in status.error for layer in layers)
    kept = learned(run)
    assert all(np.isfinite(values).all() for name, values in kept.items() if "/weights/" in name)
    assert run.has_checkpoint and status.checkpoint is not None and status.checkpoint < bad
    assert status.diverged_rate == 1e6


def test_a_diverged_training_goes_on_from_its_checkpoint_at_a_lower_rate(diverged: Run) -> None:
    status = read_status(diverged.status_file)
    rate = rate_after_divergence(diverged.spec(), status)
    assert rate == 1e-3 and status.checkpoint is not None  # what it learned at before somebody chose 1e6
    resume(diverged, learning_rate=rate)
    assert read_status(diverged.status_file).diverged_rate is None
    after = train(diverged)
    assert (after.state, after.step, after.diverged_rate) == ("completed", 200, None)
    steps, rates = curves(diverged)["train/learning_rate"]
    assert steps == list(range(1, 201)) and set(rates[status.checkpoint :]) == {np.float32(rate)}
    losses = curves(diverged)["train/loss"][1]
    assert np.isfinite(losses).all() and losses[-1] < losses[status.checkpoint - 1]


def test_early_stopping_completes_the_run_and_more_epochs_give_it_another_chance(logdir: Path) -> None:
    run = new_run(logdir, model="softmax", learning_rate=1e-12, early_stopping=2, epochs=30, **QUICK)
    status = train(run)
    assert status.state == "completed" and status.step < 300
    (notice,) = status.notices
    assert notice.startswith("The validation loss had not improved for 2 epochs")
    extend(run, epochs=status.step // 10 + 5, learning_rate=0.01)
    after = train(run)
    assert (after.state, after.step) == ("completed", status.step + 50)


def test_the_steps_of_the_spec_end_the_training_within_an_epoch(logdir: Path) -> None:
    run = new_run(logdir, model="softmax", steps=14, epochs=5, **QUICK)
    status = train(run)
    assert (status.state, status.step, status.total_steps) == ("completed", 14, 14)
    assert curves(run)["train/loss"][0] == list(range(1, 15))
    assert curves(run)["validation/loss"][0] == [10, 14]


def test_epochs_that_end_before_the_steps_asked_for_say_so(logdir: Path) -> None:
    run = new_run(logdir, model="softmax", steps=14, epochs=1, **QUICK)
    status = train(run)
    assert (status.state, status.step) == ("completed", 10)
    assert status.notices == [
        "Epochs (1) end this training after 10 steps, before the 14 that were asked for: "
        "choose 2 epochs to reach them."
    ]


def test_the_best_checkpoint_is_that_of_the_lowest_validation_loss(logdir: Path) -> None:
    run = new_run(logdir, model="softmax", epochs=3, **{**QUICK, "batch_size": 60_000})
    status = train(run)
    assert (status.state, status.step, status.steps_per_epoch) == ("completed", 3, 1)  # a batch of all images
    best = checkpoints.read(run.checkpoints / checkpoints.BEST)
    told = json.loads(best["training"].tobytes())["position"]
    losses = curves(run)["validation/loss"][1]
    assert losses.index(min(losses)) == 2
    assert told["validated"]["val_loss"] == pytest.approx(min(losses))
    assert told["step"] == 3
