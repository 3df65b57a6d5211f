"""Many runs at a glance: a vertical axis for each setting and one for the result, a line through them for each run.

Inselberg (1985), "The plane with parallel coordinates". Each axis has a scale of its own: words stand at equal
distances, positive numbers that span more than a factor of thirty on a logarithmic one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt
import pandas as pd

from dashboard.language import _
from dashboard.run_query import Value
from dashboard.spec_form import shown_value

HEIGHT, SLIDE_HEIGHT = 320, 500
LOGARITHMIC_FROM = 30.0
UNKNOWN = -0.12  # below the axis: the run has no such value
TICKS = 5
# From the worst to the best result: hues that stand out from white and from black, and differ in lightness too.
WORST_TO_BEST = ["#9aa7c7", "#648fff", "#785ef0", "#c2417f", "#d55e00"]


@dataclass(frozen=True)
class Line:
    """One run: what it is called, its value on each axis by the axis's title, and its result."""

    name: str
    values: Mapping[str, Value]
    result: float


@dataclass(frozen=True)
class Axis:
    """One axis: where the values stand on it, in [0, 1], and what is written beside it."""

    title: str
    places: Mapping[Value, float]
    ticks: Mapping[float, str]


def axis_of(title: str, values: Sequence[Value]) -> Axis:
    """The axis that fits values: numbers by their size, words in their order at equal distances."""
    known = [value for value in values if value is not None]
    if known and all(isinstance(value, int | float) and not isinstance(value, bool) for value in known):
        return _number_axis(title, [float(value) for value in known if isinstance(value, int | float)])
    words = sorted(set(known), key=str)
    step = 1 / max(1, len(words) - 1)
    places: dict[Value, float] = {
        word: number * step if len(words) > 1 else 0.5 for number, word in enumerate(words)
    }
    return Axis(title, places, {place: shown_value(word) for word, place in places.items()})


def _number_axis(title: str, numbers: Sequence[float]) -> Axis:
    low, high = min(numbers), max(numbers)
    logarithmic = low > 0 and high / low > LOGARITHMIC_FROM
    scaled = math.log if logarithmic else float

    def place(number: float) -> float:
        return 0.5 if high == low else (scaled(number) - scaled(low)) / (scaled(high) - scaled(low))

    different = sorted(set(numbers))
    if len(different) > TICKS:
        steps = [number / (TICKS - 1) for number in range(TICKS)]
        ends = scaled(low), scaled(high)
        between = [ends[0] + step * (ends[1] - ends[0]) for step in steps]
        shown = [math.exp(one) if logarithmic else one for one in between]
    else:
        shown = different
    return Axis(
        title, {number: place(number) for number in numbers}, {place(one): f"{one:.3g}" for one in shown}
    )


def axes_of(lines: Sequence[Line], result: str) -> list[Axis]:
    """An axis for each value that the lines do not all share, in the order of the first line, and the result's last."""
    titles = list(dict.fromkeys(title for line in lines for title in line.values))
    differing = [title for title in titles if len({line.values.get(title) for line in lines}) > 1]
    return [
        *(axis_of(title, [line.values.get(title) for line in lines]) for title in differing),
        axis_of(result, [line.result for line in lines]),
    ]


def corners(lines: Sequence[Line], axes: Sequence[Axis]) -> pd.DataFrame:
    """A row for each corner of each line: run, name, axis (number), place (in [0, 1]), said, result."""
    rows = [
        {
            "run": number,
            "name": line.name,
            "axis": position,
            "place": axis.places.get(_on(line, axis, axes), UNKNOWN),
            "said": f"{axis.title}: {shown_value(_on(line, axis, axes))}",
            "result": line.result,
        }
        for number, line in enumerate(lines)
        for position, axis in enumerate(axes)
    ]
    return pd.DataFrame(rows, columns=["run", "name", "axis", "place", "said", "result"])


def _on(line: Line, axis: Axis, axes: Sequence[Axis]) -> Value:
    return line.result if axis is axes[-1] else line.values.get(axis.title)


