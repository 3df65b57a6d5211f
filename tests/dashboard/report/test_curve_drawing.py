"""Curves drawn as SVG: within the frame, with every spike, with gaps where there is no number, all text escaped."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dashboard.report.curve_drawing import HEIGHT, WIDTH, DrawnCurve, curves_svg, ticks


def curve(values: list[float], label: str = "r") -> DrawnCurve:
    return DrawnCurve(label, "#0072B2", np.arange(len(values)), np.array(values, np.float64))


def paths(svg: str) -> list[str]:
    return re.findall(r'<path d="([^"]*)"', svg)


@given(st.lists(st.floats(width=32), min_size=1, max_size=40))
def test_whatever_is_measured_is_drawn_within_the_frame(values: list[float]) -> None:
    svg = curves_svg([curve(values)], title="t", across="step")
    finite = [value for value in values if np.isfinite(value)]
    if not finite:
        assert svg == ""
        return
    places = [tuple(map(float, pair)) for pair in re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", paths(svg)[0])]
    assert len(places) == len(finite)
    assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in places)


def test_a_spike_among_a_million_points_stays() -> None:
    values = np.zeros(1_000_000)
    values[345_678] = 1.0
    svg = curves_svg([DrawnCurve("r", "#000000", np.arange(1_000_000), values)], title="t", across="step")
    tops = [float(y) for _x, y in re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", paths(svg)[0])]
    assert len(tops) < 2000 and min(tops) < 20 < HEIGHT / 2 < max(tops)


def test_a_curve_has_a_gap_where_there_is_no_number() -> None:
    [path] = paths(curves_svg([curve([0.0, 1.0, float("nan"), 0.5, 0.25])], title="t", across="step"))
    assert path.count("M") == 2 and path.count("L") == 2


def test_names_are_text() -> None:
    svg = curves_svg([curve([1, 2], '</title><script>alert("x")</script>')], title='"><b>', across="<i>")
    assert "<script" not in svg and "<b>" not in svg and "<i>" not in svg
    tags: list[str] = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attributes: tags.append(tag)
    parser.feed(svg)
    assert set(tags) <= {"svg", "g", "line", "text", "path", "title"}


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e9))
def test_axes_have_a_few_round_numbers(low: float, span: float) -> None:
    found = ticks(low, low + span)
    assert len(found) <= 6
    assert all(low - 1e-6 * span <= tick <= low + span * (1 + 1e-6) for tick in found)
