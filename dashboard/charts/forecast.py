"""A forecast: what happened, what was forecast one step ahead and free-running, and how the error grows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import altair as alt
import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from dashboard.language import _

# Each has a contrast of at least 3:1 with both grounds, and any two can be told apart by colour-blind people; see
# `dashboard.colours`. What differs in colour differs in its dashes too.
TRUTH, AHEAD, FREE, BASELINE = "truth", "ahead", "free", "baseline"
_COLOURS = {TRUTH: "#808080", AHEAD: "#0072B2", FREE: "#D55E00", BASELINE: "#009E73"}
_DASHES = {TRUTH: [1, 0], AHEAD: [1, 0], FREE: [7, 3], BASELINE: [2, 3]}
_WIDTHS = {TRUTH: 6.0, AHEAD: 1.8, FREE: 2.0, BASELINE: 1.6}


def words() -> dict[str, str]:
    """What the lines are called."""
    return {
        TRUTH: _("what happened"),
        AHEAD: _("one step ahead"),
        FREE: _("free-running"),
        BASELINE: _("repeating the last value"),
    }


def forecast_lines(times: ArrayLike, values: Mapping[str, ArrayLike]) -> pd.DataFrame:
    """One row a point of a line: time, line (its name) and value. A line that is shorter ends where the others do."""
    moments = np.asarray(times)
    parts = []
    for name, line in values.items():
        numbers = np.asarray(line, np.float64)
        parts.append(
            pd.DataFrame({"time": moments[len(moments) - len(numbers) :], "line": name, "value": numbers})
        )
    return pd.concat(parts, ignore_index=True)


def forecast_chart(
    lines: pd.DataFrame, *, starts: float, present: bool = False, height: int
) -> alt.LayerChart | alt.FacetChart:
    """The lines over time, with a rule where the forecast `starts`."""
    drawn = _lines(lines, _("time (values of the signal)"), "", present)
    rule = (
        alt.Chart(pd.DataFrame({"time": [starts]}))
        .mark_rule(color="#808080", strokeDash=[4, 4])
        .encode(x="time:Q", tooltip=alt.value(_("From here on the network goes on by itself.")))
    )
    return alt.layer(rule, drawn).properties(height=height)


def error_chart(lines: pd.DataFrame, *, height: int = 230) -> alt.LayerChart | alt.FacetChart:
    """The error by the number of steps ahead (in the column `time`)."""
    return alt.layer(_lines(lines, _("steps ahead"), _("error"), present=False)).properties(height=height)


def _lines(lines: pd.DataFrame, across_title: str, up_title: str, present: bool) -> alt.Chart:
    size = 24 if present else 13
    called = words()
    known = [name for name in called if name in set(lines["line"])]
    named = lines.assign(line=lines["line"].map(called))
    domain = [called[name] for name in known]
    axis: dict[str, Any] = {"labelFontSize": size, "titleFontSize": size, "titleFontWeight": "normal"}
    legend = alt.Legend(
        title=None,
        orient="top",
        labelFontSize=size,
        labelLimit=400,
        symbolSize=300,
        columns=2 if present else 4,
    )
    thicker = 1.5 if present else 1.0
    drawn: alt.Chart = (
        alt.Chart(named)
        .mark_line(interpolate="linear")
        .encode(
            x=alt.X(
                "time:Q",
                title=across_title,
                axis=alt.Axis(grid=False, format=",d", tickMinStep=1, **axis),
                scale=alt.Scale(nice=False, zero=False),
            ),
            y=alt.Y(
                "value:Q",
                title=up_title or None,
                axis=alt.Axis(tickCount=5, **axis),
                scale=alt.Scale(zero=bool(up_title)),
            ),
            color=alt.Color(
                "line:N",
                scale=alt.Scale(domain=domain, range=[_COLOURS[name] for name in known]),
                legend=legend,
            ),
            strokeDash=alt.StrokeDash(
                "line:N",
                scale=alt.Scale(domain=domain, range=[_DASHES[name] for name in known]),
                legend=legend,
            ),
            strokeWidth=alt.StrokeWidth(
                "line:N",
                scale=alt.Scale(domain=domain, range=[thicker * _WIDTHS[name] for name in known]),
                legend=legend,
            ),
            tooltip=[
                alt.Tooltip("line:N", title=" "),
                alt.Tooltip("time:Q", title=across_title, format=",d"),
                alt.Tooltip("value:Q", title=_("value"), format=".4g"),
            ],
        )
    )
    return drawn
