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
_STRENGTH = 0.55  # of the surest place's colour, so that the points stand out


def surface_cells(probabilities: ArrayLike, across: ArrayLike, up: ArrayLike) -> pd.DataFrame:
    """One row a place of the grid: left, right, bottom, top (of its cell) and `probability` of the second kind.

    probabilities float [n, m], rows from the bottom; across float [m] and up float [n] are the cells' middles.
    """
    values = np.asarray(probabilities, np.float64)
    columns, rows = np.meshgrid(np.asarray(across, np.float64), np.asarray(up, np.float64))
    # Each reaches a cell further, where its neighbours, drawn later, cover it: side by side, the background would
    # shine through between them.
    wide, high = (abs(axis[1] - axis[0]) for axis in (columns[0], rows[:, 0]))
    return pd.DataFrame(
        {
            "left": (columns - wide / 2).ravel(),
            "right": (columns + wide * 1.5).ravel(),
            "bottom": (rows - high / 2).ravel(),
            "top": (rows + high * 1.5).ravel(),
            "probability": np.round(values, 3).ravel(),
        }
    )


def boundary_lines(probabilities: ArrayLike, across: ArrayLike, up: ArrayLike) -> pd.DataFrame:
    """Where the probability is one half: one row a short line from (x, y) to (x2, y2).

    Each square of four neighbouring places is crossed where the probability passes one half between two of them, taken
    as a straight line there ("marching squares"). Arguments as in `surface_cells`.
    """
    over = np.asarray(probabilities, np.float64) - 0.5
    over = np.where(
        over == 0, 1e-9, over
    )  # what is exactly undecided counts as B, so that no crossing is lost
    places = np.stack(np.meshgrid(np.asarray(across, np.float64), np.asarray(up, np.float64)), axis=-1)
    corners = ((0, 0), (0, 1), (1, 1), (1, 0))
    rows, columns = over.shape[0] - 1, over.shape[1] - 1
    value, place = (
        np.stack([part[down : rows + down, right : columns + right] for down, right in corners], axis=2)
        for part in (over, places)
    )  # [rows, columns, 4] and [rows, columns, 4, 2]
    following, beside = np.roll(value, -1, axis=2), np.roll(place, -1, axis=2)
    crossed = (value > 0) != (following > 0)  # [rows, columns, 4 edges], none, two or all four of a square
    share = np.where(crossed, value / np.where(crossed, value - following, 1), 0)[..., None]
    crossings = (place + share * (beside - place))[
        crossed
    ]  # in the order of squares, and around each of them
    return pd.DataFrame(crossings.reshape(-1, 4), columns=["x", "y", "x2", "y2"])


def surface_points(positions: ArrayLike, labels: ArrayLike) -> pd.DataFrame:
    """One row a point: x, y and `kind`, "A" or "B"; positions float [n, 2], labels int [n]."""
    places = np.asarray(positions, np.float64)
    kinds = np.where(np.asarray(labels) == 1, "B", "A")
    return pd.DataFrame({"x": places[:, 0], "y": places[:, 1], "kind": kinds})


def surface_chart(
    cells: pd.DataFrame,
    lines: pd.DataFrame,
    points: pd.DataFrame,
    *,
    undecided: str,
    ink: str,
    present: bool = False,
    height: int,
) -> alt.LayerChart | alt.FacetChart:
    """The plane in the colours of the two answers, fading to the colour `undecided` (the page's ground) between.

    The boundary is a line in the colour `ink`. Kinds differ in colour and in shape: circles are of kind A, triangles
    of kind B.
    """
    words = 24 if present else 13
    axis: dict[str, Any] = {"grid": False, "labelFontSize": words, "tickCount": 5}
    horizontal, vertical = (
        alt.Scale(domain=[float(cells[low].min()), _end_of_last(cells[low])], nice=False, zero=False)
        for low in ("left", "bottom")
    )
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
            filled=True, opacity=1, size=160 if present else 46, strokeWidth=1, stroke="#ffffff", clip=True
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
    boundary = (
        alt.Chart(lines)
        .mark_rule(color=ink, strokeWidth=3 if present else 1.5, clip=True)
        .encode(x=alt.X("x:Q", scale=horizontal), x2="x2:Q", y=alt.Y("y:Q", scale=vertical), y2="y2:Q")
    )
    return alt.layer(surface, boundary, dots).properties(height=height)


def _end_of_last(begins: pd.Series[float]) -> float:
    """Where the last of evenly spaced cells ends, from where all of them begin."""
    places = np.unique(begins)
    return float(2 * places[-1] - places[-2])


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
