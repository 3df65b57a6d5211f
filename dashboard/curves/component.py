"""The chart of live curves as a Streamlit component: `curves(…)` on a page, the rest happens in the browser.

The browser asks `/api/curves` for what is new once a second by itself, so neither live data nor a changed smoothing
redraws the page, and what a person zoomed into, hovers over or isolated stays. The scripts beside this file are one
module to the browser, joined in the order in which they build on each other; none of them is given markup.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

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
    "chart.js",
    "curves.js",
)


@dataclass(frozen=True)
class CurveSeries:
    """One curve: TensorBoard's run name ("experiment/run/train"), its tag, and how it is drawn and called.

    `colour` is "#rrggbb". `steps_per_epoch` is wanted for the axis `epoch` only; where it is None, the steps of the
    run's validation tell it as soon as there are some.
    """

    run: str
    tag: str
    label: str
    colour: str
    dashed: bool = False
    steps_per_epoch: float | None = None


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
    height: int = 320,
    present: bool = False,
) -> None:
    """Draws live curves in one chart; `key` names the chart on its page, `height` is the drawing's in pixels.

    `smoothing` is TensorBoard's, 0 to 0.999. `base_url` is `dashboard.links.base_url()`. `present` draws for the
    back row of a lecture hall. Raises ValueError for another smoothing or axis.
    """
    if not 0 <= smoothing <= LARGEST_WEIGHT:
        raise ValueError(f"Smoothing must be a number from 0 to {LARGEST_WEIGHT}, not {smoothing}.")
    if axis not in AXES:
        raise ValueError(f"The axis must be one of {', '.join(AXES)}, not {axis!r}.")
    told = {
        "key": key,
        "title": title,
        "series": [asdict(one) for one in dict.fromkeys(series)],
        "smoothing": smoothing,
        "axis": axis,
        "height": height,
        "base_url": base_url,
        "present": present,
        "words": _words(),
    }
    # In a list: of a dict Streamlit asks pandas whether its values are tables, and importing it would hold up the
    # first page.
    _chart(key=key, data=[told])


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
