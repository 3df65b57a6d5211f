"""The chart of live curves as a Streamlit component: `curves(…)` on a page, the rest happens in the browser.

The browser asks `/api/curves` for what is new once a second by itself, so neither live data nor a changed smoothing
redraws the page, and what a person zoomed into, hovers over or isolated stays. The scripts beside this file are one
module to the browser, joined in the order in which they build on each other; none of them is given markup.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal, get_args

import streamlit as st

from dashboard.curves.positions import AXES, Axis
from dashboard.curves.smoothing import LARGEST_WEIGHT
from dashboard.language import _

FOLDER = Path(__file__).parent
SCRIPTS = (
    "numbers.js",
    "line.js",
    "painting.js",
    "asking.js",
    "legend.js",
    "hover.js",
    "picture.js",
    "saving.js",
    "buttons.js",
    "chart.js",
    "curves.js",
)


@dataclass(frozen=True)
class CurveSeries:
    """One curve: TensorBoard's run name ("experiment/run/train"), its tag, and how it is drawn and called.

    `colour` is "#rrggbb". `steps_per_epoch` is wanted for the axis `epoch` only; where it is None, the steps of the
    run's validation tell it as soon as there are some. With `seeds`, a run name and a label each, it is the mean of
    these runs with a band of one standard deviation.
    """

    run: str
    tag: str
    label: str
    colour: str
    dashed: bool = False
    steps_per_epoch: float | None = None
    seeds: tuple[tuple[str, str], ...] = ()


Move = Literal["pin", "earlier", "later"]


@dataclass(frozen=True)
class Place:
    """Where a chart stands among others that can be pinned and moved."""

    pinned: bool = False
    first: bool = False
    last: bool = False


@dataclass(frozen=True)
class Seen:
    """What of a chart is seen: a part of its axis, and one of its curves alone, by its run, or a mean's first run."""

    zoom: tuple[float, float] | None = None
    run: str | None = None
    is_mean: bool = False


_chart = st.components.v2.component(
    "boardlab_curves",
    css=(FOLDER / "curves.css").read_text("utf-8"),
    js="\n".join((FOLDER / name).read_text("utf-8") for name in SCRIPTS),
)


def curves(
    series: Sequence[CurveSeries],
    *,
    key: str,
    title: str,
    base_url: str,
    smoothing: float = 0.0,
    axis: Axis = "step",
    log_x: bool = False,
    log_y: bool = False,
    clip: bool = False,
    height: int = 320,
    present: bool = False,
    place: Place | None = None,
    on_move: Callable[[Move], None] | None = None,
    seen: Seen | None = None,
    on_look: Callable[[Any], None] | None = None,
) -> None:
    """Draws live curves in one chart; `key` names the chart on its page, `height` is the drawing's in pixels.

    `smoothing` is TensorBoard's, 0 to 0.999. `log_x` and `log_y` make the axes logarithmic, `clip` cuts outliers off.
    `base_url` is `dashboard.links.base_url()`. `present` draws for the back row of a lecture hall. With a `place` the
    chart has buttons to pin and move it, which `on_move` hears. `seen` is what is shown of it at
    first; `on_look` hears of every change, as the browser tells it: {"zoom": [from, to] or None, "run", "is_mean"}.
    Raises ValueError for another smoothing or axis.
    """
    if not 0 <= smoothing <= LARGEST_WEIGHT:
        raise ValueError(f"Smoothing must be a number from 0 to {LARGEST_WEIGHT}, not {smoothing}.")
    if axis not in AXES:
        raise ValueError(f"The axis must be one of {', '.join(AXES)}, not {axis!r}.")

    def hear() -> None:
        if on_move is not None and (move := st.session_state[key].get("arranged")) in get_args(Move):
            on_move(move)

    def look() -> None:
        if on_look is not None and (view := st.session_state[key].get("looked")) is not None:
            on_look(view)

    told = {
        "key": key,
        "title": title,
        "series": [asdict(one) for one in dict.fromkeys(drawn(series, axis))],
        "smoothing": smoothing,
        "axis": axis,
        "log_x": log_x,
        "log_y": log_y,
        "clip": clip,
        "height": height,
        "base_url": base_url,
        "present": present,
        "place": asdict(place) if place else None,
        "seen": asdict(seen) if seen else None,
        "words": _words(),
    }
    # In a list: of a dict Streamlit asks pandas whether its values are tables, and importing it would hold up the
    # first page.
    _chart(key=key, data=[told], on_arranged_change=hear, on_looked_change=look)


def drawn(series: Sequence[CurveSeries], axis: Axis) -> list[CurveSeries]:
    """The curves themselves where a mean would say nothing: of one seed, and over the time of day."""
    lines = []
    for one in series:
        if len(one.seeds) > 1 and axis != "wall":
            lines.append(one)
        elif one.seeds:
            lines += [replace(one, run=run, label=label, seeds=()) for run, label in one.seeds]
        else:
            lines.append(one)
    return lines


def _words() -> dict[str, Any]:
    """Every sentence the scripts show; values go in where the braces are."""
    return {
        "loading": _("Asking for the curves …"),
        "empty": _("No points yet. They appear here as soon as the run has written its first step."),
        "everything": _("Show everything"),
        "legend": _("Curves: choose one to see it alone"),
        "lost": _("The connection to the lab is lost. The curves go on as soon as it is back."),
        "refused": _("The lab does not answer this page any more: reload it, or open it with its key again."),
        "not_a_number": _("not a number"),
        "not_finite": _(
            "{label}: {count} values are not numbers (NaN or infinite), the first at step {step}."
        ),
        "no_epochs": _("{label}: how many steps an epoch has is known when the first one ends."),
        "not_above_zero": _(
            "{label}: values that are not above 0 have no place on a logarithmic axis and are left out."
        ),
        "no_mean": _("{label}: the seeds have no step in common yet, so there is no mean of them."),
        "mean": _("{label}, mean of {n} seeds"),
        "mean_of_some": _("{label}, mean of {n} of {all} seeds"),
        "one_seed": _("{label}, 1 of {all} seeds"),
        "cut": _(
            "Outliers are cut off: the chart reaches from the 5th to the 95th percentile of each curve."
        ),
        "pin": _("Pin this chart to the top"),
        "unpin": _("Unpin this chart"),
        "earlier": _("Move this chart forward"),
        "later": _("Move this chart back"),
        "save": _("Save this chart"),
        "save_as": {
            "png": _("Picture (PNG)"),
            "svg": _("Drawing (SVG)"),
            "csv": _("All points (CSV)"),
        },
        "more": _("and {n} more"),
        "at": _("at {x}"),
        "axis": {
            "step": _("step"),
            "epoch": _("epoch"),
            "relative": _("time trained"),
            "wall": _("time of day"),
        },
        "place": {
            "step": _("Step {x}"),
            "epoch": _("Epoch {x}"),
            "relative": _("After {x}"),
            "wall": _("At {x}"),
        },
    }
