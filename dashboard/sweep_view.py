"""One sweep on its page: how far it is, which run is best, all runs in a table, and what leads to good results."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.charts.parallel_coordinates import Line
from dashboard.comparison_view import progress_words
from dashboard.language import _, counted
from dashboard.lasting_press import lasting_button
from dashboard.links import base_url, tensorboard_url
from dashboard.plain_text import escape_markdown
from dashboard.run_choice import PARAMETER
from dashboard.run_columns import STATE_COLOURS
from dashboard.run_extra_columns import is_numeric
from dashboard.run_fields import setting_label
from dashboard.run_parallel import Drawable, draw_lines
from dashboard.run_progress import state_word
from dashboard.services import Services
from dashboard.spec_form import changes_line, shown_value
from dashboard.theme import is_dark
from dashboard.whole_experiment import stop_all
from trainers.comparisons import Progress, progress_of
from trainers.specs import SPECS, settings
from trainers.sweeps import Dimension, Sweep, Trial, best, judged_by, results, runs_of

ROW_PIXELS, MOST_ROWS = 35, 14


@dataclass(frozen=True)
class Shown:
    """The sweep that a page shows: what was asked, in which experiment, on a slide or not."""

    asked: Sweep
    experiment: str
    present: bool


def title_of(asked: Sweep) -> str:
    """What a sweep searches: "Search: Learning rate, Activation"."""
    return _("Search: {settings}").format(settings=", ".join(_(setting_label(name)) for name in asked.search))


def search_line(asked: Sweep) -> str:
    """Where it searches and how, and what all runs share but for what is written about them."""
    places = " · ".join(f"{_(setting_label(name))} {place_words(one)}" for name, one in asked.search.items())
    runs = counted("{n} run", "{n} runs", len(asked.points)).format(n=len(asked.points))
    how = {
        "grid": _("grid of {runs}").format(runs=runs),
        "random": _("{runs} at random").format(runs=runs),
    }[asked.method]
    early = _("hopeless ones stopped early by the median rule") if asked.stop_early else ""
    untold = {one.name for one in settings(SPECS[asked.task]) if one.group == "summaries"}
    shared = changes_line(
        {name: value for name, value in asked.shared.items() if name not in untold}, asked.task
    )
    all_share = _("all share {settings}").format(settings=shared) if shared else ""
    return " · ".join(part for part in (places, how, early, all_share) if part)


def place_words(one: Dimension) -> str:
    """Where a setting is searched: "0.001 to 0.1 (logarithmic)", "relu, tanh"."""
    if not one.is_range:
        return ", ".join(shown_value(value) for value in one.values)
    words = _("{low} to {high}").format(low=shown_value(one.low), high=shown_value(one.high))
    return f"{words} ({_('logarithmic')})" if one.logarithmic else words


def draw_view(started: Services, shown: Shown) -> None:
    """Draws a whole sweep."""
    now = _now(started, shown)
    st.title(escape_markdown(title_of(shown.asked)))
    if not shown.present:
        st.caption(escape_markdown(search_line(shown.asked)))
    every = 2 if now.goes_on else None
    st.fragment(_draw_results, run_every=every)(started, shown, now.goes_on)


def _now(started: Services, shown: Shown) -> Progress:
    runs = runs_of(shown.asked, started.settings.logdir, shown.experiment)
    return progress_of([(one.name, run) for one, run in runs], limit=started.settings.limit)


def _draw_results(started: Services, shown: Shown, watching: bool) -> None:
    now = _now(started, shown)
    if now.goes_on != watching:
        st.rerun()
    trials = results(shown.asked, started.settings.logdir, shown.experiment)
    st.markdown("#### " + escape_markdown(best_sentence(shown.asked, trials)))
    if now.error:
        st.error(escape_markdown(now.error))
    if now.goes_on:
        _draw_progress(started, shown, now)
    draw_lines(lines_of(shown.asked, trials), present=shown.present)
    if not shown.present:
        _draw_links(shown, trials)
        draw_trials(shown.asked, trials)


def best_sentence(asked: Sweep, trials: Sequence[Trial]) -> str:
    """Which run is best, and that validation chose it; no more than the numbers say."""
    measure = judged_by(asked.task)
    found = best(trials, measure)
    if found is None:
        return _("No run has ended yet: there is nothing to choose from.")
    point = changes_line(found.point, asked.task)
    template = (
        _("Best of {n} by validation: {point}, with {validation} (on the test data {test}).")
        if found.test is not None
        else _("Best of {n} by validation: {point}, with {validation}.")
    )
    ended = sum(one.state == "completed" for one in trials)
    return template.format(
        n=ended, point=point, validation=_number(found.validation, measure), test=_number(found.test, measure)
    )


def _number(value: float | None, measure: str) -> str:
    if value is None:
        return "–"
    return f"{100 * value:.2f}\u00a0%" if measure == "accuracy" else f"{value:.4g}"


def lines_of(asked: Sweep, trials: Sequence[Trial]) -> Drawable:
    """The runs as lines through the settings that are searched, and what each reached on the validation data."""
    measure = judged_by(asked.task)
    lines = tuple(
        Line(
            one.run.split("/", 1)[1],
            {_(setting_label(name)): one.point.get(name) for name in asked.search},
            one.validation,
        )
        for one in trials
        if one.validation is not None
    )
    title = _("Validation accuracy") if measure == "accuracy" else _("Validation error")
    return Drawable(lines, title, measure == "accuracy", len(trials) - len(lines))


def _draw_progress(started: Services, shown: Shown, now: Progress) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.progress(now.share, text=escape_markdown(progress_words(now)))
        if not shown.present and lasting_button(
            _("Stop all"), key="stop_sweep", icon=":material/stop_circle:"
        ):
            stop_all(
                started,
                [run for _one, run in runs_of(shown.asked, started.settings.logdir, shown.experiment)],
            )


def _draw_links(shown: Shown, trials: Sequence[Trial]) -> None:
    """The same runs elsewhere: in the table of all runs, and in TensorBoard's table of hyperparameters."""
    measure = "best validation/" + judged_by(shown.asked.task)
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.page_link(
            "dashboard/pages/runs.py",
            label=_("Table of runs"),
            icon=":material/list:",
            query_params={
                "within": shown.experiment,
                "column": [*shown.asked.search, measure],
                "sort": measure,
            },
        )
        found = best(trials, judged_by(shown.asked.task))
        if found is not None:
            st.page_link(
                "dashboard/pages/train.py",
                label=_("Best run"),
                icon=":material/school:",
                query_params={PARAMETER: found.run},
            )
        # All runs of the experiment, by its name: two hundred names would make no address.
        address = tensorboard_url(base_url(), runs=[shown.experiment], dark=is_dark(), tab="hparams")
        st.link_button(
            _("TensorBoard's HParams"),
            address,
            icon=":material/monitoring:",
            type="tertiary",
            width="content",
        )


