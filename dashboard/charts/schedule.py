"""How the learning rate will change while a network trains, drawn small."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

from dashboard.language import _

# Of a drawing to be taken in at a glance, in a narrow column.
HEIGHT = 110  # pixels
AXIS: dict[str, Any] = {"grid": False, "tickCount": 4, "titleFontWeight": "normal", "titlePadding": 4}


def schedule_chart(
    steps: Sequence[int],
    epochs: Sequence[float],
    rates: Sequence[float],
    *,
    colour: str,
    stepwise: bool = False,
) -> alt.Chart:
    """The learning rate over the epochs, alike long; `stepwise` where it jumps and stays, rather than glides."""
    rows = pd.DataFrame({"step": steps, "epoch": epochs, "rate": rates})
    chart: alt.Chart = (
        alt.Chart(rows)
        .mark_line(strokeWidth=2, interpolate="step-after" if stepwise else "linear")
        .encode(
            x=alt.X("epoch:Q", title=_("Epoch"), axis=alt.Axis(**AXIS), scale=alt.Scale(nice=False)),
            y=alt.Y(
                "rate:Q",
                title=None,  # it stands below the setting of that name
                # Few digits: 0.001 and 1e-7 both fit the narrow column.
                axis=alt.Axis(**AXIS, format="~g"),
                scale=alt.Scale(zero=True),
            ),
            color=alt.value(colour),
            tooltip=[
                alt.Tooltip("step:Q", title=_("Step"), format=","),
                alt.Tooltip("epoch:Q", title=_("Epoch"), format=".2f"),
                alt.Tooltip("rate:Q", title=_("Learning rate"), format=".3~g"),
            ],
        )
        .properties(height=HEIGHT)
    )
    return chart
