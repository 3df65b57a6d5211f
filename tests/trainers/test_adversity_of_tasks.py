"""What a training of every task withstands: a learning rate of a million, torn checkpoints, batches too large, …

For classify this stands in `test_training` and `test_classify`; here are the tasks with learners of their own.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from tests.trainers.conftest import curve
from trainers import checkpoints, training
from trainers.execution import execute
from trainers.launchers import resume
from trainers.runs import (
    Run,
    Status,
    answered_commands,
    create_run,
    pending_commands,
    read_status,
    send_command,
)
from trainers.specs import BoundarySpec, SequenceSpec, Spec

# Keras reads its own variables in a way that NumPy 2 complains about.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

QUIET = {"histograms": False, "norms": False}
SHORT = {"length": 300, "window": 8, "horizon": 10, "width": 6, "model": "rnn"}
SPECS: dict[str, Spec] = {
    "boundary": BoundarySpec(
        model="deep", activation="relu", depth=6, width=16, points=200, epochs=6, pace=100, **QUIET
    ),
    # Adam's steps are bounded, and so is what a recurrent layer says: only plain descent can overflow.
    "sequence": SequenceSpec(**SHORT, optimizer="sgd", learning_rate=0.01, epochs=40, pace=100, **QUIET),
}


@dataclass(frozen=True)
class Story:
    """A run whose learning rate was raised to a million beside another command, and how it ended; then the rest."""

    run: Run
    failed: Status
    kept: dict[str, np.ndarray]
    answers: dict[str, str]
    after: Status


@pytest.fixture(scope="module", params=SPECS)
def story(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Story:
    logdir = tmp_path_factory.mktemp(request.param) / "logs"
    run = create_run(logdir, SPECS[request.param], experiment="e", name="r")

    def ask() -> None:
        send_command(run.commands, "checkpoint")
        send_command(run.commands, "learning_rate", 1e6)

    execute(run, threading.Event(), once(lambda status: status.step >= 60, ask))
    failed = read_status(run.status_file)
    kept = checkpoints.read(run.checkpoints / checkpoints.LAST)
    last = run.checkpoints / checkpoints.LAST
    last.write_bytes(last.read_bytes()[:500])  # as when the power goes
    answers = {command.kind: command.outcome for command in answered_commands(run.commands)}
    resume(run, learning_rate=0.001)
    execute(run, threading.Event())
    return Story(run, failed, kept, answers, read_status(run.status_file))


def once(is_time: Callable[[Status], bool], act: Callable[[], None]) -> Callable[[Status], None]:
    left = [act]

    def watch(status: Status) -> None:
        if left and is_time(status):
            left.pop()()

    return watch


def test_a_learning_rate_of_a_million_ends_with_the_step_and_the_layer_that_broke_first(story: Story) -> None:
    error = story.failed.error or ""
    assert story.failed.state == "failed"
    assert re.search(r"at step \d+: the training diverged, first in (the layer \w+|the loss)", error), error
    assert error.endswith("Choose a learning rate below 1e+06.")
    assert story.failed.diverged_rate == 1e6


def test_the_last_good_checkpoint_is_kept(story: Story) -> None:
    weights = [values for name, values in story.kept.items() if name.startswith("learner/weights/")]
    assert weights and all(np.isfinite(values).all() for values in weights)


def test_two_commands_at_once_are_both_obeyed_and_answered(story: Story) -> None:
    assert story.answers["checkpoint"].startswith("The checkpoint holds step ")
    assert story.answers["learning_rate"].startswith("The learning rate is 1e+06 after step ")
    assert pending_commands(story.run.commands) == []


def test_a_torn_checkpoint_is_said_and_the_one_before_leads_to_the_end(story: Story) -> None:
    assert story.after.state == "completed", story.after.error
    assert any("last.npz is damaged" in notice for notice in story.after.notices)
    steps, losses = curve(story.run.path / "train", "loss")
    assert steps.tolist() == list(range(1, story.after.step + 1)) and np.isfinite(losses).all()
    rates = curve(story.run.path / "train", "learning_rate")[1]
    assert set(rates[-60:].tolist()) == {float(np.float32(0.001))}


@pytest.mark.parametrize(
    ("spec", "steps"),
    [
        # An epoch of boundary goes round until it has fifty steps.
        (BoundarySpec(points=30, epochs=2, batch_size=60_000, **QUIET), 100),
        (SequenceSpec(**SHORT, epochs=3, batch_size=60_000, **QUIET), 3),
    ],
    ids=["boundary", "sequence"],
)
def test_a_batch_larger_than_the_data_is_all_of_the_data(logdir: Path, spec: Spec, steps: int) -> None:
    run = create_run(logdir, spec, experiment="e", name="r")
    assert execute(run, threading.Event()) == 0, read_status(run.status_file).error
    status = read_status(run.status_file)
    assert (status.state, status.step) == ("completed", steps)
    losses = curve(run.path / "train", "loss")[1]
    assert len(losses) == steps and np.isfinite(losses).all() and losses[-1] < losses[0]


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        (
            BoundarySpec(model="deep"),
            "lower Batch size (now 32) and Width (now 8) and Depth (now 3) or choose a smaller network.",
        ),
        (
            SequenceSpec(width=512),
            "lower Batch size (now 32) and Width (now 512) and Depth (now 1) or choose a smaller network.",
        ),
    ],
    ids=["boundary", "sequence"],
)
def test_a_training_that_needs_too_much_memory_says_what_to_lower(
    logdir: Path, monkeypatch: pytest.MonkeyPatch, spec: Spec, words: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr(training, "run_loop", fail)
    run = create_run(logdir, spec, experiment="e", name="r")
    assert execute(run, threading.Event()) == 1
    error = read_status(run.status_file).error
    assert error == f"There is not enough memory for this training: {words}"
