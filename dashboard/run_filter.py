"""What the reader looks for among the runs: kept in the address, so that a filtered table can be shared."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import get_args

import streamlit as st

from dashboard.language import _
from dashboard.listing import RunView
from dashboard.run_progress import state_word
from dashboard.run_table import ORDERS, RunRow, filtered, ordered
from trainers.runs import State


@dataclass(frozen=True)
class Asked:
    """A filter and an order; empty parts let everything through."""

    text: str = ""
    states: tuple[State, ...] = ()
    experiments: tuple[str, ...] = ()
    archived: bool = False
    order: str = "newest"

    def among(self, rows: Iterable[RunRow]) -> list[RunRow]:
        """The rows that match, in the order asked for."""
        found = filtered(
            rows, text=self.text, states=self.states, experiments=self.experiments, archived=self.archived
        )
        return ordered(found, self.order)


def draw_filter(views: Iterable[RunView]) -> Asked:
    """Draws one row of widgets and gives what they ask for."""
    seen = list(views)
    parts = st.columns([3, 2, 2, 1.6, 1.5], vertical_alignment="bottom")
    text = parts[0].text_input(
        _("Find"), key="find", placeholder=_("Name, setting or note"), bind="query-params"
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
        sorted({view.run.experiment for view in seen} | set(st.query_params.get_all("within"))),
        key="within",
        placeholder=_("All"),
        bind="query-params",
    )
    order = parts[3].selectbox(
        _("Sort by"), list(ORDERS), key="sort", format_func=order_word, bind="query-params"
    )
    archived = parts[4].toggle(_("Archived"), key="archived", bind="query-params")
    return Asked(text or "", tuple(states), tuple(experiments), archived, order)


def order_word(order: str) -> str:
    """What a reader calls an order of the rows."""
    return {
        "newest": _("newest"),
        "name": _("name"),
        "accuracy": _("accuracy"),
        "error": _("error"),
        "duration": _("duration"),
        "size": _("size on disk"),
    }[order]
