"""What can be asked of one run on the Train page: a button stands only where it has an effect.

A run that trains can pause, stop, keep a checkpoint or a trace, and learn at another rate; one that paused, stopped
or failed can go on from its checkpoint; one that ended can train more epochs.
"""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from dashboard.language import _
from dashboard.plain_text import escape_markdown
from dashboard.services import Services
from trainers.launchers import CannotGoOn, rate_for_more
from trainers.runs import (
    Command,
    DamagedFile,
    Run,
    RunError,
    State,
    Status,
    answered_commands,
    pending_commands,
)
from trainers.specs import Spec

RESUMABLE: tuple[State, ...] = ("paused", "stopped", "failed")
EXTENDABLE: tuple[State, ...] = ("completed", "stopped")
MOST_EPOCHS = 10_000


def draw_buttons(run: Run, status: Status, started: Services, *, stopping: bool) -> None:
    """The buttons that fit the run's state, in one row; what went wrong at the last press stands below it."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", width="content"):
        if status.state == "running" and status.phase is None and not stopping:
            _draw_steering(run, status, started)
        if status.state in ("queued", "starting", "running"):
            _button(run, "stop", _("Stop"), "stop_circle", lambda: started.cancel(run), disabled=stopping)
        elif run.has_checkpoint:
            _draw_going_on(run, status, started)
    if problem := st.session_state.pop(_problem_key(run), None):
        st.error(escape_markdown(problem))


def _draw_steering(run: Run, status: Status, started: Services) -> None:
    waiting = {command.kind for command in pending_commands(run.commands)}
    with st.popover(
        "",
        icon=":material/speed:",
        help=_("Set the learning rate now"),
        key=f"rate-{run.key}",
        type="tertiary",
    ):
        _draw_rate(run, status, started)
    with st.popover(
        "",
        icon=":material/more_horiz:",
        help=_("Checkpoint and trace"),
        key=f"other-{run.key}",
        type="tertiary",
    ):
        _button(
            run,
            "checkpoint",
            _("Take a checkpoint"),
            "bookmark_add",
            lambda: started.ask(run, "checkpoint"),
            help=_("Keeps all that is needed to go on from this step."),
            disabled="checkpoint" in waiting,
        )
        _button(
            run,
            "trace",
            _("Record a trace"),
            "timeline",
            lambda: started.ask(run, "trace"),
            help=_("Has TensorFlow's profiler watch the next steps; the run keeps what it saw."),
            disabled="trace" in waiting,
        )
    _button(
        run,
        "pause",
        _("Pause"),
        "pause_circle",
        lambda: started.ask(run, "pause"),
        help=_("Ends the trainer and gives processor and memory back; it resumes where it was."),
        disabled="pause" in waiting,
    )


def _draw_rate(run: Run, status: Status, started: Services) -> None:
    spec = _spec(run)
    if spec is None:
        return
    shown = spec.learning_rate if status.learning_rate is None else status.learning_rate
    with st.form(f"rate-form-{run.key}", border=False):
        key = f"rate-text-{run.key}"
        st.text_input(_("Learning rate"), value=f"{shown:g}", key=key)
        st.form_submit_button(
            _("Set now"),
            type="primary",
            on_click=_attempt,
            args=(run, lambda: started.ask(run, "learning_rate", _number(st.session_state[key]))),
        )
    if status.learning_rate is not None:
        _button(
            run,
            "schedule",
            _("Follow the schedule again"),
            "undo",
            lambda: started.ask(run, "learning_rate", None),
        )


def _draw_going_on(run: Run, status: Status, started: Services) -> None:
    if status.state in EXTENDABLE and (spec := _spec(run)) is not None:
        with st.popover(
            _("Train more"), icon=":material/add_circle:", key=f"more-{run.key}", type="tertiary"
        ):
            _draw_more(run, spec, status, started)
    if status.state in RESUMABLE:
        step = _("Goes on from its last checkpoint.")
        if status.checkpoint is not None:
            step = _("Goes on from its checkpoint of step {step}.").format(step=f"{status.checkpoint:,}")
        _button(run, "resume", _("Resume"), "play_circle", lambda: started.resume(run), help=step)


def _draw_more(run: Run, spec: Spec, status: Status, started: Services) -> None:
    done = status.step // (status.steps_per_epoch or 1)
    rate = rate_for_more(spec) or status.learning_rate or spec.learning_rate
    with st.form(f"more-form-{run.key}", border=False):
        epochs_key, rate_key = f"more-epochs-{run.key}", f"more-rate-{run.key}"
        most = max(1, MOST_EPOCHS - done)
        st.number_input(_("More epochs"), 1, most, min(spec.epochs, most), key=epochs_key)
        st.text_input(
            _("Learning rate"),
            value=f"{rate:g}",
            key=rate_key,
            help=_("The further epochs are trained at this rate, whatever the schedule was."),
        )
        st.form_submit_button(
            _("Train"),
            type="primary",
            on_click=_attempt,
            args=(
                run,
                lambda: started.extend(
                    run,
                    epochs=done + st.session_state[epochs_key],
                    learning_rate=_number(st.session_state[rate_key]),
                ),
            ),
        )


def last_word(run: Run, status: Status) -> str:
    """What was asked of a running trainer last: that it was asked, and then what became of it; "" for nothing."""
    if pending := [one for one in pending_commands(run.commands) if one.kind != "stop"]:
        return _("{what}: asked").format(what=_what(pending[-1]))
    since = int((status.started or 0) * 1e9)
    answered = [one for one in answered_commands(run.commands) if one.asked_ns >= since]
    return answered[-1].outcome if answered else ""


def _what(command: Command) -> str:
    words = {
        "pause": _("Pause"),
        "checkpoint": _("Checkpoint"),
        "learning_rate": _("Learning rate"),
        "trace": _("Trace"),
        "settings": _("Settings"),
    }
    return words.get(command.kind, command.kind)


def _button(
    run: Run,
    name: str,
    label: str,
    icon: str,
    act: Callable[[], object],
    *,
    help: str | None = None,  # noqa: A002  as Streamlit calls it
    disabled: bool = False,
) -> None:
    st.button(
        label,
        key=f"{name}-{run.key}",
        icon=f":material/{icon}:",
        type="tertiary",
        help=help,
        disabled=disabled,
        on_click=_attempt,
        args=(run, act),
    )


def _attempt(run: Run, act: Callable[[], object]) -> None:
    try:
        act()
    except RunError as error:
        st.session_state[_problem_key(run)] = str(error)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise CannotGoOn(_("The learning rate cannot be {text}: give a number.").format(text=text)) from error


def _spec(run: Run) -> Spec | None:
    try:
        return run.spec()
    except (FileNotFoundError, DamagedFile):  # the head says so
        return None


def _problem_key(run: Run) -> str:
    return f"problem-{run.key}"
