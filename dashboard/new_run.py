"""The form that starts a run: data set, model and settings, what they will build, a name, and Start."""

from __future__ import annotations

import time

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard.build_line import Refusal, ask, draw_layers, sentence, why
from dashboard.language import _
from dashboard.lasting_press import lasting_button
from dashboard.own_data import draw_own_data, draw_settings_with_own_data
from dashboard.plain_text import escape_markdown
from dashboard.preset_choice import draw_presets, say_preset
from dashboard.previews import draw_previews
from dashboard.run_choice import choose, chosen_keys
from dashboard.services import Services
from dashboard.shown_runs import newest_first, shown_after_start
from dashboard.spec_form import spec_from_form
from dashboard.starting import FIRST_EXPERIMENT, is_new_press, names_to_try, start
from dashboard.theme import theme_colour
from trainers.launchers import Description, Pending
from trainers.runs import LONGEST_NAME, RunError
from trainers.specs import LEARNING_TASKS, InvalidSpec, Spec


@st.fragment
def draw_form(started: Services) -> None:
    """Draws the form in a part of its own: a changed setting redraws nothing but the form."""
    top = st.container()
    task = draw_task()
    preset = draw_presets(started.inspector) if task == "classify" else None
    form = draw_settings_with_own_data(started, task)
    spec, problem = None, ""
    try:
        spec = spec_from_form(task, form.values)
    except InvalidSpec as error:
        problem = str(error)
    if preset is not None and spec is not None:
        say_preset(preset, spec, started.inspector)
    answer = _ask(started, spec) if spec is not None else None
    draw_own_data(started, spec, form.places)
    if spec is not None and not isinstance(answer, Refusal):
        draw_previews(started.inspector, spec, form.places)
    if isinstance(answer, Description):
        draw_layers(answer)
    elif isinstance(answer, Refusal):
        top.warning(escape_markdown(_(answer.sentence)))
    experiment = draw_experiment(started)
    taken = [view.run.name for view in started.runs() if view.run.experiment == experiment]
    name = draw_name(spec, taken)
    with draw_start_bar():
        if spec is None:
            st.error(escape_markdown(_(problem)))
        else:
            waiting = isinstance(answer, Pending)
            st.fragment(_draw_answer, run_every=1 if waiting else None)(started, spec, waiting)
        pressed = lasting_button(
            _("Start"),
            key="start",
            type="primary",
            icon=":material/play_arrow:",
            width="stretch",
            disabled=spec is None or isinstance(answer, Refusal),
        )
        if pressed and spec is not None and is_new_press(st.session_state.get("pressed_at"), time.monotonic):
            _start(started, spec, experiment, name, taken)


def draw_task() -> str:
    """The widget for the task; gives the task. A painting needs its pictures seen, so it is not started here."""
    chosen: str | None = st.selectbox(
        _("Task"),
        LEARNING_TASKS,
        key="task",
        bind="query-params",
        help=_("Name what images show, tell points in a plane apart, or forecast a signal."),
    )
    return chosen or LEARNING_TASKS[0]


def draw_name(spec: Spec | None, taken: list[str]) -> str:
    """The widget for the run's name; empty means the suggested one, which it shows."""
    return st.text_input(
        _("Name of the run"),
        key="run_name",
        placeholder=next(names_to_try(spec, taken)) if spec is not None else "",
        max_chars=LONGEST_NAME,
        help=_("Leave it empty to use the suggested name."),
    )


def draw_start_bar() -> DeltaGenerator:
    """The place of Start and of what keeps it from starting: always in sight, however long the form is."""
    ground = theme_colour("secondaryBackgroundColor", "transparent")
    st.html(
        '<style>[data-testid="stLayoutWrapper"]:has(> .st-key-start_bar) {position: sticky; bottom: 0; z-index: 2;'
        f" padding: .6rem 0; background: {ground}}}</style>"
    )
    return st.container(key="start_bar", gap="xsmall")


def _start(started: Services, spec: Spec, experiment: str, name: str, taken: list[str]) -> None:
    st.session_state["pressed_at"] = time.monotonic()
    try:
        run = start(spec, experiment=experiment, name=name, taken=taken, submit=started.submit)
    except RunError as error:
        st.error(escape_markdown(_(str(error))))
        return
    choose(shown_after_start(chosen_keys(), run.key))
    st.session_state["started_run"] = True
    st.rerun()


def draw_experiment(started: Services) -> str:
    """The widget for the experiment: those that exist, the newest first, or a new name."""
    known = [view.run.experiment for view in newest_first(started.runs())] or [FIRST_EXPERIMENT]
    typed = st.session_state.get("experiment") or st.query_params.get("experiment") or known[0]
    chosen = st.selectbox(
        _("Experiment"),
        list(dict.fromkeys([*known, typed])),
        key="experiment",
        bind="query-params",
        accept_new_options=True,
        help=_("Runs of one experiment are drawn together. Type a new name to begin another."),
    )
    return str(chosen or FIRST_EXPERIMENT)


def _draw_answer(started: Services, spec: Spec, waiting: bool) -> None:
    """Says what will be built, and looks again every second until that is known."""
    answer = _ask(started, spec)
    if waiting and not isinstance(answer, Pending):
        st.rerun()
    reason = why(answer)
    st.caption(escape_markdown(sentence(answer)), help=escape_markdown(reason) if reason else None)


def _ask(started: Services, spec: Spec) -> Description | Pending | Refusal:
    last = st.session_state.get("refusal")
    answer = ask(started.inspector, spec, last, time.monotonic)
    st.session_state["refusal"] = answer if isinstance(answer, Refusal) else last
    return answer
