"""Experiments of many runs on their pages, begun, chosen and stopped as one: what Compare and Sweep have in common."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence

import streamlit as st

from dashboard.address import say
from dashboard.language import _
from dashboard.lasting_press import lasting_button
from dashboard.new_run import draw_start_bar
from dashboard.plain_text import escape_markdown
from dashboard.run_problems import for_each
from dashboard.services import Services
from dashboard.starting import is_new_press
from trainers.launchers import known_status
from trainers.runs import GOING_ON, LONGEST_NAME, Run, RunError

_BEGUN = "experiment_begun"


def draw_name(key: str, suggested: str) -> str:
    """The widget for an experiment's name; the suggested one where it is left empty."""
    name = st.text_input(
        _("Name of the experiment"),
        key=key,
        placeholder=suggested,
        max_chars=LONGEST_NAME,
        help=_("Leave it empty to use the suggested name."),
    )
    return name.strip() or suggested


def draw_start(key: str, problem: str, line: Callable[[], str]) -> bool:
    """Start, and above it what keeps it from starting, or the `line` that says what it does; whether it was pressed."""
    with draw_start_bar():
        if problem:
            st.error(escape_markdown(_(problem)))
        else:
            st.caption(escape_markdown(line()))
        pressed = lasting_button(
            _("Start"),
            key=key,
            type="primary",
            icon=":material/play_arrow:",
            width="stretch",
            disabled=bool(problem),
        )
    return pressed and is_new_press(st.session_state.get("pressed_at"), time.monotonic)


def begin(started: Services, start: Callable[[], object], experiment: str) -> None:
    """Queues everything and shows it; says on the page what keeps it from that."""
    st.session_state["pressed_at"] = time.monotonic()
    try:
        start()
    except RunError as error:
        started.look_again()
        st.error(escape_markdown(_(str(error))))
        return
    started.look_again()
    st.session_state[_BEGUN] = experiment
    st.rerun()


def show_begun(key: str) -> None:
    """Chooses the experiment that was just begun in the widget of this key; before that is drawn."""
    if (begun := st.session_state.pop(_BEGUN, None)) is not None:
        st.session_state[key] = begun


def choose(label: str, key: str, experiments: Sequence[str], *, hidden: bool) -> str:
    """The widget for the experiment; the first one where the address names none that there is.

    The address always names it: a link to what is the newest today must not show another one tomorrow, as it would
    if the widget were bound, since then the first one goes without saying.
    """
    held = st.session_state.get(key, st.query_params.get(key))
    st.session_state[key] = held if held in experiments else experiments[0]
    with st.container(key=f"hidden_{key}" if hidden else f"choice_of_{key}"):
        chosen = st.selectbox(label, experiments, key=key)
    say(key, [chosen])
    return chosen


def say_what_is_damaged(read: Callable[[str], object], key: str) -> None:
    """One sentence where the address names an experiment whose file `read` cannot read."""
    try:
        read(st.query_params.get(key, ""))
    except RunError as error:
        st.error(escape_markdown(error))


def stop_all(started: Services, runs: Iterable[Run | None]) -> None:
    """Stops all of these runs, those that wait first, so that none of them begins."""
    going = [run for run in runs if run is not None and known_status(run).state in GOING_ON]
    for_each(reversed(going), started.cancel, started)
    st.rerun()
