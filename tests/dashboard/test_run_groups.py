"""Groups of runs: the same means and deviations as NumPy's, and every run in one group."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.run_group_table import group_frame
from dashboard.run_groups import grouped, spread
from dashboard.run_table import RunRow
from trainers.runs import Run
from trainers.specs import ClassifySpec


def row(number: int, accuracy: float | None, **settings: object) -> RunRow:
    return RunRow(
        run=Run(Path("/logs"), "e", f"r{number}"),
        state="completed",
        name=f"r{number}",
        test_accuracy=accuracy,
        seconds=float(number),
        spec=ClassifySpec(**settings),
    )


@given(st.lists(st.none() | st.floats(0, 1), max_size=30))
def test_mean_and_deviation_are_those_of_the_known_numbers(numbers: list[float | None]) -> None:
    known = np.array([number for number in numbers if number is not None])
    found = spread(numbers)
    assert (found is None) == (len(known) == 0)
    if found is not None:
        assert found.n == len(known)
        assert found.mean == pytest.approx(known.mean())
        assert (found.deviation is None) == (len(known) == 1)
        if found.deviation is not None:
            assert found.deviation == pytest.approx(known.std(ddof=1), abs=1e-9)


def test_runs_are_grouped_by_a_setting_in_the_order_of_its_values() -> None:
    rows = [
        row(1, 0.9, model="mlp", depth=10),
        row(2, 0.8, model="mlp", depth=2),
        row(3, None, model="mlp", depth=2),
        row(4, 0.7, model="softmax"),
    ]
    groups = grouped(rows, "depth")
    assert [(group.value, group.count) for group in groups] == [(2, 2), (10, 1), (None, 1)]
    assert [group.measures["test_accuracy"].n for group in groups] == [1, 1, 1]
    assert [group.value for group in grouped(rows, "model")] == ["mlp", "softmax"]


def test_the_table_of_groups_says_percent_and_how_many_have_a_result() -> None:
    rows = [row(1, 0.9), row(2, 0.8), row(3, None, activation="tanh", model="mlp"), row(4, 0.5, model="mlp")]
    frame = group_frame(grouped(rows, "model"), "model")
    told = frame.set_index("value").to_dict("index")
    [plain] = [value for value in told if value != "mlp"]
    assert told[plain]["test_accuracy"] == pytest.approx(85)
    assert told[plain]["test_accuracy_deviation"] == pytest.approx(100 * np.std([0.9, 0.8], ddof=1))
    assert (told["mlp"]["runs"], told["mlp"]["test_accuracy_count"]) == (2, 1)
    assert np.isnan(told["mlp"]["test_accuracy_deviation"])
    assert "seconds_count" not in frame and "test_error" not in frame