def parallel_chart(
    lines: Sequence[Line],
    *,
    result: str,
    more_is_better: bool,
    ink: str,
    ground: str,
    present: bool = False,
) -> alt.LayerChart | alt.FacetChart:
    """The lines of all runs, coloured from the worst to the best result; `ink` on `ground` are the page's colours."""
    axes = axes_of(lines, result)
    table = corners(lines, axes)
    across = alt.X(
        "axis:Q",
        axis=None,
        scale=alt.Scale(domain=[-0.15, max(len(axes) - 1, 1) + 0.35], nice=False),
    )
    foot = min(0.0, float(table["place"].min()))
    up = alt.Scale(domain=[foot - 0.04, 1.14], nice=False)
    drawn = _lines(table, across, up, result=result, more_is_better=more_is_better, present=present)
    return alt.layer(
        *_posts(axes, across, up, ink, present), drawn, *_words(axes, across, up, ink, ground, present)
    ).properties(height=SLIDE_HEIGHT if present else HEIGHT)


def _lines(
    table: pd.DataFrame, across: alt.X, up: alt.Scale, *, result: str, more_is_better: bool, present: bool
) -> alt.Chart:
    """A line for each run; the one under the pointer is thick."""
    hovered = alt.selection_point(
        name="hovered", fields=["run"], on="pointerover", empty=False, clear="pointerout"
    )
    colours = WORST_TO_BEST if more_is_better else WORST_TO_BEST[::-1]
    chart: alt.Chart = (
        alt.Chart(table)
        .mark_line(interpolate="monotone", strokeCap="round", opacity=0.8)
        .encode(
            x=across,
            y=alt.Y("place:Q", axis=None, scale=up),
            detail="run:N",
            order="axis:Q",
            color=alt.Color("result:Q", scale=alt.Scale(range=colours), legend=None),
            strokeWidth=alt.condition(hovered, alt.value(5), alt.value(2.5 if present else 1.6)),
            tooltip=[
                alt.Tooltip("name:N", title=_("Run")),
                alt.Tooltip("said:N", title=_("Here")),
                alt.Tooltip("result:Q", title=result, format=".4g"),
            ],
        )
        .add_params(hovered)
    )
    return chart


def _posts(axes: Sequence[Axis], across: alt.X, up: alt.Scale, ink: str, present: bool) -> list[alt.Chart]:
    """The axes themselves, and what each is called."""
    posts = pd.DataFrame({"axis": range(len(axes)), "title": [axis.title for axis in axes], "place": 1.1})
    posts["foot"], posts["head"] = 0.0, 1.0
    base = alt.Chart(posts)
    return [
        base.mark_rule(color=ink, opacity=0.45).encode(
            x=across, y=alt.Y("foot:Q", axis=None, scale=up), y2="head:Q"
        ),
        base.mark_text(
            color=ink,
            fontSize=_size(present),
            fontWeight=600,
            baseline="bottom",
            limit=340 if present else 170,
        ).encode(x=across, y=alt.Y("place:Q", axis=None, scale=up), text="title:N"),
    ]


def _words(
    axes: Sequence[Axis], across: alt.X, up: alt.Scale, ink: str, ground: str, present: bool
) -> list[alt.Chart]:
    """What stands beside the axes, on a rim of the ground's colour: lines cross there."""
    ticks = pd.DataFrame(
        [(number, place, text) for number, axis in enumerate(axes) for place, text in axis.ticks.items()],
        columns=["axis", "place", "text"],
    )

    def layer(**look: Any) -> alt.Chart:
        mark = alt.Chart(ticks).mark_text(
            fontSize=_size(present) - 1,
            align="left",
            baseline="middle",
            dx=6,
            limit=300 if present else 150,
            **look,
        )
        drawn: alt.Chart = mark.encode(x=across, y=alt.Y("place:Q", axis=None, scale=up), text="text:N")
        return drawn

    return [layer(color=ground, stroke=ground, strokeWidth=4, strokeJoin="round"), layer(color=ink)]


def _size(present: bool) -> int:
    """How large letters are, in pixels."""
    return 25 if present else 12
