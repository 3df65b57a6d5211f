"""Runs that go on after an end: resumed from their checkpoint, or given more epochs; and what is asked of running ones.

ask(run, "pause")                                # the trainer answers in `commands/done/`
resume(run)                                      # queued again: waits its turn like any other
extend(run, epochs=10, learning_rate=1e-4)       # trains until it has ten epochs in all
"""

from __future__ import annotations

import time
from collections.abc import Mapping

from trainers.launchers import endings
from trainers.launchers.queue import launching
from trainers.launchers.starting import change_status
from trainers.runs import (
    ACTIVE,
    AT_REST,
    Command,
    Kind,
    Run,
    RunError,
    Status,
    Value,
    process_identity,
    read_status,
    send_command,
)
from trainers.specs import Spec
from trainers.specs import settings as fields
from trainers.steering import refusal

MOST_LOOKS = 10_000  # that a painting has: what other tasks have in epochs


class CannotGoOn(RunError):
    """A run that cannot do what was asked of it now; its text is one sentence for a person."""


def ask(run: Run, kind: Kind, value: Value | None = None) -> Command:
    """Asks a running trainer for something; raises CannotGoOn where there is none, or StorageFailed.

    The trainer answers within half a second or so: `trainers.runs.find_answer` finds its sentence.
    """
    state = read_status(run.status_file).state
    if state not in ACTIVE:
        raise CannotGoOn(f"{run.key} is {state}: only a run that trains can be asked for something.")
    return send_command(run.commands, kind, value)


def resume(run: Run, *, learning_rate: float | None = None, foreground: bool = False) -> None:
    """Queues a run that paused, stopped or failed again, to go on from its last checkpoint.

    With a learning rate it goes on at that one; with `foreground` it waits for this very process, as `submit` does.
    Raises CannotGoOn or StorageFailed.
    """
    with launching(run.logdir):
        status = _status(run)
        if status.state == "completed":
            raise CannotGoOn(f"{run.key} is completed: give it more epochs instead of resuming it.")
        _check(run, status)
        _queue_again(run, learning_rate, foreground)


def extend(
    run: Run,
    *,
    epochs: int,
    learning_rate: float | None = None,
    settings: Mapping[str, float | list[float]] | None = None,
    foreground: bool = False,
) -> None:
    """Queues a run at rest again, to go on until it has so many epochs in all.

    It goes on at this learning rate; without one, at `rate_for_more`. `settings` are others that it shall go on with,
    of those in `specs.STEERABLE`. Raises CannotGoOn or StorageFailed.
    """
    with launching(run.logdir):
        status = _status(run)
        _check(run, status)
        most = next((one.maximum for one in fields(type(run.spec())) if one.name == "epochs"), MOST_LOOKS)
        done = status.step // (status.steps_per_epoch or 1)
        if status.step >= epochs * (status.steps_per_epoch or 1) or (most is not None and epochs > most):
            raise CannotGoOn(
                f"{run.key} has trained {done:,} epochs and cannot have {epochs:,} in all: "
                f"ask for more than {done:,} and at most {most:,.0f}."
            )
        rate = learning_rate if learning_rate is not None else rate_for_more(run.spec())
        if settings:
            _send_settings(run, settings)
        _queue_again(run, rate, foreground, epochs_asked=epochs)


def rate_for_more(spec: Spec) -> float | None:
    """The learning rate for epochs after the end of a spec's schedule; None where it is constant and stays.

    Most schedules end near 0, where nothing is learned any more: a tenth of the highest rate neither stands still
    nor undoes what was learned.
    """
    return None if getattr(spec, "schedule", "constant") == "constant" else spec.learning_rate / 10


def rate_after_divergence(spec: Spec, status: Status) -> float | None:
    """A learning rate for a run that diverged to go on at; None for one that did not.

    A tenth of that at which it happened, and no more than its spec asked for before somebody raised it.
    """
    return None if status.diverged_rate is None else min(status.diverged_rate / 10, spec.learning_rate)


def _status(run: Run) -> Status:
    """A run's status; a trainer that was killed and that no launcher has missed yet is missed now."""
    status = read_status(run.status_file)
    if status.state in ACTIVE and status.process is not None and endings.is_over(status):
        return endings.close_run(run, status.process) or read_status(run.status_file)
    return status


def _check(run: Run, status: Status) -> None:
    if status.state not in AT_REST:
        raise CannotGoOn(f"{run.key} is {status.state}: only a run that has ended or paused can go on.")
    if not run.has_checkpoint:
        raise CannotGoOn(f"{run.key} has no checkpoint to go on from: start it again as a new run.")


def _send_settings(run: Run, settings: Mapping[str, float | list[float]]) -> None:
    """Asks for other settings before the trainer is there: it obeys what was asked since the run ended."""
    sentence = refusal("settings", dict(settings), run.spec())
    if sentence is not None:
        raise CannotGoOn(sentence)
    send_command(run.commands, "settings", dict(settings))


def _queue_again(run: Run, learning_rate: float | None, foreground: bool, **values: object) -> None:
    if learning_rate is not None:
        sentence = refusal("learning_rate", learning_rate, run.spec())
        if sentence is not None:
            raise CannotGoOn(sentence)
        send_command(run.commands, "learning_rate", learning_rate)
    change_status(
        run,
        state="queued",
        queued=time.time(),
        process=process_identity() if foreground else None,
        phase=None,
        error=None,
        diverged_rate=None,
        stop_asked=None,
        **values,
    )
