"""The beginning of a signal, drawn small."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import pandas as pd

from dashboard.charts.schedule import AXIS, HEIGHT
from dashboard.language import _


def signal_chart(first: Sequence[float], count: int, *, colour: str) -> alt.Chart:
    """The first of `count` values in their order, the place of each counted from 1."""
    rows = pd.DataFrame({"place": range(1, len(first) + 1), "value": first})
    title = _("all {n} values") if len(first) == count else _("the first {n} values")
    chart: alt.Chart = (
        alt.Chart(rows)
        .mark_line(strokeWidth=1.5)
        .encode(
            x=alt.X(
                "place:Q",
                title=title.format(n=len(first)),
                axis=alt.Axis(**AXIS, format=",d", tickMinStep=1),
                scale=alt.Scale(nice=False, zero=False),
            ),
            y=alt.Y(
                "value:Q",
                title=None,  # it stands below the choice of the column
                # In full: as a format of the axis it would be cut to the digits that tell the ticks apart, 2e+2.
                axis=alt.Axis(**AXIS, labelExpr="format(datum.value, '.6~g')"),
                scale=alt.Scale(zero=False),
            ),
            color=alt.value(colour),
            tooltip=[
                alt.Tooltip("place:Q", title=_("Value number"), format=",d"),
                alt.Tooltip("value:Q", title=_("Value"), format=".6~g"),
            ],
        )
        .properties(height=HEIGHT)
    )
    return chart
