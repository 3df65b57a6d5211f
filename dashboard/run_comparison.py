"""The chosen runs beside each other on the Runs page: their curves in one chart, and the settings they do not share."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from dashboard.curve_choices import draw_choices
from dashboard.language import _
from dashboard.live_curves import (
    DrawnRun,
    draw_curves,
    has_seeds,
    say_left_out,
    settings_but_seed,
    task_of,
)
from dashboard.run_table import RunRow, differing_settings
from dashboard.services import Services
from dashboard.shown_runs import MOST_SHOWN, run_labels


def draw_comparison(started: Services, rows: Sequence[RunRow], *, present: bool = False) -> None:
    """Draws the curves of the chosen runs and a table of what differs among them; nothing for no runs."""
    if not rows:
        return
    drawn = rows[:MOST_SHOWN]
    say_left_out(len(drawn), len(rows))
    labels = names(drawn)
    specs = {view.key: view.spec for view in started.runs()}
    runs = [
        DrawnRun(
            row.key,
            labels[row.key],
            row.colour,
            task=task_of(specs.get(row.key)),
            alike=settings_but_seed(specs.get(row.key)),
        )
        for row in drawn
    ]
    choices = draw_choices(hidden=present, offer_means=False if has_seeds(runs) else None)
    draw_curves(runs, choices, started.reader, present=present)
    if not present:
        _draw_differences(started, drawn)


def names(rows: Sequence[RunRow]) -> dict[str, str]:
    """What each run is called in the charts: the name that people gave it, if it is the only one of that name."""
    labels = run_labels([row.key for row in rows])
    given = [row.name for row in rows if row.name != row.run.name]
    return {row.key: row.name if given.count(row.name) == 1 else labels[row.key] for row in rows}


def _draw_differences(started: Services, rows: Sequence[RunRow]) -> None:
    keys = {row.key for row in rows}
    specs = {view.key: view.spec for view in started.runs() if view.key in keys and view.spec is not None}
    table = differing_settings(specs)
    if not table:
        return
    labels = names(rows)
    st.markdown("###### " + _("Where their settings differ"))
    frame = pd.DataFrame(
        {labels[row.key]: [values[row.key] for values in table.values()] for row in rows if row.key in specs},
        index=[_(label) for label in table],
    )
    st.dataframe(frame, row_height=32)
