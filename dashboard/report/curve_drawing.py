"""Curves as inline SVG: what a report shows of the event files, without a script and without a server."""

from __future__ import annotations

import html
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dashboard.curves.thinning import level_for, thin

WIDTH, HEIGHT = 560, 300
LEFT, RIGHT, TOP, BOTTOM = 56, 12, 12, 40
COLUMNS = 400  # at most two points of a curve stand in each of so many
TICKS = 5


@dataclass(frozen=True)
class DrawnCurve:
    """One curve: what it is called, its colour, and its points: steps int64 [n], values float64 [n] (may hold NaN)."""

    label: str
    colour: str
    steps: NDArray[np.int64]
    values: NDArray[np.float64]


def curves_svg(drawn: Sequence[DrawnCurve], *, title: str, across: str, percent: bool = False) -> str:
    """All curves in one picture with axes; "" where there is nothing to draw. All text is escaped.

    Every spike stays: of each column of pixels the lowest and the highest value are drawn.
    """
    shown = [one for one in drawn if np.isfinite(one.values).any()]
    if not shown:
        return ""
    low, high = _range([one.values for one in shown])
    first = min(float(one.steps.min()) for one in shown)
    last = max(float(one.steps.max()) for one in shown)
    last = last if last > first else first + 1

    def x(step: float) -> float:
        return LEFT + (step - first) / (last - first) * (WIDTH - LEFT - RIGHT)

    def y(value: float) -> float:
        return TOP + (high - value) / (high - low) * (HEIGHT - TOP - BOTTOM)

    grid = "".join(
        f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(tick):.1f}" y2="{y(tick):.1f}"/>'
        for tick in ticks(low, high)
    )
    up = "".join(
        f'<text x="{LEFT - 6}" y="{y(tick) + 4:.1f}" text-anchor="end">{_number(tick, percent)}</text>'
        for tick in ticks(low, high)
    )
    along = "".join(
        f'<text x="{x(tick):.1f}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">{tick:,.0f}</text>'
        for tick in ticks(first, last)
    )
    paths = "".join(_path(one, x, y) for one in shown)
    name = html.escape(across)
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{html.escape(title)}">'
        f'<g class="grid">{grid}</g>{paths}<g class="words">{up}{along}'
        f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 6}" text-anchor="middle">{name}</text></g></svg>'
    )


def _path(one: DrawnCurve, x: Callable[[float], float], y: Callable[[float], float]) -> str:
    """The curve's path, with a gap where values are not finite."""
    steps = one.steps.astype(np.float64)
    kept = thin(steps, one.values, level_for(float(steps.max() - steps.min()), COLUMNS))
    words, pen = [], "M"
    for step, value in zip(steps[kept].tolist(), one.values[kept].tolist(), strict=True):
        if not math.isfinite(value):
            pen = "M"
            continue
        words.append(f"{pen}{x(step):.1f} {y(value):.1f}")
        pen = "L"
    if len(words) == 1:
        words.append("h0.1")  # a single point is a dot
    name, colour = html.escape(one.label), html.escape(one.colour)
    return f'<path d="{"".join(words)}" stroke="{colour}"><title>{name}</title></path>'


def _range(values: Sequence[NDArray[np.float64]]) -> tuple[float, float]:
    """The lowest and the highest finite value, a little apart where they are one."""
    low = min(float(one[np.isfinite(one)].min()) for one in values if np.isfinite(one).any())
    high = max(float(one[np.isfinite(one)].max()) for one in values if np.isfinite(one).any())
    return (low, high) if high > low else (low - 0.5 * (abs(low) or 1), high + 0.5 * (abs(high) or 1))


def ticks(low: float, high: float) -> list[float]:
    """A few round numbers between two, 1, 2 or 5 times a power of ten apart."""
    rough = (high - low) / TICKS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough)
    return [
        number * step for number in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)
    ]


def _number(value: float, percent: bool) -> str:
    return f"{100 * value:.3g} %" if percent else f"{value:.4g}"
