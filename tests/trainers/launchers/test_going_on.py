"""Runs that go on after an end: who may, when they get their turn, and commands that nobody is there to obey."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.running import wait_until
from tests.trainers.launchers.light_runs import gone, queued, started, state, ticks
from trainers.launchers import (
    CannotGoOn,
    ask,
    cancel,
    extend,
    queue,
    rate_after_divergence,
    rate_for_more,
    resume,
    submit,
)
from trainers.launchers.endings import press_stop
from trainers.launchers.processes import send_signal, signal
from trainers.runs import (
    TOO_LATE,
    Run,
    Status,
    answered_commands,
    find_answer,
    pending_commands,
    process_identity,
    read_status,
    send_command,
    write_status,
)
from trainers.specs import ClassifySpec


def ended(logdir: Path, state: str = "paused", name: str = "run", *, spec: ClassifySpec | None = None) -> Run:
    """A run at rest with a checkpoint, two of its five epochs done."""
    run = submit(spec or ClassifySpec(), logdir=logdir, experiment="e", name=name)
    (run.checkpoints / "last.npz").touch()
    status = read_status(run.status_file)
    told = {"step": 64, "total_steps": 160, "epochs": 5, "steps_per_epoch": 32, "finished": time.time()}
    write_status(run.status_file, status.changed(state=state, **told))
    return run


@pytest.mark.parametrize("before", ["paused", "stopped", "failed"])
def test_a_run_at_rest_is_queued_again_and_trained_by_a_new_process(logdir: Path, before: str) -> None:
    run = ended(logdir, before)
    resume(run)
    assert state(run) == "queued"
    started(run)
    assert (run.path / "starts").read_text() == "started\n"


def test_a_resumed_run_waits_its_turn_behind_those_who_asked_before(logdir: Path) -> None:
    old = ended(logdir, name="a-old")
    working, waiting = queued(logdir, "working"), queued(logdir, "b-waiting")
    ticks(logdir, limit=1)
    assert state(working) != "queued"
    resume(old)
    assert [one.run for one in queue.queued(queue.see_all(logdir))] == [waiting, old]


def test_a_paused_run_takes_no_place(logdir: Path) -> None:
    ended(logdir, "paused", "paused")
    other = queued(logdir, "other")
    ticks(logdir, limit=1)
    assert state(other) != "queued"


@pytest.mark.parametrize(
    ("before", "words"),
    [
        ("completed", "is completed: give it more epochs"),
        ("running", "is running: only a run that has ended or paused"),
        ("queued", "is queued: only a run that has ended or paused"),
    ],
)
def test_what_cannot_be_resumed_says_why_and_stays_as_it_is(logdir: Path, before: str, words: str) -> None:
    run = ended(logdir, before)
    if before == "running":
        write_status(run.status_file, read_status(run.status_file).changed(process=process_identity()))
    with pytest.raises(CannotGoOn, match=words):
        resume(run)
    assert state(run) == before


def test_without_a_checkpoint_nothing_can_go_on(logdir: Path) -> None:
    run = ended(logdir, "stopped")
    (run.checkpoints / "last.npz").unlink()
    for act in (lambda: resume(run), lambda: extend(run, epochs=10)):
        with pytest.raises(CannotGoOn, match="has no checkpoint to go on from: start it again as a new run"):
            act()
    assert state(run) == "stopped"


def killed_with_a_checkpoint(logdir: Path) -> Run:
    run = queued(logdir)
    process = started(run)
    (run.checkpoints / "last.npz").touch()
    send_signal(process, signal.SIGKILL)
    wait_until(gone(process))
    return run


def test_a_trainer_killed_a_moment_ago_is_missed_at_once(logdir: Path) -> None:
    run = killed_with_a_checkpoint(logdir)
    resume(run)  # no tick has been there since
    assert state(run) == "queued"


def test_a_killed_run_with_a_checkpoint_is_told_to_be_resumed(logdir: Path) -> None:
    run = killed_with_a_checkpoint(logdir)
    ticks(logdir)
    assert "resume it from its checkpoint" in (read_status(run.status_file).error or "")


@pytest.mark.parametrize("epochs", [0, 1, 2, 10_001])
def test_epochs_that_are_done_already_or_too_many_are_a_sentence(logdir: Path, epochs: int) -> None:
    run = ended(logdir, "completed")
    with pytest.raises(
        CannotGoOn, match="has trained 2 epochs and cannot have .* in all: ask for more than 2"
    ):
        extend(run, epochs=epochs)
    assert (state(run), pending_commands(run.commands)) == ("completed", [])


@pytest.mark.parametrize("rate", [float("nan"), -0.1, 0.0])
def test_a_learning_rate_that_is_none_is_refused_before_anything_starts(logdir: Path, rate: float) -> None:
    run = ended(logdir, "completed")
    with pytest.raises(CannotGoOn, match="Learning rate cannot be"):
        extend(run, epochs=10, learning_rate=rate)
    assert (state(run), pending_commands(run.commands)) == ("completed", [])


def test_more_epochs_after_a_schedule_come_with_a_rate_that_learns(logdir: Path) -> None:
    cosine = ended(logdir, "completed", "cosine", spec=ClassifySpec(schedule="cosine", learning_rate=0.01))
    extend(cosine, epochs=7)
    (command,) = pending_commands(cosine.commands)
    assert (command.kind, command.value) == ("learning_rate", 0.001)
    assert read_status(cosine.status_file).epochs_asked == 7
    constant = ended(logdir, "completed", "constant")
    extend(constant, epochs=7)
    assert pending_commands(constant.commands) == []  # its rate is as good as ever
    assert rate_for_more(constant.spec()) is None


def test_after_a_divergence_a_tenth_of_the_rate_is_proposed_and_no_more_than_the_run_began_with() -> None:
    spec = ClassifySpec(learning_rate=0.5)
    assert rate_after_divergence(spec, Status(state="failed", diverged_rate=0.5)) == pytest.approx(0.05)
    assert rate_after_divergence(spec, Status(state="failed", diverged_rate=1e6)) == 0.5
    assert rate_after_divergence(spec, Status(state="failed")) is None


@pytest.mark.parametrize("before", ["completed", "paused", "failed", "queued"])
def test_who_does_not_train_is_not_asked(logdir: Path, before: str) -> None:
    run = ended(logdir, before)
    with pytest.raises(CannotGoOn, match=f"e/run is {before}: only a run that trains can be asked"):
        ask(run, "checkpoint")
    assert pending_commands(run.commands) == []


@pytest.mark.parametrize("before", ["completed", "paused", "stopped"])
def test_a_command_that_came_too_late_is_answered_and_changes_nothing(logdir: Path, before: str) -> None:
    run = ended(logdir, before)
    commands = [send_command(run.commands, "pause"), send_command(run.commands, "learning_rate", 0.1)]
    assert ticks(logdir) == ()
    assert [find_answer(run.commands, command) for command in commands] == [TOO_LATE, TOO_LATE]
    assert (pending_commands(run.commands), state(run)) == ([], before)


def test_the_rate_of_a_run_that_waits_to_go_on_is_not_answered_as_too_late(logdir: Path) -> None:
    run = ended(logdir, "completed")
    extend(run, epochs=10, learning_rate=0.1)
    ticks(logdir, limit=0)
    assert [command.value for command in pending_commands(run.commands)] == [0.1]


def test_a_stop_from_before_does_not_press_the_run_that_goes_on(logdir: Path) -> None:
    """The new trainer may be a spare that lived already when the run was stopped."""
    run = queued(logdir)
    process = started(run)
    cancel(run)
    wait_until(lambda: state(run) == "stopped")
    wait_until(gone(process))
    (run.checkpoints / "last.npz").touch()
    resume(run)
    status = read_status(run.status_file)
    me = process_identity()  # older than the stop
    running = status.changed(state="running", process=me, heartbeat=time.time())
    write_status(run.status_file, running)
    press_stop(queue.Seen(run, running), time.time() + 3_600)  # would kill these tests
    assert answered_commands(run.commands)[0].kind == "stop"
    assert state(run) == "running"
    cancel(run)
    assert [command.kind for command in pending_commands(run.commands)] == ["stop"]  # it can be stopped anew


def test_a_run_that_waits_to_go_on_can_be_stopped_and_resumed(logdir: Path) -> None:
    run = ended(logdir)
    resume(run)
    cancel(run)
    assert state(run) == "stopped"
    resume(run)
    assert state(run) == "queued"
