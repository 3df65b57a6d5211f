"""Parallel coordinates: every run has a corner on every axis, where its value belongs."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.charts.parallel_coordinates import UNKNOWN, Line, axes_of, axis_of, corners, parallel_chart
from dashboard.run_parallel import drawable
from dashboard.run_table import RunRow
from trainers.runs import Run
from trainers.specs import ClassifySpec, SequenceSpec

LINES = [
    Line("a", {"Model": "mlp", "Rate": 0.001, "Same": 1}, 0.9),
    Line("b", {"Model": "lenet5", "Rate": 0.1, "Same": 1}, 0.8),
    Line("c", {"Model": None, "Rate": 0.01, "Same": 1}, 0.7),
]


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20))
def test_numbers_stand_in_their_order_between_the_ends(numbers: list[float]) -> None:
    axis = axis_of("x", numbers)
    places = [axis.places[number] for number in sorted(numbers)]
    assert places == sorted(places)
    assert all(-1e-9 <= place <= 1 + 1e-9 for place in [*places, *axis.ticks])


def test_a_wide_span_of_positive_numbers_is_logarithmic() -> None:
    axis = axis_of("Rate", [0.001, 0.01, 0.1])
    assert axis.places[0.01] == pytest.approx(0.5)
    assert axis_of("Width", [10, 20, 30]).places[20] == pytest.approx(0.5)
    assert axis.places[0.001] == 0 and math.isclose(axis.places[0.1], 1)


def test_words_stand_at_equal_distances_and_what_is_unknown_below() -> None:
    axes = axes_of(LINES, "Accuracy")
    assert [axis.title for axis in axes] == ["Model", "Rate", "Accuracy"], "what all share is left out"
    table = corners(LINES, axes)
    assert len(table) == len(LINES) * len(axes)
    places = {(one.name, one.axis): one.place for one in table.itertuples()}
    assert (places["b", 0], places["a", 0], places["c", 0]) == (0.0, 1.0, UNKNOWN)
    assert (places["c", 2], places["b", 2], places["a", 2]) == (0.0, pytest.approx(0.5), 1.0)


def test_the_chart_holds_a_line_for_each_run() -> None:
    spec = parallel_chart(
        LINES, result="Accuracy", more_is_better=True, ink="#123456", ground="#ffffff"
    ).to_dict()
    [drawn] = [layer for layer in spec["layer"] if layer["mark"]["type"] == "line"]
    rows = spec["datasets"][drawn["data"]["name"]]
    assert {row["run"] for row in rows} == {0, 1, 2} and len(rows) == 9


def row(name: str, accuracy: float | None, spec: object = None, judged_by: str = "accuracy") -> RunRow:
    return RunRow(
        run=Run(Path("/logs"), "e", name),
        state="completed",
        name=name,
        judged_by=judged_by,
        test_accuracy=accuracy,
        spec=spec,
    )


def test_runs_are_drawn_with_the_settings_in_which_they_differ() -> None:
    rows = [
        row("a", 0.9, ClassifySpec(model="mlp", seed=1, learning_rate=0.1)),
        row("b", 0.8, ClassifySpec(model="mlp", seed=2)),
        row("c", None, ClassifySpec(model="mlp")),
        row("d", None, SequenceSpec(), judged_by="error"),
    ]
    found = drawable(rows)
    assert [line.name for line in found.lines] == ["a", "b"]
    assert list(found.lines[0].values) == ["Learning rate", "Seed"], "the seed comes last"
    assert (found.result, found.more_is_better, found.without) == ("Accuracy", True, 2)
    assert list(drawable(rows, ["model"]).lines[0].values) == ["Model"]
