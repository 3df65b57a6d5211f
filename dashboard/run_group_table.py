"""The groups of the runs on the screen: a row for each value, with mean and standard deviation of every result."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.language import _
from dashboard.run_filter import group_word
from dashboard.run_groups import MEASURES, Group, grouped
from dashboard.run_progress import state_word
from dashboard.run_table import RunRow
from dashboard.spec_form import shown_value

ROW_PIXELS = 35
MOST_ROWS = 8
SHARES = ("test_accuracy", "validation_accuracy")


def draw_groups(rows: Sequence[RunRow], field: str) -> None:
    """Draws the table of groups above that of the runs."""
    groups = grouped(rows, field)
    frame = group_frame(groups, field)
    st.dataframe(
        frame,
        column_config=_config(field),
        hide_index=True,
        height=ROW_PIXELS * (1 + min(len(frame), MOST_ROWS)) + 3,
        row_height=ROW_PIXELS,
        placeholder="–",
        key="run_groups",
    )


def group_frame(groups: Sequence[Group], field: str) -> pd.DataFrame:
    """value, runs, and for each measure that a group has: its mean, its deviation, and how many runs have it.

    Accuracies are in percent.
    """
    told = [name for name in MEASURES if any(name in group.measures for group in groups)]
    table: dict[str, list[Any]] = {
        "value": [_shown(group, field) for group in groups],
        "runs": [group.count for group in groups],
    }
    for name in told:
        scale = 100.0 if name in SHARES else 1.0
        spreads = [group.measures.get(name) for group in groups]
        table[name] = [None if one is None else scale * one.mean for one in spreads]
        table[f"{name}_deviation"] = [
            None if one is None or one.deviation is None else scale * one.deviation for one in spreads
        ]
        # One number of runs a row is enough, unless some of them have no such result.
        if any(one is not None and one.n != group.count for one, group in zip(spreads, groups, strict=True)):
            table[f"{name}_count"] = [0 if one is None else one.n for one in spreads]
    numbers = [name for name in table if name not in ("value", "runs") and not name.endswith("_count")]
    return pd.DataFrame(table).astype(dict.fromkeys(numbers, float))


def _shown(group: Group, field: str) -> str:
    return state_word(group.value) if field == "state" else shown_value(group.value)  # type: ignore[arg-type]


def _config(field: str) -> dict[str, Any]:
    column = st.column_config
    measures = {
        "test_accuracy": _("Test"),
        "validation_accuracy": _("Validation"),
        "test_error": _("Test error"),
        "validation_error": _("Validation error"),
        "total_loss": _("Total loss"),
        "seconds": _("Seconds"),
    }
    config: dict[str, Any] = {
        "value": column.TextColumn(group_word(field), width=180),
        "runs": column.NumberColumn(_("Runs"), width=70),
    }
    for name, title in measures.items():
        number = "%.2f %%" if name in SHARES else "%.4g"
        config[name] = column.NumberColumn(
            title, width=110, format=number, help=_("Mean of the group's runs")
        )
        config[f"{name}_deviation"] = column.NumberColumn(
            _("± sd"),
            width=80,
            format="%.2f" if name in SHARES else "%.3g",
            help=_("Standard deviation of the group's runs; none for one run"),
        )
        config[f"{name}_count"] = column.NumberColumn(
            _("of"), width=50, help=_("How many of the group's runs have this result")
        )
    return config
