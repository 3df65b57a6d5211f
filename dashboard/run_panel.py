"""One run on the Train page: its name and state, its progress while it trains, what it was asked, its log."""

from __future__ import annotations

import html

import streamlit as st

from dashboard.evaluation import Evaluation, read_evaluation
from dashboard.language import _, counted
from dashboard.listing import RunView
from dashboard.plain_text import escape_markdown, shorten
from dashboard.run_buttons import draw_buttons, last_word
from dashboard.run_progress import (
    goes_on,
    percent,
    share_done,
    state_line,
    state_word,
    stopping,
    training_batches,
)
from dashboard.services import Services
from dashboard.spec_form import changes_line, fill_form, form_state
from trainers.launchers import known_status
from trainers.runs import DamagedFile, Run, Status, last_log_lines, pending_commands
from trainers.specs import Spec, StylizeSpec, changed_settings

LOG_LINES = 12
_HEAD_STYLE = """
<style>
.boardlab-head {display:flex; flex-wrap:wrap; align-items:baseline; gap:0 .55em; margin:0; padding:0; font-size:1.15rem}
.boardlab-head i {flex:none; width:.75em; height:.75em; border-radius:50%}
.boardlab-head span {flex:1 1 5em; min-width:0; overflow-wrap:anywhere}
.boardlab-head b {white-space:nowrap}
.boardlab-head small {font-size:.85em; font-weight:400; opacity:.7}
</style>
"""
BADGE_COLOURS = {
    "queued": "gray",
    "starting": "blue",
    "running": "blue",
    "paused": "violet",
    "completed": "green",
    "stopped": "orange",
    "failed": "red",
    "damaged": "red",
}


def draw_head(view: RunView, colour: str, *, present: bool) -> None:
    """The run's name beside the colour of its curves, and what differs from the default; on a slide, what it scored."""
    title = html.escape(shorten(view.about.title or view.run.name))
    score = _test_score(view.run) if present else ""
    with st.container(gap="xxsmall"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.html(
                f'{_HEAD_STYLE}<h3 class="boardlab-head"><i style="background:{html.escape(colour)}"></i>'
                f"<span>{title}</span>{score}</h3>"
            )
            if view.spec is not None and not present and not isinstance(view.spec, StylizeSpec):
                _draw_reuse(view.run, view.spec)
        if view.spec is None:
            st.error(escape_markdown(view.spec_problem))
        else:
            changed = changes_line(changed_settings(view.spec), view.spec.task)
            st.caption(escape_markdown(changed or _("All settings at their default")))


def _draw_reuse(run: Run, spec: Spec) -> None:
    st.button(
        "",
        key=f"reuse-{run.key}",
        icon=":material/edit_note:",
        type="tertiary",
        help=_("Fill the form with this run's settings, to try a variation"),
        on_click=lambda: fill_form(spec.task, form_state(spec)),
    )


def _test_score(run: Run) -> str:
    try:
        evaluation = read_evaluation(run.artifacts)
    except DamagedFile:  # the result below says so
        return ""
    if evaluation is None:
        return ""
    label, value = html.escape(_("Test accuracy")), html.escape(test_value(evaluation))
    return f"<b><small>{label}</small> {value}</b>"


def draw_progress(run: Run, status: Status, started: Services, *, present: bool) -> None:
    """State, progress and buttons, drawn anew every second while the run goes on and not at all afterwards."""
    watching = goes_on(status)
    st.fragment(_draw_progress, run_every=1 if watching else None)(run, started, present, watching)


def _draw_progress(run: Run, started: Services, present: bool, watching: bool) -> None:
    status = known_status(run)
    if watching != goes_on(status):
        st.rerun()  # once, so that the result appears and the looking ends, or begins
    if present and status.state == "completed":
        return
    commands = pending_commands(run.commands) if goes_on(status) and status.state != "queued" else []
    asked = stopping(status, asked=any(command.kind == "stop" for command in commands))
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        word = _("stopping") if asked else state_word(status.state)
        st.badge(word, color=BADGE_COLOURS[status.state])  # type: ignore[arg-type]
        if not present:
            draw_buttons(run, status, started, stopping=asked)
    with st.container(gap="xxsmall"):
        if goes_on(status) or status.state == "paused":
            st.progress(share_done(status))
        st.caption(escape_markdown(state_line(status, asked)))
        if status.state == "running" and not present and (word := last_word(run, status)):
            st.caption(escape_markdown(word))
    draw_troubles(status)
    if goes_on(status):
        draw_numbers(status)
        if not present:
            draw_log(run, expanded=False)


def draw_troubles(status: Status) -> None:
    """Why a run failed, and what a person should know of it besides."""
    if status.error:
        st.error(escape_markdown(status.error))
    for notice in status.notices:
        st.info(escape_markdown(notice))


def draw_numbers(status: Status, evaluation: Evaluation | None = None) -> None:
    """The last known accuracies beside each other: of the test where there was one, validation, training."""
    known = [
        (_("Validation"), status.metrics.get("val_accuracy"), None),
        (_("Training"), status.metrics.get("train_accuracy"), training_help(status)),
    ]
    decimals = evaluation.decimals if evaluation is not None else 1
    with st.container(horizontal=True, gap="medium"):
        if evaluation is not None:
            st.metric(_("Test accuracy"), test_value(evaluation), help=test_help(evaluation), width="content")
        for label, value, meaning in known:
            if value is not None:
                st.metric(label, percent(value, decimals), help=meaning, width="content")


def test_value(evaluation: Evaluation) -> str:
    """The test accuracy in percent, with its standard error where the test set is small: "90.8 % ± 1.3"."""
    error = f" ± {(evaluation.standard_error or 0) * 100:.1f}" if evaluation.shows_standard_error else ""
    return percent(evaluation.test_accuracy, evaluation.decimals) + error


def test_help(evaluation: Evaluation) -> str:
    """What the numbers mean."""
    said = counted(
        "On {n} image the network never saw.", "On {n} images the network never saw.", evaluation.test_count
    )
    said = said.format(n=f"{evaluation.test_count:,}")
    if evaluation.shows_standard_error:
        said += " " + _(
            "± is the standard error: with so few images, chance alone moves the accuracy by that much."
        )
    return said


def training_help(status: Status) -> str | None:
    """What the training's accuracy is the mean of, and why it is no test; None where that is not known."""
    batches = training_batches(status)
    if not batches:
        return None
    said = counted(
        "On the last training batch, just before the network learned from it.",
        "Mean over the last {n} training batches, each just before the network learned from it.",
        batches,
    )
    return said.format(n=f"{batches:,}") + " " + _("Dropout and moved images count, where they are chosen.")


def draw_log(run: Run, *, expanded: bool) -> None:
    """The last lines that the trainer printed, folded away unless they are what matters."""
    lines = last_log_lines(run, LOG_LINES)
    with st.expander(_("Log"), icon=":material/article:", expanded=expanded):
        if lines:
            st.code("\n".join(lines), language=None, wrap_lines=True)
        else:
            st.caption(_("The trainer has not printed anything yet."))
