"""How large gradients are in each layer, arm beside arm: why a stack of sigmoid learns slowly, in one picture."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd

from dashboard.language import _

HEIGHT, SLIDE_HEIGHT = 420, 600  # pixels, with axes and legend
_LAYERS_IN_A_ROW = 3  # whose names fit below their bars in half a page


def norm_bars(arms: Mapping[str, Mapping[str, float]]) -> pd.DataFrame:
    """One row a bar: arm, layer, norm, and `foot`, the power of ten below all of them, where bars of a log axis begin.

    Layers stand in the order of the arm that has most of them. What vanished altogether has no place on a log axis.
    """
    rows = [
        {"arm": arm, "layer": layer, "norm": norm}
        for arm, norms in arms.items()
        for layer, norm in norms.items()
        if norm > 0 and math.isfinite(norm)
    ]
    frame = pd.DataFrame(rows, columns=["arm", "layer", "norm"])
    frame["foot"] = 10.0 ** math.floor(math.log10(frame["norm"].min()) - 1e-9) if rows else 1.0
    return frame


def layer_order(arms: Mapping[str, Mapping[str, float]]) -> list[str]:
    """All layers from the input on: those of the longest arm, then what only others have."""
    longest = sorted(arms.values(), key=len, reverse=True)
    return list(dict.fromkeys(layer for norms in longest for layer in norms))


def powers_of_ten(low: float, high: float) -> list[float]:
    """Those from `low` to `high`: what a logarithmic axis names, and no crowd of lines between."""
    first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
    return [10.0**power for power in range(first, last + 1)]


def gradient_norm_chart(
    arms: Mapping[str, Mapping[str, float]],
    *,
    colours: Sequence[str],
    present: bool = False,
) -> alt.Chart:
    """Bars over layers on a logarithmic axis; `colours` are the arms', in their order."""
    bars = norm_bars(arms)
    size = 24 if present else 13
    axis: dict[str, Any] = {"labelFontSize": size, "titleFontSize": size, "titleFontWeight": "normal"}
    names = list(arms)
    few = len(layer_order(arms)) <= _LAYERS_IN_A_ROW
    foot = float(bars["foot"].min()) if len(bars) else 1.0
    top = float(bars["norm"].max()) * 1.5 if len(bars) else 10.0
    chart: alt.Chart = (
        alt.Chart(bars)
        .mark_bar(cornerRadiusEnd=3)
        .encode(
            x=alt.X(
                "layer:N",
                sort=layer_order(arms),
                title=_("Layer, from the input on"),
                axis=alt.Axis(labelAngle=0 if few else -35, labelLimit=160, labelOverlap=False, **axis),
                scale=alt.Scale(paddingInner=0.25),
            ),
            xOffset=alt.XOffset("arm:N", sort=names),
            y=alt.Y(
                "norm:Q",
                title=_("Norm of the gradient"),
                scale=alt.Scale(type="log", domain=[foot, top], nice=False),
                axis=alt.Axis(format="~g", values=powers_of_ten(foot, top), **axis),
            ),
            y2="foot:Q",
            color=alt.Color(
                "arm:N",
                sort=names,
                scale=alt.Scale(domain=names, range=list(colours)),
                legend=alt.Legend(title=None, orient="top", labelFontSize=size, symbolType="square"),
            ),
            tooltip=[
                alt.Tooltip("arm:N", title=_("Arm")),
                alt.Tooltip("layer:N", title=_("Layer")),
                alt.Tooltip("norm:Q", title=_("Norm of the gradient"), format=".3~g"),
            ],
        )
        .properties(height=SLIDE_HEIGHT if present else HEIGHT)
    )
    return chart
