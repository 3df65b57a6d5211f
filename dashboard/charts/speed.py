"""How fast one network trains with each device, precision and number of threads: a bar each, with its spread."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

from dashboard.language import _, counted
from trainers.launchers import SpeedRow

BAR_PIXELS = 44


def setup_label(row: SpeedRow) -> str:
    """What a row was measured with: "CPU · 2 threads · float32"."""
    if row.device == "gpu":
        return _("GPU {number} · {precision}").format(number=row.gpu, precision=row.precision)
    threads = counted("{n} thread", "{n} threads", row.threads).format(n=row.threads)
    return _("CPU · {threads} · {precision}").format(threads=threads, precision=row.precision)


def speed_rows(rows: Sequence[SpeedRow]) -> pd.DataFrame:
    """The measured rows: setup, images (a second: median), low, high (quartiles), ratio (to the slowest), said."""
    measured = [row for row in rows if row.images_per_second is not None]
    return pd.DataFrame(
        {
            "setup": [setup_label(row) for row in measured],
            "images": [row.images_per_second for row in measured],
            "low": [row.low for row in measured],
            "high": [row.high for row in measured],
            "ratio": [row.ratio for row in measured],
            "said": [
                _("{images} images/s, {ratio} ×").format(
                    images=f"{row.images_per_second:,.0f}", ratio=f"{row.ratio or 1:.2f}"
                )
                for row in measured
            ],
        }
    )


def speed_chart(
    rows: Sequence[SpeedRow], *, colour: str, ink: str, present: bool = False
) -> alt.LayerChart | alt.FacetChart:
    """Bars of images a second with a line from the lower to the upper quartile; `ink` is the text's colour."""
    table = speed_rows(rows)
    size = 24 if present else 13
    axis: dict[str, Any] = {
        "labelFontSize": size,
        "titleFontSize": size,
        "titleFontWeight": "normal",
        "labelColor": ink,
    }
    most = float(table["high"].max()) if len(table) else 1.0
    base = alt.Chart(table).encode(
        y=alt.Y(
            "setup:N",
            sort=list(table["setup"]),
            title=None,
            axis=alt.Axis(labelLimit=400, ticks=False, **axis),
        ),
        tooltip=[
            alt.Tooltip("setup:N", title=_("Setup")),
            alt.Tooltip("images:Q", title=_("Images per second, median"), format=",.0f"),
            alt.Tooltip("low:Q", title=_("A quarter of the pieces was slower than"), format=",.0f"),
            alt.Tooltip("high:Q", title=_("A quarter of the pieces was faster than"), format=",.0f"),
            alt.Tooltip("ratio:Q", title=_("Times the slowest"), format=".2f"),
        ],
    )
    # Room for the words behind the longest bar.
    across = alt.Scale(domain=[0, most * (1.9 if present else 1.35)], nice=False)
    bars = base.mark_bar(color=colour, cornerRadiusEnd=3, height={"band": 0.62}).encode(
        x=alt.X(
            "images:Q",
            title=_("Images per second"),
            scale=across,
            axis=alt.Axis(grid=False, tickCount=5, format=",~f", **axis),
        )
    )
    spread = base.mark_rule(color=ink, strokeWidth=3 if present else 2).encode(
        x=alt.X("low:Q", scale=across), x2="high:Q"
    )
    words = base.mark_text(align="left", dx=10, fontSize=size, color=ink).encode(
        x=alt.X("high:Q", scale=across), text="said:N"
    )
    return alt.layer(bars, spread, words).properties(
        height=(2 if present else 1) * BAR_PIXELS * max(1, len(table)) + 60
    )
