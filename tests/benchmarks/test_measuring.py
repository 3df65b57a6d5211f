"""The benchmarks' own arithmetic, against sums done by hand."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.benchmarks import loop_speed, measuring
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
    assert measuring.kept_rows("a", anew=True) == []


def test_rows_of_another_machine_or_of_other_code_are_not_mixed_with_new_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measuring, "RESULTS", tmp_path / "results")
    here = measuring.keep_rows("a", [{"seconds": 1.5}])
    kept = json.loads(here.read_text())
    assert kept["commit"] == measuring.code_version() and kept["machine"] == measuring.machine()
    with monkeypatch.context() as patch:
        patch.setattr(measuring, "code_version", lambda: "0123abc")
        assert measuring.kept_rows("a") == []
        measuring.keep_rows("a", [{"seconds": 9.0}])
    with monkeypatch.context() as patch:
        patch.setattr(measuring, "machine", lambda: {"processor": "Other (R) CPU", "cores": 64})
        assert measuring.kept_rows("a") == []
    assert measuring.kept_rows("a") == [{"seconds": 1.5}], "and nothing of them was lost"


def test_the_code_has_another_name_after_a_commit_and_after_a_change_that_is_not_committed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def git(*words: str) -> str:
        author = ("-c", "user.name=a", "-c", "user.email=a@b")
        done = subprocess.run(
            ["git", *author, *words], cwd=tmp_path, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    monkeypatch.setattr(measuring, "REPOSITORY", tmp_path)
    name = measuring.code_version.__wrapped__
    assert name() == "unknown", "a copy without its history"
    code, readme = tmp_path / "trainers" / "loop.py", tmp_path / "README.md"
    code.parent.mkdir()
    code.write_text("one = 1\n")
    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "first")
    first = git("log", "-1", "--format=%h")
    assert name() == first
    readme.write_text("Words only.\n")
    git("add", ".")
    git("commit", "-qm", "words")
    assert name() == first, "words are not measured"
    names = [first]
    for content in ("two = 2\n", "three = 3\n"):
        code.write_text(content)
        names.append(name())
    (code.parent / "new.py").write_text("four = 4\n")
    names.append(name())
    assert len(set(names)) == 4 and all(one.startswith(f"{first}-changed-") for one in names[1:])


def test_a_report_says_where_its_rows_are_from(capsys: pytest.CaptureFixture[str]) -> None:
    measuring.report("| the table |")
    told = capsys.readouterr().out
    assert told.startswith("| the table |\n\nMeasured on ")
    assert f"{os.cpu_count()} cores" in told and f"code of commit {measuring.code_version()}." in told


def test_our_arithmetic_stands_beside_the_limit_of_the_machine() -> None:
    rows = [
        {"kind": loop_speed.LIMIT, "multiply_adds_per_second": 50e9},
        {"kind": "mlp ours mnist", "images_per_second": 40_000.0, "multiply_adds": 100_000},
        {"kind": "mlp fit mnist", "images_per_second": 10_000.0, "multiply_adds": 100_000},
    ]
    told = loop_speed.summary(rows)  # 3 × 100,000 × 40,000 are 12 thousand million multiply-adds a second
    assert "| mnist | mlp | 2 | 40000 | 10000 | 4.00 | ≥ 3 | 24.0 | 24% |" in told
    assert "a float32 matrix product does 100.0 GFLOP/s" in told


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
