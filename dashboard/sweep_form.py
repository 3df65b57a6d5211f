"""The form that asks for a sweep: which settings are searched and where, how many runs, and what all of them share."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from itertools import count

import streamlit as st

from dashboard.language import _, counted
from dashboard.new_run import draw_start_bar, draw_task
from dashboard.own_data import draw_own_data, draw_settings_with_own_data
from dashboard.plain_text import escape_markdown
from dashboard.services import Services
from dashboard.spec_form import FormValue, label_of, shown_value, spec_from_form, widget_value
from dashboard.sweep_question import (
    FIRST_METHOD,
    LONGEST_TEXT,
    METHOD,
    Places,
    fields_key,
    first_place,
    place_key,
    place_options,
    say_in_address,
    take_from_address,
)
from dashboard.whole_experiment import begin, draw_name, draw_start
from trainers.launchers import Failed
from trainers.specs import InvalidSpec, Setting, Spec
from trainers.sweeps import (
    LARGEST_BUDGET,
    METHODS,
    MOST_DIMENSIONS,
    Sweep,
    searchable_settings,
    start,
    sweep,
)

BUDGET, EARLY, NAME = "sweep_budget", "sweep_early", "sweep_name"
FIRST_FIELDS = ("learning_rate",)
FIRST_BUDGET = 8


@st.fragment
def draw_form(started: Services) -> None:
    """Draws the form in a part of its own: a changed setting redraws nothing but the form."""
    task = draw_task()
    known = {one.name: one for one in searchable_settings(task)}
    places = _draw_search(task, known)
    method = _draw_method()
    say_in_address(places, method)
    budget = st.number_input(
        _("Budget (runs)"),
        1,
        LARGEST_BUDGET,
        FIRST_BUDGET,
        key=BUDGET,
        bind="query-params",
        help=_("How many runs at most. Of a larger grid, some points are drawn."),
    )
    early = st.toggle(
        _("Stop hopeless runs early"),
        key=EARLY,
        bind="query-params",
        help=_(
            "The median rule: after three runs have ended, one that does worse than half of them did at the same "
            "epoch is stopped. It keeps its curve, and the tag “stopped early”."
        ),
    )
    st.markdown("###### " + _("Shared by all runs"))
    form = draw_settings_with_own_data(
        started, task, {name: _held(known[name], where) for name, where in places}
    )
    base = None
    try:
        base = spec_from_form(task, form.values)
        asked = _asked(base, places, method, int(budget), early)
    except InvalidSpec as error:
        with draw_start_bar():
            st.error(escape_markdown(_(str(error))))
    else:
        _draw_start(started, asked)
    draw_own_data(started, base, form.places)


@lru_cache(maxsize=128)
def _asked(base: Spec, places: Places, method: str, budget: int, early: bool) -> Sweep:
    """The sweep of a form; drawn once, however often the form is."""
    return sweep(base, dict(places), method=method, budget=budget, stop_early=early)


def _draw_search(task: str, known: dict[str, Setting]) -> Places:
    """The widgets for what is searched: the settings, and for each where."""
    key = fields_key(task)
    if key not in st.session_state and not take_from_address(task, known):
        st.session_state[key] = list(FIRST_FIELDS)
    chosen = st.multiselect(
        _("What is searched"),
        list(known),
        format_func=lambda name: label_of(known[name]),
        key=key,
        max_selections=MOST_DIMENSIONS,
        help=_("The settings in which the runs differ."),
    )
    return tuple((name, _draw_place(task, known[name])) for name in chosen)


def _draw_place(task: str, setting: Setting) -> tuple[str, ...] | str:
    """The widget for where a setting is searched: choices as such, numbers as typed."""
    key = place_key(task, setting)
    label = label_of(setting)
    if setting.kind in ("choice", "bool"):
        options = place_options(setting)
        st.session_state.setdefault(key, list(options[:3]))
        words = {"false": shown_value(False), "true": shown_value(True)}
        return tuple(
            st.multiselect(
                label,
                options,
                key=key,
                format_func=lambda one: words.get(one, one) if not setting.choices else one,
            )
        )
    st.session_state.setdefault(key, first_place(setting))
    typed = st.text_input(
        label,
        key=key,
        max_chars=LONGEST_TEXT,
        help=_("A range as 0.001..0.1, or values with commas between them as 0.001, 0.01."),
    )
    return typed.strip()


def _draw_method() -> str:
    st.session_state.setdefault(METHOD, FIRST_METHOD)
    words = {"random": _("At random"), "grid": _("Grid")}
    chosen = st.segmented_control(
        _("Search"),
        [*words],
        format_func=words.__getitem__,
        key=METHOD,
        required=True,
        help=_(
            "At random, every run tries a new value of every setting (Bergstra, Bengio 2012); a grid tries all "
            "combinations of given values."
        ),
    )
    return chosen or METHODS[0]


def _held(setting: Setting, where: tuple[str, ...] | str) -> FormValue:
    """What stands for a searched setting beside the shared ones, so that those show that have an effect."""
    if setting.kind == "choice" and where:
        return where[0]
    return widget_value(setting, setting.default)


def free_name(taken: Collection[str]) -> str:
    """The first free name for a sweep's experiment: "sweep-1"."""
    lower = {name.lower() for name in taken}
    return next(name for n in count(1) if (name := f"sweep-{n}") not in lower)


def _draw_start(started: Services, asked: Sweep) -> None:
    experiment = draw_name(NAME, free_name({view.run.experiment for view in started.runs()}))
    runs = len(asked.points)
    line = counted("{n} run.", "{n} runs, each with other settings.", runs).format(n=runs)
    if draw_start("start_sweep", refusal(started, asked), lambda: line):
        begin(started, lambda: start(asked, started.settings.logdir, experiment), experiment)


def refusal(started: Services, asked: Sweep) -> str:
    """Why the first run cannot be built here, as far as the helper has looked; empty where nothing is known."""
    answer = started.inspector.describe(asked.spec(asked.points[0]))
    return answer.sentence if isinstance(answer, Failed) else ""
