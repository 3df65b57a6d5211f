"""The runs of the table as parallel coordinates: which settings lead to which result."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from dashboard.charts.parallel_coordinates import Line, parallel_chart
from dashboard.language import _
from dashboard.run_fields import setting_fields, setting_label, setting_values, values
from dashboard.run_table import RunRow
from dashboard.theme import theme_colour

FEWEST = 2
MOST_LINES, MOST_AXES = 500, 9
UNTOLD = ("seed", "pace", "threads", "gpu", "gpu_memory", "device")


@dataclass(frozen=True)
class Drawable:
    """The lines, what their last axis is called, whether more of it is better, and how many runs have no result yet."""

    lines: tuple[Line, ...]
    result: str
    more_is_better: bool
    without: int


def drawable(rows: Sequence[RunRow], wanted: Sequence[str] = ()) -> Drawable:
    """What can be drawn of these runs: the settings of these names, or all that differ, and their result.

    The result is what most of the runs are judged by; those that are judged otherwise have no place beside it.
    """
    judged = Counter(row.judged_by for row in rows).most_common(1)
    measure = judged[0][0] if judged else "accuracy"
    judged_alike = [row for row in rows if row.judged_by == measure]
    results = {row.key: values(row).get(measure) for row in judged_alike}
    names = _differing(judged_alike, wanted)
    lines = [
        Line(row.name, {_(setting_label(name)): setting_values(row.spec).get(name) for name in names}, result)
        for row in judged_alike[:MOST_LINES]
        if isinstance(result := results[row.key], float)
    ]
    title = {"accuracy": _("Accuracy"), "error": _("Error")}.get(measure, _("Loss"))
    return Drawable(tuple(lines), title, measure == "accuracy", len(rows) - len(lines))


def _differing(rows: Sequence[RunRow], wanted: Sequence[str]) -> list[str]:
    """The settings to draw: the wanted ones, else those in which the runs differ, most telling first."""
    if chosen := [name for name in wanted if name in setting_fields()]:
        return chosen[:MOST_AXES]
    held = [setting_values(row.spec) for row in rows]
    names = [name for name in setting_fields() if len({known.get(name) for known in held}) > 1]
    telling = sorted(names, key=lambda name: name in UNTOLD)  # stable: the form's order otherwise
    return telling[:MOST_AXES]


def draw_parallel(rows: Sequence[RunRow], wanted: Sequence[str] = ()) -> None:
    """Draws the runs as lines, or says what is missing for that."""
    draw_lines(drawable(rows, wanted))


def draw_lines(found: Drawable, *, present: bool = False) -> None:
    """Draws the lines, or says what is missing for that."""
    if len(found.lines) < FEWEST:
        st.caption(_("Parallel coordinates need two runs that have a result."))
        return
    if len({tuple(line.values.items()) for line in found.lines}) == 1:
        st.caption(_("These runs have the same settings: nothing leads to the difference in their results."))
        return
    chart = parallel_chart(
        found.lines,
        result=found.result,
        more_is_better=found.more_is_better,
        ink=theme_colour("textColor", "#808080"),
        ground=theme_colour("backgroundColor", "transparent"),
        present=present,
    )
    st.altair_chart(chart, width="stretch", key="parallel_coordinates")
    if found.without:
        st.caption(_("{n} of the runs have no such result yet, and are not drawn.").format(n=found.without))
