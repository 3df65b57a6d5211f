"""What the reader looks for among the runs: kept in the address, so that a filtered table can be shared."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import get_args

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard.language import _
from dashboard.plain_text import escape_markdown
from dashboard.reading import CurveEnds, Reader
from dashboard.run_extra_columns import Column, column_of, column_values, end_of, offered
from dashboard.run_fields import fields, setting_fields, setting_label, setting_values, values
from dashboard.run_groups import OTHER_FIELDS
from dashboard.run_progress import state_word
from dashboard.run_query import LONGEST, Query, QueryError, Value, parse_query
from dashboard.run_table import ORDERS, RunRow, filtered, ordered
from trainers.runs import State


@dataclass(frozen=True)
class Asked:
    """A filter, an order and a way to look at the rows; empty parts let everything through."""

    text: str = ""
    states: tuple[State, ...] = ()
    experiments: tuple[str, ...] = ()
    archived: bool = False
    order: str = "newest"
    query: Query | None = None
    columns: tuple[Column, ...] = ()
    group: str = ""
    parallel: bool = False

    def among(self, rows: Iterable[RunRow], ends: CurveEnds | None = None) -> list[RunRow]:
        """The rows that match, in the order asked for; `ends` knows the curves that columns show."""
        found = filtered(
            rows, text=self.text, states=self.states, experiments=self.experiments, archived=self.archived
        )
        if self.query is not None:
            found = [row for row in found if self.query.matches(values(row))]
        column = column_of(self.order) if self.order not in ORDERS else None
        if column is None or ends is None:
            return ordered(found, self.order if self.order in ORDERS else "newest")
        return by_column(ordered(found, "newest"), column, ends)


def by_column(rows: Sequence[RunRow], column: Column, ends: CurveEnds) -> list[RunRow]:
    """The rows by what a column holds, best or smallest first, unknown last, equal ones as they stood."""
    [held] = column_values(rows, [column], ends)
    falling = column.which != "" and (column.which == "last" or end_of(column) == "highest")
    places = {row.key: _place(value, falling) for row, value in zip(rows, held, strict=True)}
    return sorted(rows, key=lambda row: places[row.key])


def _place(value: Value, falling: bool) -> tuple[int, float, str]:
    if isinstance(value, bool | int | float) and math.isfinite(value):
        return (0, -float(value) if falling else float(value), "")
    return (1, 0.0, str(value)) if isinstance(value, str) else (2, 0.0, "")


def draw_filter(rows: Sequence[RunRow], reader: Reader) -> Asked:
    """Draws two rows of widgets and gives what they ask for."""
    parts = st.columns([3, 2, 2, 1.6, 1.5], vertical_alignment="bottom")
    text = parts[0].text_input(
        _("Find"), key="find", placeholder=_("Name, setting, tag or note"), bind="query-params"
    )
    states = parts[1].multiselect(
        _("State"),
        get_args(State),
        key="state",
        format_func=state_word,
        placeholder=_("All"),
        bind="query-params",
    )
    experiments = parts[2].multiselect(
        _("Experiment"),
        # What the address asks for stays asked for when the last run of that experiment is gone.
        sorted({row.run.experiment for row in rows} | set(st.query_params.get_all("within"))),
        key="within",
        placeholder=_("All"),
        bind="query-params",
    )
    archived = parts[4].toggle(_("Archived"), key="archived", bind="query-params")
    second = st.columns([3, 4, 1.6, 1.5], vertical_alignment="bottom")
    columns = _draw_columns(second[1], rows, reader)
    group = _draw_group(second[2], rows)
    parallel = second[3].toggle(
        _("Lines"),
        key="parallel",
        bind="query-params",
        help=_("Parallel coordinates: a line through the settings and the result of each run."),
    )
    order = parts[3].selectbox(
        _("Sort by"),
        [*ORDERS, *(column.key for column in columns)],
        key="sort",
        format_func=order_word,
        bind="query-params",
    )
    query = _draw_query(second[0], rows)
    return Asked(
        text or "", tuple(states), tuple(experiments), archived, order, query, columns, group or "", parallel
    )


def _draw_query(place: DeltaGenerator, rows: Sequence[RunRow]) -> Query | None:
    """The widget for the query; what is wrong with it stands below the widgets, and it then lets everything through."""
    text = place.text_input(
        _("Query"),
        key="query",
        placeholder=_('model == "lenet5" and lr < 0.01'),
        max_chars=LONGEST,
        bind="query-params",
        help=_(
            "Compares settings by their names on the command line (lr is short for learning_rate) and results: "
            "accuracy (0 to 1), error, loss, seconds, state, tags, name, experiment. Join with and, or, not; "
            'lists as in model in ("mlp", "lenet5"); tags as in "baseline" in tags.'
        ),
    )
    if not (text or "").strip():
        return None
    try:
        return parse_query(text, fields(rows))
    except QueryError as error:
        st.error(escape_markdown(error))
        return None


def _draw_columns(place: DeltaGenerator, rows: Sequence[RunRow], reader: Reader) -> tuple[Column, ...]:
    known = {column.key: column for column in offered(rows, reader)}
    # What the address asks for stays asked for while the curves are not there yet.
    for key in st.query_params.get_all("column"):
        if key not in known and (column := column_of(key)) is not None:
            known[key] = column
    chosen = place.multiselect(
        _("Columns"),
        list(known),
        key="column",
        placeholder=_("Settings, and the last or best value of a curve"),
        bind="query-params",
        help=_("Best is the lowest value of a loss or an error, and the highest of everything else."),
    )
    return tuple(known[key] for key in chosen)


def _draw_group(place: DeltaGenerator, rows: Sequence[RunRow]) -> str | None:
    held = {name for row in rows for name in setting_values(row.spec)}
    names = [*OTHER_FIELDS, *(name for name in setting_fields() if name in held)]
    return place.selectbox(
        _("Group by"),
        names,
        index=None,
        key="group",
        placeholder=_("Nothing"),
        bind="query-params",
        help=_("Mean and standard deviation of the results of runs that share a value."),
    )


def group_word(name: str) -> str:
    """What a reader calls a field to group by."""
    others = {"experiment": _("Experiment"), "task": _("Task"), "state": _("State")}
    return others.get(name) or _(setting_label(name))


def order_word(order: str) -> str:
    """What a reader calls an order of the rows; a column by its name, as queries and addresses do."""
    words = {
        "newest": _("newest"),
        "name": _("name"),
        "accuracy": _("accuracy"),
        "error": _("error"),
        "duration": _("duration"),
        "size": _("size on disk"),
    }
    return words.get(order, order)