def draw_trials(asked: Sweep, trials: Sequence[Trial]) -> None:
    """All runs, the best first by what they validate, those without a result in their turn."""
    measure = judged_by(asked.task)
    frame = trial_frame(asked, trials)
    number = "%.2f %%" if measure == "accuracy" else "%.4g"
    column = st.column_config
    config: dict[str, Any] = {
        "run": column.TextColumn(_("Run"), width=250),
        "state": column.MultiselectColumn(
            _("State"),
            options=[*(state_word(state) for state in STATE_COLOURS), _("stopped early")],
            color=[*STATE_COLOURS.values(), "#e69f00"],
            width=110,
        ),
        "validation": column.NumberColumn(_("Validation"), format=number, width=100),
        "test": column.NumberColumn(_("Test"), format=number, width=90),
        "seconds": column.NumberColumn(_("Seconds"), format="%.1f", width=90),
        **{name: _setting_column(name, frame[name]) for name in asked.search},
    }
    st.dataframe(
        frame,
        column_config=config,
        hide_index=True,
        row_height=ROW_PIXELS,
        height=ROW_PIXELS * (1 + min(max(len(frame), 1), MOST_ROWS)) + 3,
        placeholder="–",
        key="sweep_trials",
    )


def _setting_column(name: str, values: pd.Series[Any]) -> Any:
    title = _(setting_label(name))
    if values.dtype == float:
        return st.column_config.NumberColumn(title, format="%.4g")
    return st.column_config.TextColumn(title)


def trial_frame(asked: Sweep, trials: Sequence[Trial]) -> pd.DataFrame:
    """run, state, each searched setting, validation, test, seconds; accuracies in percent."""
    measure = judged_by(asked.task)
    sign = -1.0 if measure == "accuracy" else 1.0
    order = sorted(
        trials, key=lambda one: (one.validation is None, sign * one.validation if one.validation else 0.0)
    )
    scale = 100.0 if measure == "accuracy" else 1.0
    table: dict[str, Any] = {
        "run": [one.run.split("/", 1)[1] for one in order],
        "state": [[_("stopped early") if one.stopped_early else state_word(one.state)] for one in order],
    }
    for name in asked.search:
        known = [one.point.get(name) for one in order]
        numbers = is_numeric(known)
        table[name] = pd.Series(
            known if numbers else [shown_value(value) for value in known], dtype=float if numbers else object
        )
    for name in ("validation", "test"):
        values = [getattr(one, name) for one in order]
        table[name] = pd.Series([None if value is None else scale * value for value in values], dtype=float)
    table["seconds"] = pd.Series([one.seconds for one in order], dtype=float)
    return pd.DataFrame(table)
