"""What can be asked of one run on the Train page: a button stands only where it has an effect.

A run that trains can pause, stop, keep a checkpoint or a trace, and learn at another rate; one that paused, stopped
or failed can go on from its checkpoint, at a lower rate where it diverged; one that ended can train more epochs.
"""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard.language import _
from dashboard.plain_text import escape_markdown
from dashboard.services import Services
from dashboard.spec_form import fill_form, form_state
from trainers.launchers import CannotGoOn, rate_after_divergence, rate_for_more
from trainers.runs import (
    Command,
    DamagedFile,
    Kind,
    Run,
    RunError,
    State,
    Status,
    answered_commands,
    pending_commands,
)
from trainers.specs import Spec, StylizeSpec

RESUMABLE: tuple[State, ...] = ("paused", "stopped", "failed")
EXTENDABLE: tuple[State, ...] = ("completed", "stopped")
MOST_EPOCHS = 10_000
MOST_PASSES, LARGEST_SIZE = 10_000, 8192


def draw_buttons(run: Run, status: Status, started: Services, *, stopping: bool) -> None:
    """The buttons that fit the run's state, in one row; what went wrong at the last press stands below it."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", width="content"):
        if status.state == "running" and status.phase is None and not stopping:
            _draw_steering(run, status, started)
        if status.state in ("queued", "starting", "running"):
            _button(run, "stop", _("Stop"), "stop_circle", lambda: started.cancel(run), disabled=stopping)
        elif run.has_checkpoint:
            _draw_going_on(run, status, started)
        elif (
            (spec := _spec(run))
            and not isinstance(spec, StylizeSpec)
            and (rate := rate_after_divergence(spec, status))
        ):
            _draw_anew(run, spec.model_copy(update={"learning_rate": rate}))
    if problem := st.session_state.pop(_problem_key(run), None):
        st.error(escape_markdown(problem))


def _draw_steering(run: Run, status: Status, started: Services) -> None:
    waiting = {command.kind for command in pending_commands(run.commands)}

    def ask(kind: Kind, label: str, icon: str, meaning: str) -> None:
        _button(
            run,
            kind,
            label,
            icon,
            lambda: started.ask(run, kind),
            help=meaning,
            disabled=kind in waiting,
        )

    if not isinstance(_spec(run), StylizeSpec):  # its rate stands among its sliders
        with popover(run, "rate", "speed", _("Set the learning rate now")):
            _draw_rate(run, status, started)
    with popover(run, "other", "more_horiz", _("Checkpoint and trace")):
        ask(
            "checkpoint",
            _("Take a checkpoint"),
            "bookmark_add",
            _("Keeps all that is needed to go on from this step."),
        )
        ask(
            "trace",
            _("Record a trace"),
            "timeline",
            _("Has TensorFlow's profiler watch the next steps; the run keeps what it saw."),
        )
    ask(
        "pause",
        _("Pause"),
        "pause_circle",
        _("Ends the trainer and gives processor and memory back; it resumes where it was."),
    )


def _draw_rate(run: Run, status: Status, started: Services) -> None:
    spec = _spec(run)
    if spec is None:
        return
    shown = spec.learning_rate if status.learning_rate is None else status.learning_rate
    with st.form(f"rate-form-{run.key}", border=False):
        _draw_rate_to_send(
            run, "rate-text", shown, _("Set now"), lambda rate: started.ask(run, "learning_rate", rate)
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
    spec = _spec(run)
    if status.state in EXTENDABLE and isinstance(spec, StylizeSpec):
        draw_painting_on(run, spec, status, started)
    elif status.state in EXTENDABLE and spec is not None:
        with popover(run, "more", "add_circle", label=_("Train more")):
            _draw_more(run, spec, status, started)
    if status.state not in RESUMABLE:
        return
    step = _("Goes on from its last checkpoint.")
    if status.checkpoint is not None:
        step = _("Goes on from its checkpoint of step {step}.").format(step=f"{status.checkpoint:,}")
    rate = rate_after_divergence(spec, status) if spec is not None else None
    if rate is None:
        _button(run, "resume", _("Resume"), "play_circle", lambda: started.resume(run), help=step)
        return
    # At the rate that it had it would diverge again.
    with (
        popover(run, "lower", "play_circle", step, label=_("Resume at a lower rate")),
        st.form(f"lower-form-{run.key}", border=False),
    ):
        _draw_rate_to_send(
            run, "lower-rate", rate, _("Resume"), lambda lower: started.resume(run, learning_rate=lower)
        )


def _draw_more(run: Run, spec: Spec, status: Status, started: Services) -> None:
    done = status.step // (status.steps_per_epoch or 1)
    rate = rate_for_more(spec) or status.learning_rate or spec.learning_rate
    with st.form(f"more-form-{run.key}", border=False):
        epochs_key = f"more-epochs-{run.key}"
        most = max(1, MOST_EPOCHS - done)
        st.number_input(_("More epochs"), 1, most, min(spec.epochs, most), key=epochs_key)
        _draw_rate_to_send(
            run,
            "more-rate",
            rate,
            _("Train"),
            lambda chosen: started.extend(
                run, epochs=done + st.session_state[epochs_key], learning_rate=chosen
            ),
            help=_("The further epochs are trained at this rate, whatever the schedule was."),
        )


def draw_painting_on(run: Run, spec: StylizeSpec, status: Status, started: Services) -> None:
    """A painting that ended goes on for more passes, at the size it has or at a larger one."""
    told = status.steered.get("size", spec.size)
    size = int(told) if isinstance(told, int | float) else spec.size
    passes_key, size_key = f"more-passes-{run.key}", f"more-size-{run.key}"

    def paint_on() -> None:
        looks = -(-(status.step + st.session_state[passes_key]) // spec.checkpoint_every)
        larger = int(st.session_state[size_key])
        started.extend(run, epochs=looks, settings={"size": larger} if larger != size else None)

    with (
        popover(run, "more", "add_circle", label=_("Paint on")),
        st.form(f"more-form-{run.key}", border=False),
    ):
        st.number_input(
            _("More passes"), 1, MOST_PASSES, max(spec.checkpoint_every, spec.passes // 2), key=passes_key
        )
        st.number_input(_("Size (pixels)"), size, LARGEST_SIZE, size, step=64, key=size_key)
        st.form_submit_button(_("Paint on"), type="primary", on_click=attempt, args=(run, paint_on))


def _draw_anew(run: Run, spec: Spec) -> None:
    """For a run that diverged before its first checkpoint: there is nothing to go on from."""
    rate = f"{spec.learning_rate:g}"
    _button(
        run,
        "anew",
        _("Try a lower rate"),
        "edit_note",
        lambda: fill_form(spec.task, form_state(spec)),
        help=_("Fills the form with this run's settings and the learning rate {rate}.").format(rate=rate),
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


def popover(run: Run, name: str, icon: str, meaning: str = "", *, label: str = "") -> DeltaGenerator:
    """A small button that opens what belongs to one run; `name` tells it from the others of the page."""
    return st.popover(
        label,
        icon=f":material/{icon}:",
        help=meaning or None,
        key=f"{name}-{run.key}",
        type="tertiary",
    )


def _draw_rate_to_send(
    run: Run,
    name: str,
    rate: float,
    label: str,
    act: Callable[[float], object],
    *,
    help: str | None = None,  # noqa: A002  as Streamlit calls it
) -> None:
    """A form's last lines: a learning rate, and the button that does something with it."""
    key = f"{name}-{run.key}"
    st.text_input(_("Learning rate"), value=f"{rate:g}", key=key, help=help)
    st.form_submit_button(
        label,
        type="primary",
        on_click=attempt,
        args=(run, lambda: act(_number(st.session_state[key]))),
    )


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
        on_click=attempt,
        args=(run, act),
    )


def attempt(run: Run, act: Callable[[], object]) -> None:
    """Does what a button is for; what keeps it from being done stands below the run's buttons."""
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
