"""What part of a chart is shown and which of its curves alone, as the address says it, so that a link shows the same.

`?zoom=loss~step~100~400` shows steps 100 to 400 of the chart called loss, `?only=loss~e/relu-1/train` one curve of it,
`?only=loss~e/relu-1/train~mean` the mean that begins with that run.
"""

from __future__ import annotations

import math
from typing import Any

import streamlit as st

from dashboard.address import say
from dashboard.curves import Seen
from dashboard.curves.positions import Axis

ZOOM, ONLY = "zoom", "only"
MOST_VIEWS = 60
_MEAN = "~mean"


def seen(name: str, axis: Axis) -> Seen:
    """What the address says of one chart. Anybody can write one: what says nothing sensible is left out."""
    zooms = [zoom for text in _said(ZOOM, name) if (zoom := _zoom(text, axis))]
    only = next(iter(_said(ONLY, name)), None)
    return Seen(
        zoom=zooms[0] if zooms else None,
        run=only.removesuffix(_MEAN) if only else None,
        is_mean=bool(only and only.endswith(_MEAN)),
    )


def keep(name: str, axis: Axis, view: Seen) -> None:
    """Writes into the address what is seen of one chart."""
    zoom = f"{axis}~{_plain(view.zoom[0])}~{_plain(view.zoom[1])}" if view.zoom else None
    only = f"{view.run}{_MEAN if view.is_mean else ''}" if view.run else None
    _say(ZOOM, name, zoom)
    _say(ONLY, name, only)


def told(answer: Any) -> Seen | None:
    """What a browser says is seen of a chart; None for anything else."""
    match answer:
        case {"zoom": zoom, "run": str() | None as run, "is_mean": bool() as is_mean}:
            pass
        case _:
            return None
    if zoom is None:
        return Seen(None, run, is_mean)
    match zoom:
        case [int() | float() as left, int() | float() as right] if _is_range(left, right):
            return Seen((float(left), float(right)), run, is_mean)
    return None


def _zoom(text: str, axis: Axis) -> tuple[float, float] | None:
    parts = text.split("~")
    if len(parts) != 3 or parts[0] != axis:
        return None
    try:
        left, right = float(parts[1]), float(parts[2])
    except ValueError:
        return None
    return (left, right) if _is_range(left, right) else None


def _is_range(left: float, right: float) -> bool:
    return math.isfinite(left) and math.isfinite(right) and left < right and max(abs(left), abs(right)) < 1e15


def _said(parameter: str, name: str) -> list[str]:
    values = st.query_params.get_all(parameter)[:MOST_VIEWS]
    return [value.removeprefix(f"{name}~") for value in values if value.startswith(f"{name}~")]


def _say(parameter: str, name: str, text: str | None) -> None:
    others = [value for value in st.query_params.get_all(parameter) if not value.startswith(f"{name}~")]
    say(parameter, [*others, f"{name}~{text}"] if text else others)


def _plain(number: float) -> str:
    """As the browser rounded it; all fifteen digits that a double holds for sure come back the same."""
    return f"{number:.15g}"
