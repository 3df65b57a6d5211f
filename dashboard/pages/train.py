"""Train: choose a network, press Start, watch it learn, see what it found out."""

from __future__ import annotations

import streamlit as st

from dashboard.colours import run_colour
from dashboard.curve_choices import draw_choices
from dashboard.demo import start_arms
from dashboard.language import _
from dashboard.listing import RunView
from dashboard.live_curves import (
    DrawnRun,
    draw_curves,
    has_seeds,
    say_left_out,
    settings_but_seed,
    steps_per_epoch,
    task_of,
)
from dashboard.new_run import draw_form
from dashboard.plain_text import escape_markdown
from dashboard.run_choice import choose, chosen_keys
from dashboard.run_panel import draw_head, draw_log, draw_progress
from dashboard.run_progress import goes_on
from dashboard.run_result import draw_result
from dashboard.services import Services, services
from dashboard.shown_runs import MOST_SHOWN, MOST_TOGETHER, first_shown, newest_first, run_labels, still_there
from dashboard.slides import is_presenting
from trainers.launchers import known_status
from trainers.runs import RunError


def main() -> None:
    started = services()
    present = is_presenting()
    with st.container(key="hidden_form") if present else st.sidebar:
        draw_form(started)  # a slide hides it: left out, it would lose what was filled in
    named = chosen_keys()
    views = {view.key: view for view in started.runs_with(named)}
    shown = still_there(named, views)
    if not shown:
        shown = first_shown(started.runs())
        choose(shown)
    if not shown:
        draw_nothing_yet(started)
        return
    draw_runs(started, views, shown, present)


def draw_runs(started: Services, views: dict[str, RunView], chosen: list[str], present: bool) -> None:
    shown = chosen[:MOST_SHOWN]
    names = run_labels(shown)
    drawn = [
        DrawnRun(
            key,
            views[key].about.title or names[key],
            run_colour(views[key].about, key),
            steps_per_epoch(views[key].status),
            task_of(views[key].spec),
            settings_but_seed(views[key].spec),
        )
        for key in shown
    ]
    offer_means = False if has_seeds(drawn) else None
    if present:
        choices = draw_choices(hidden=True, offer_means=offer_means)
    else:
        runs, view = st.columns([5, 4], gap="medium")
        with runs:
            draw_choice(started, chosen)
        with view:
            choices = draw_choices(offer_means=offer_means)
    say_left_out(len(shown), len(chosen))
    draw_curves(drawn, choices, started.reader, present=present)
    for first in range(0, len(drawn), MOST_TOGETHER):
        row = drawn[first : first + MOST_TOGETHER]
        draw_row(started, [views[run.key] for run in row], [run.colour for run in row], present)


def draw_row(started: Services, views: list[RunView], colours: list[str], present: bool) -> None:
    """Runs beside each other, part by part, so that what is to be compared stands at one height."""
    statuses = [known_status(view.run) for view in views]  # the list of runs may be a second old
    for column, view, colour in zip(st.columns(len(views), gap="large"), views, colours, strict=True):
        with column:
            draw_head(view, colour, present=present)
    for column, view, status in zip(st.columns(len(views), gap="large"), views, statuses, strict=True):
        with column:
            draw_progress(view.run, status, started, present=present)
    for column, view, status in zip(st.columns(len(views), gap="large"), views, statuses, strict=True):
        with column:
            draw_result(view.run, status, view.spec, present=present, side_by_side=len(views) == 1)
            if not goes_on(status) and not present:
                draw_log(view.run, expanded=status.state == "failed")


def draw_choice(started: Services, shown: list[str]) -> None:
    st.session_state["runs_together"] = shown
    st.multiselect(
        _("Runs"),
        [view.key for view in newest_first(started.runs())],
        key="runs_together",
        on_change=lambda: choose(st.session_state["runs_together"]),
        placeholder=_("Choose runs to draw together"),
        wrap=True,
    )


@st.fragment(run_every=2)
def draw_nothing_yet(started: Services) -> None:
    if started.runs():
        st.rerun()
    st.title(_("Train a network"))
    st.markdown(_("Nothing has been trained here yet. Three ways to begin:"))
    own, demo, terminal = st.columns([3, 3, 4], gap="medium")
    with own.container(border=True, height="stretch"):
        st.markdown("**" + _("Train one yourself") + "**")
        st.markdown(
            _(
                "Choose a model on the left and press **Start**. Its accuracy and loss appear here while it learns."
            )
        )
    with demo.container(border=True, height="stretch"):
        st.markdown("**" + _("Watch two compete") + "**")
        st.markdown(
            _("The same network twice, once with sigmoid and once with ReLU: which one learns faster?")
        )
        if st.button(_("Watch the demo"), key="start_demo", icon=":material/play_arrow:"):
            begin_demo(started)
    with terminal.container(border=True, height="stretch"):
        st.markdown("**" + _("Use a terminal") + "**")
        st.markdown(_("A run that you start there appears here too:"))
        options = [
            "--model softmax",
            f'--logdir "{started.settings.logdir}"',
            "--experiment first --run softmax-1",
        ]
        st.code(" \\\n  ".join(["python -m trainers classify", *options]), language="bash")


def begin_demo(started: Services) -> None:
    try:
        start_arms(started)
    except RunError as error:
        st.error(escape_markdown(error))
    else:
        st.rerun()


main()
