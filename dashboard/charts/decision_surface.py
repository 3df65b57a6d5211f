"""A decision surface: what a network says of every place in a plane, with the points it learns from on top."""

from __future__ import annotations

from typing import Any

import altair as alt
import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from dashboard.language import _

# Blue and vermilion of Okabe, Ito (2008), "Color Universal Design": told apart by colour-blind people too.
FIRST, SECOND = "#0072B2", "#D55E00"
_STRENGTH = 0.8  # of the surest place's colour, so that the points stand out


def surface_cells(probabilities: ArrayLike, across: ArrayLike, up: ArrayLike) -> pd.DataFrame:
    """One row a place of the grid: left, right, bottom, top (of its cell) and `probability` of the second kind.

    probabilities float [n, m], rows from the bottom; across float [m] and up float [n] are the cells' middles.
    """
    values = np.asarray(probabilities, np.float64)
    columns, rows = np.meshgrid(np.asarray(across, np.float64), np.asarray(up, np.float64))
    # Neighbours overlap by a hair, or the background would shine through between them.
    wide, high = (0.52 * abs(axis[1] - axis[0]) for axis in (columns[0], rows[:, 0]))
    return pd.DataFrame(
        {
            "left": (columns - wide).ravel(),
            "right": (columns + wide).ravel(),
            "bottom": (rows - high).ravel(),
            "top": (rows + high).ravel(),
            "probability": np.round(values, 3).ravel(),
        }
    )


def surface_points(positions: ArrayLike, labels: ArrayLike) -> pd.DataFrame:
    """One row a point: x, y and `kind`, "A" or "B"; positions float [n, 2], labels int [n]."""
    places = np.asarray(positions, np.float64)
    kinds = np.where(np.asarray(labels) == 1, "B", "A")
    return pd.DataFrame({"x": places[:, 0], "y": places[:, 1], "kind": kinds})


def surface_chart(
    cells: pd.DataFrame, points: pd.DataFrame, *, undecided: str, present: bool = False, height: int = 430
) -> alt.LayerChart | alt.FacetChart:
    """The plane in the colours of the two answers, fading to the colour `undecided` (the page's ground) between.

    Kinds differ in colour and in shape: circles are of kind A, triangles of kind B.
    """
    words = 24 if present else 13
    axis: dict[str, Any] = {"grid": False, "labelFontSize": words, "tickCount": 5}
    domain = [[float(cells[low].min()), float(cells[high].max())] for low, high in _SIDES]
    horizontal, vertical = (alt.Scale(domain=ends, nice=False, zero=False) for ends in domain)
    surface = (
        alt.Chart(cells)
        .mark_rect(clip=True)
        .encode(
            x=alt.X("left:Q", scale=horizontal, axis=alt.Axis(title=None, **axis)),
            x2="right:Q",
            y=alt.Y("bottom:Q", scale=vertical, axis=alt.Axis(title=None, **axis)),
            y2="top:Q",
            color=alt.Color(
                "probability:Q",
                scale=alt.Scale(
                    domain=[0, 0.5, 1],
                    range=[_faded(FIRST, undecided), undecided, _faded(SECOND, undecided)],
                    interpolate="rgb",
                ),
                legend=None,
            ),
            tooltip=[alt.Tooltip("probability:Q", title=_("How sure of B"), format=".1%")],
        )
    )
    dots = (
        alt.Chart(points)
        .mark_point(
            filled=True, opacity=1, size=160 if present else 46, strokeWidth=1, stroke=undecided, clip=True
        )
        .encode(
            x=alt.X("x:Q", scale=horizontal),
            y=alt.Y("y:Q", scale=vertical),
            shape=alt.Shape(
                "kind:N", scale=alt.Scale(domain=["A", "B"], range=["circle", "triangle-up"]), legend=None
            ),
            fill=alt.Fill("kind:N", scale=alt.Scale(domain=["A", "B"], range=[FIRST, SECOND]), legend=None),
            tooltip=[alt.Tooltip("kind:N", title=_("It is of kind"))],
        )
    )
    return alt.layer(surface, dots).properties(height=height)


_SIDES = (("left", "right"), ("bottom", "top"))


def _faded(colour: str, ground: str) -> str:
    """A colour so near the ground that a point of the full colour stands out from it, as "#rrggbb"."""
    parts = [
        round(
            _STRENGTH * int(colour[place : place + 2], 16)
            + (1 - _STRENGTH) * int(ground[place : place + 2], 16)
        )
        for place in (1, 3, 5)
    ]
    return "#" + "".join(f"{part:02x}" for part in parts)
