"""The form that asks for a comparison: a known question or one's own, how many seeds, and what is held equal."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from itertools import count
from typing import Any

import streamlit as st

from dashboard.comparison_question import (
    FIELD,
    LONGEST_TEXT,
    PRESET,
    TUNE,
    as_held,
    first_values,
    say_in_address,
    take,
    take_from_address,
    values_key,
)
from dashboard.language import _, counted
from dashboard.listing import RunView
from dashboard.new_run import draw_start_bar, draw_task
from dashboard.own_data import draw_own_data, draw_settings_with_own_data
from dashboard.plain_text import escape_markdown
from dashboard.run_progress import duration
from dashboard.services import Services
from dashboard.spec_form import label_of, shown_value, spec_from_form, widget_value
from dashboard.whole_experiment import begin, draw_name, draw_start
from trainers.comparisons import (
    COMPARISON_PRESETS,
    MOST_SEEDS,
    MOST_VALUES,
    Comparison,
    comparable_settings,
    comparison,
    start,
)
from trainers.launchers import Failed
from trainers.specs import InvalidSpec, Setting, Spec

SEEDS, NAME = "compare_seeds", "compare_name"
FIRST = "activation"
_FIRST_SEEDS = 3


@st.fragment
def draw_form(started: Services) -> None:
    """Draws the form in a part of its own: a changed setting redraws nothing but the form."""
    if PRESET not in st.session_state and FIELD not in st.session_state and not take_from_address():
        take(COMPARISON_PRESETS[FIRST])
    task = draw_task()
    if task == "classify":
        _draw_presets()
    setting = _draw_field(task)
    values = draw_values(task, setting)
    seeds = st.number_input(
        _("Seeds"),
        1,
        MOST_SEEDS,
        _FIRST_SEEDS,
        key=SEEDS,
        bind="query-params",
        help=_("How often each arm is trained."),
    )
    tune = st.toggle(
        _("Tune each arm"),
        key=TUNE,
        disabled=setting.name == "learning_rate",
        help=_(
            "Gives every arm the same few learning rates and keeps its best on the validation data. "
            "A comparison at one learning rate may favour one arm."
        ),
    )
    say_in_address(task, setting)
    st.markdown("###### " + _("Held equal"))
    given = {setting.name: widget_value(setting, values[0])} if values else {}
    form = draw_settings_with_own_data(started, task, given)
    base = None
    try:
        base = spec_from_form(task, form.values)
        asked = comparison(
            base, setting.name, values, seeds=int(seeds), tune=tune and setting.name != "learning_rate"
        )
    except InvalidSpec as error:
        with draw_start_bar():
            st.error(escape_markdown(_(str(error))))
    else:
        _draw_start(started, asked)
    draw_own_data(started, base, form.places)


def _take_chosen() -> None:
    if (name := st.session_state[PRESET]) is not None:
        take(COMPARISON_PRESETS[name])


def _draw_presets() -> None:
    name = st.selectbox(
        _("Question"),
        list(COMPARISON_PRESETS),
        index=None,
        format_func=lambda name: _(COMPARISON_PRESETS[name].title),
        key=PRESET,
        placeholder=_("A question of your own"),
        on_change=_take_chosen,
        help=_("Fills the form; everything can be changed afterwards."),
    )
    if name is not None:
        st.caption(escape_markdown(_(COMPARISON_PRESETS[name].explanation)))


def _draw_field(task: str) -> Setting:
    """The widget for the setting that differs."""
    known = {one.name: one for one in comparable_settings(task)}
    if st.session_state.get(FIELD) not in known:
        st.session_state[FIELD] = "learning_rate"
    chosen = st.selectbox(
        _("What differs"),
        list(known),
        format_func=lambda name: label_of(known[name]),
        key=FIELD,
        help=_("The one setting in which the arms differ."),
    )
    return known[chosen]


def draw_values(task: str, setting: Setting) -> list[Any]:
    """The widget for the values of what differs, as it fits the setting; gives them as they were typed or chosen."""
    key = values_key(task, setting)
    if setting.kind == "bool":
        st.caption(_("Compared: off and on."))
        return [False, True]
    st.session_state.setdefault(key, as_held(setting, first_values(setting)))
    if setting.kind == "choice":
        return st.multiselect(_("Its values"), setting.choices, key=key, max_selections=MOST_VALUES)
    typed = st.text_input(
        _("Its values"), key=key, max_chars=LONGEST_TEXT, help=_("Two to six numbers, separated by commas.")
    )
    return [part for part in re.split(r"[,;\s]+", typed) if part]


def free_name(asked: Comparison, taken: Collection[str]) -> str:
    """The first free name for a comparison's experiment: "activation-1"."""
    lower = {name.lower() for name in taken}
    return next(name for n in count(1) if (name := f"{asked.field}-{n}").lower() not in lower)


def known_seconds(asked: Comparison, views: Sequence[RunView], limit: int) -> float | None:
    """How long a comparison will take by what the same trainings took before; None where one has none like it."""
    lasted: dict[str, list[float]] = {}
    for view in views:
        status = view.status
        if view.spec is not None and status.state == "completed" and status.started and status.finished:
            lasted.setdefault(_without_seed(view.spec), []).append(status.finished - status.started)
    found = [lasted.get(_without_seed(one.spec)) for one in asked.planned()]
    if any(seconds is None for seconds in found):
        return None
    whole = sum(sum(seconds) / len(seconds) for seconds in found if seconds)
    return whole / max(1, min(limit, len(found)))


def _without_seed(spec: Spec) -> str:
    return spec.model_dump_json(exclude={"seed"})


def queue_line(asked: Comparison, seconds: float | None) -> str:
    """What Start will queue, and how long that takes as far as it is known."""
    runs = len(asked.planned())
    arms = counted("{n} arm", "{n} arms", len(asked.values)).format(n=len(asked.values))
    seeds = counted("{n} seed", "{n} seeds", asked.seeds).format(n=asked.seeds)
    factors = [arms, seeds]
    if asked.is_tuned:
        factors.append(_("{n} learning rates").format(n=len(asked.rates)))
    line = _("{factors}: {runs} runs.").format(factors=" × ".join(factors), runs=runs)
    if seconds is None:
        return line + " " + _("How long they take is known once the first one trains.")
    return line + " " + _("About {time}, as such runs took before.").format(time=duration(seconds))


def _draw_start(started: Services, asked: Comparison) -> None:
    experiment = draw_name(NAME, free_name(asked, {view.run.experiment for view in started.runs()}))
    if draw_start("start_comparison", refusal(started, asked), lambda: _start_line(started, asked)):
        begin_comparison(started, asked, experiment)


def _start_line(started: Services, asked: Comparison) -> str:
    return queue_line(asked, known_seconds(asked, started.runs(), started.settings.limit))


def refusal(started: Services, asked: Comparison) -> str:
    """Why one of the arms cannot be built here, as far as the helper has looked; empty where nothing is known."""
    for value in asked.values:
        spec = next(one.spec for one in asked.planned() if one.value == value)
        answer = started.inspector.describe(spec)
        if isinstance(answer, Failed):
            return f"{shown_value(value)}: {answer.sentence}"
    return ""


def begin_comparison(started: Services, asked: Comparison, experiment: str) -> None:
    """Queues a whole comparison and shows it; says on the page what keeps it from that."""
    begin(started, lambda: start(asked, started.settings.logdir, experiment), experiment)
