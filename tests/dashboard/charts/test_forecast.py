"""The charts of a forecast: shorter lines end where the longest does, and each line keeps its look."""

from __future__ import annotations

import pytest

from dashboard.charts.forecast import (
    AHEAD,
    BASELINE,
    FREE,
    TRUTH,
    error_chart,
    forecast_chart,
    forecast_lines,
)

TIMES = [5, 6, 7, 8]
LINES = {TRUTH: [1, 2, 3, 4], AHEAD: [2.5, 4.5], FREE: [2.6, 5], BASELINE: [2, 2]}


def test_a_shorter_line_ends_where_the_others_do():
    lines = forecast_lines(TIMES, LINES)
    assert lines[lines["line"] == TRUTH]["time"].tolist() == TIMES
    for name in (AHEAD, FREE, BASELINE):
        one = lines[lines["line"] == name]
        assert one["time"].tolist() == [7, 8] and one["value"].tolist() == LINES[name]


def test_lines_differ_in_colour_and_in_dashes_and_the_start_is_marked():
    drawn = forecast_chart(forecast_lines(TIMES, LINES), starts=6.5, height=300).to_dict()
    rule, lines = drawn["layer"]
    assert drawn["datasets"][rule["data"]["name"]] == [{"time": 6.5}]
    looks = lines["encoding"]
    assert len(set(looks["color"]["scale"]["range"])) == 4
    assert looks["color"]["scale"]["domain"][0] == "what happened"
    dashes = [tuple(one) for one in looks["strokeDash"]["scale"]["range"]]
    assert len(set(dashes)) == 3 and dashes[0] == dashes[1]  # full lines differ in width
    assert looks["strokeWidth"]["scale"]["range"][0] > 2 * looks["strokeWidth"]["scale"]["range"][1]


@pytest.mark.parametrize("present", [False, True])
def test_the_error_begins_at_zero_and_a_line_looks_as_in_the_other_chart(present):
    errors = error_chart(forecast_lines([1, 2], {FREE: [0.1, 0.2], BASELINE: [1, 1]})).to_dict()
    signal = forecast_chart(forecast_lines(TIMES, LINES), starts=6.5, present=present, height=300).to_dict()
    [drawn] = errors["layer"]
    assert drawn["encoding"]["y"]["scale"]["zero"] is True
    looks = [
        dict(
            zip(
                one["encoding"]["color"]["scale"]["domain"],
                one["encoding"]["color"]["scale"]["range"],
                strict=True,
            )
        )
        for one in (drawn, signal["layer"][1])
    ]
    assert looks[0].items() <= looks[1].items()
