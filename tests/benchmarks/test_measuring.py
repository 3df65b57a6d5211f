"""The benchmarks' own arithmetic, against sums done by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks import measuring
from tests.benchmarks.point_latency import latencies
from tests.benchmarks.start_latency import KINDS, _next_kind, summary


def test_percentiles_are_measured_values() -> None:
    values = [float(value) for value in range(100, 0, -1)]
    assert measuring.percentile(values, 50) == 50
    assert measuring.percentile(values, 95) == 95
    assert measuring.percentile([7.0], 95) == 7


def test_what_was_cut_short_goes_on_with_the_kind_that_has_fewest() -> None:
    rows: list[dict[str, object]] = []
    order = []
    while kind := _next_kind(rows, 2):
        order.append(kind)
        rows.append({"kind": kind})
    assert order == [*KINDS, *KINDS]


def test_rows_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measuring, "RESULTS", tmp_path / "results")
    assert measuring.kept_rows("a") == []
    measuring.keep_rows("a", [{"seconds": 1.5}])
    assert measuring.kept_rows("a") == [{"seconds": 1.5}]


def test_a_point_is_seen_with_the_first_sighting_of_its_step_or_a_later_one() -> None:
    points = [(1, 10.0), (2, 10.2), (3, 10.4), (4, 10.6), (5, 10.8), (6, 11.0)]
    seen = [(2, 11.0), (4, 12.0), (5, 12.5)]
    rows = latencies(points, seen)
    assert [row["step"] for row in rows] == [3, 4, 5], "those before and after the watch are not known"
    assert [row["seconds"] for row in rows] == pytest.approx([1.6, 1.4, 1.7])


def test_the_table_has_a_line_for_each_kind_of_start() -> None:
    row = {"seconds": 1.0, "to_first_step": 0.25, "to_screen": 0.75}
    shown = summary([{**row, "kind": "spare"}, {**row, "kind": "cold", "seconds": 5.0}])
    assert shown.splitlines()[2:] == [
        "| spare | 1 | 1.00 | 1.00 | 1.00 | 0.25 | 0.75 |",
        "| cold | 1 | 5.00 | 5.00 | 5.00 | 0.25 | 0.75 |",
    ]
