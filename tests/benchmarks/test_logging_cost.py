"""The benchmark of the summaries' cost measures what it says."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.benchmarks import logging_cost
from tests.benchmarks.logging_cost import ALL, BARE, KINDS, MODELS, measure, next_pair, summary
from tests.trainers.conftest import curve


def test_both_sides_train_and_only_one_writes(tmp_path: Path) -> None:
    for kind in (ALL, BARE):
        row = measure("softmax", kind, 0.5, tmp_path / kind)
        assert row["steps"] > 0
        assert row["seconds"] >= 0.5
        assert 0.1 < row["learning_share"] < 1
        (run,) = (tmp_path / kind / "cost").iterdir()
        steps, _ = curve(run / "train", "loss")
        assert len(steps) == (row["steps"] if kind == ALL else 0)


def test_what_is_missing_is_measured_in_turn() -> None:
    rows: list[dict[str, object]] = []
    while (pair := next_pair(rows, MODELS, 2)) is not None:
        rows.append({"model": pair[0], "kind": pair[1]})
    once = [{"model": model, "kind": kind} for model in MODELS for kind in KINDS]
    assert rows == once + once


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux binds a process to a core")
def test_two_at_once_have_a_core_each_and_change_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logging_cost, "usable_cores", lambda: sorted(os.sched_getaffinity(0)) * 2)
    monkeypatch.setattr(
        logging_cost, "measured_apart", lambda *words: {"kind": words[-1], "bound": os.sched_getaffinity(0)}
    )
    before = os.sched_getaffinity(0)
    first, second = (logging_cost.pair_at_once("softmax", (), swapped=swapped) for swapped in (False, True))
    assert [row["kind"] for row in first] == [row["kind"] for row in second] == list(KINDS)
    assert all(row["bound"] == {row["core"]} for row in first + second)
    assert [row["core"] for row in second] == [row["core"] for row in first][::-1]
    assert os.sched_getaffinity(0) == before


def test_the_share_is_that_of_the_medians() -> None:
    speeds = {ALL: (95.0, 10.0, 96.0), BARE: (100.0, 100.0, 500.0)}
    rows = [
        {
            "model": "softmax",
            "kind": kind,
            "seconds": 60.5,
            "images_per_second": speed,
            "learning_share": share,
        }
        for (kind, values), share in zip(speeds.items(), (0.96, 0.99), strict=True)
        for speed in values
    ]
    told = "| softmax | 6 | 60.50 | 95 | 100 | 95.0% | 19.2 % (10.0 to 95.0) | 96.0% | 99.0% | 97.0% |"
    assert told in summary(rows)
