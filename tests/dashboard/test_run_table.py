"""The rows of the Runs page: what they say, how they are found, and that odd numbers and names do no harm."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.colours import PALETTE
from dashboard.listing import RunView
from dashboard.run_table import (
    CURVE_POINTS,
    ORDERS,
    RunRow,
    columns,
    curve_range,
    differing_settings,
    dot,
    filtered,
    moment,
    ordered,
    run_row,
    setting_labels,
    thinned,
)
from trainers.runs import About, Run, Status
from trainers.specs import BoundarySpec, ClassifySpec, SequenceSpec, StylizeSpec

NOW = 1_700_000_000.0


def view(
    name: str = "r", *, status: Status | None = None, about: About | None = None, **spec: object
) -> RunView:
    run = Run(Path("/logs"), "e", name)
    return RunView(run, status or Status(), ClassifySpec(**spec), about or About())


def row(name: str, **values: object) -> RunRow:
    return RunRow(run=Run(Path("/logs"), "e", name), **{"state": "completed", "name": name, **values})


def test_a_row_says_what_the_folder_says():
    status = Status(
        state="completed",
        created=NOW - 100,
        started=NOW - 90,
        seconds=61.5,
        metrics={"test_accuracy": 0.98, "val_accuracy": 0.97, "train_loss": None},
    )
    about = About(title="My best", notes="try again", colour=3)
    made = run_row(
        view(status=status, about=about, learning_rate=0.1, model="mlp"),
        curve=np.array([0.5, 0.9]),
        size=7,
        now=NOW,
    )
    assert (made.name, made.key, made.notes, made.colour) == ("My best", "e/r", "try again", PALETTE[3])
    assert (made.test_accuracy, made.validation_accuracy) == (0.98, 0.97)
    assert (made.seconds, made.progress, made.curve, made.size) == (61.5, 1.0, (0.5, 0.9), 7)
    assert made.setting_words == ["Model mlp", "Learning rate 0.1"]
    assert made.remark == "" and not made.goes_on


def test_the_duration_of_a_running_run_grows_and_what_is_not_finite_is_not_shown():
    running = Status(state="running", started=NOW - 30, metrics={"val_accuracy": float("nan")})
    assert run_row(view(status=running), now=NOW).seconds == 30
    assert run_row(view(status=running), now=NOW).validation_accuracy is None


def test_all_that_is_wrong_is_said():
    damaged = RunView(
        Run(Path("/logs"), "e", "r"),
        Status(state="damaged", error="status.json is damaged."),
        None,
        About(),
        "spec.json is missing.",
    )
    made = run_row(damaged, damage="curve ends at step 3: file damaged", now=NOW)
    assert (
        made.remark == "status.json is damaged. · spec.json is missing. · curve ends at step 3: file damaged"
    )
    assert made.settings == ()


@given(st.lists(st.floats(), max_size=300))
def test_a_sparkline_keeps_the_ends_and_holds_only_numbers(values: list[float]):
    kept = thinned(np.array(values))
    finite = [value for value in values if np.isfinite(value)]
    assert len(kept) == min(len(finite), CURVE_POINTS)
    assert all(np.isfinite(kept))
    if finite:
        assert (kept[0], kept[-1]) == (finite[0], finite[-1])


ROWS = [
    row("sigmoid 1", state="running", notes="slow start", settings=(("Activation", "sigmoid"),)),
    row("relu", archived=True, remark="curve ends at step 9: file damaged"),
    row("数字 <script>", state="failed"),
]


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ({}, ["sigmoid 1", "数字 <script>"]),
        ({"archived": True}, ["sigmoid 1", "relu", "数字 <script>"]),
        ({"text": "SLOW sigm"}, ["sigmoid 1"]),
        ({"text": "slow relu"}, []),
        ({"text": "step 9", "archived": True}, ["relu"]),
        ({"text": "数"}, ["数字 <script>"]),
        ({"text": "<script>"}, ["数字 <script>"]),
        ({"text": "(*["}, []),
        ({"states": ["failed", "damaged"]}, ["数字 <script>"]),
        ({"experiments": ["e"]}, ["sigmoid 1", "数字 <script>"]),
        ({"experiments": ["other"]}, []),
    ],
)
def test_rows_are_found_by_text_state_and_experiment(asked, names):
    assert [found.name for found in filtered(ROWS, **asked)] == names


MAYBE = st.none() | st.floats(0, 1)
ANY_ROW = st.builds(
    row,
    st.text("abcÄ数", min_size=1, max_size=4),
    test_accuracy=MAYBE,
    validation_accuracy=MAYBE,
    test_error=MAYBE,
    validation_error=MAYBE,
    created=MAYBE,
    seconds=MAYBE,
    size=st.integers(0, 10),
)


@given(st.lists(ANY_ROW, max_size=12), st.sampled_from(sorted(ORDERS)), st.randoms())
def test_an_order_is_total_and_what_is_not_known_comes_last(rows, order, random):
    mixed = list(rows)
    random.shuffle(mixed)
    sorted_rows = ordered(rows, order)
    assert [found.key for found in ordered(mixed, order)] == [found.key for found in sorted_rows]
    known = {
        "accuracy": [
            (found.test_accuracy, found.validation_accuracy) != (None, None) for found in sorted_rows
        ],
        "error": [(found.test_error, found.validation_error) != (None, None) for found in sorted_rows],
        "duration": [found.seconds is not None for found in sorted_rows],
    }.get(order, [])
    assert known == sorted(known, reverse=True)


def test_best_longest_largest_and_newest_come_first():
    first = row("b", test_accuracy=0.9, seconds=2.0, size=2, created=2.0)
    second = row("a", validation_accuracy=0.8, seconds=1.0, size=1, created=1.0)
    for order in ("accuracy", "duration", "size", "newest"):
        assert ordered([second, first], order) == [first, second]
    assert ordered([first, second], "name") == [second, first]


def test_the_smallest_forecast_error_comes_first():
    rows = [row("a", validation_error=0.3), row("b", test_error=0.1, validation_error=0.5), row("c")]
    assert [found.name for found in ordered(rows, "error")] == ["b", "a", "c"]


def test_a_forecasting_run_says_its_errors_and_no_accuracy():
    status = Status(state="completed", metrics={"val_error": 0.25, "test_error": 0.5, "val_loss": 0.1})
    run = Run(Path("/logs"), "e", "sines")
    made = run_row(RunView(run, status, SequenceSpec(), About()), curve=np.array([0.9, 0.25]), now=NOW)
    assert (made.judged_by, made.test_error, made.validation_error) == ("error", 0.5, 0.25)
    table = columns([made, row("x", test_accuracy=0.5, curve=(0.4, 0.5))])
    assert table["error_curve"] == [[0.9, 0.25], []] and table["curve"] == [[], [0.4, 0.5]]
    assert table["test_error"] == [0.5, None] and table["test"] == [None, 50.0]
    assert curve_range([made, row("x", curve=(0.4, 0.5))]) == (0.4, 0.5), "errors have no part in the scale"
    boundary = run_row(RunView(run, status, BoundarySpec(), About()), now=NOW)
    assert boundary.judged_by == "accuracy"


def test_columns_have_one_value_a_row_and_percentages():
    table = columns([*ROWS, row("x", test_accuracy=0.5)])
    assert {len(values) for values in table.values()} == {4}
    assert table["test"] == [None, None, None, 50.0]
    assert table["name"][2] == "数字 <script>", "table cells are plain text"
    assert table["progress"] == [0.0, None, None, None]
    assert "%230072b2" in dot("#0072b2") and not set(dot("#0072b2")) & set("#<>'\"")


def test_all_curves_share_one_scale():
    assert curve_range([]) == (0.0, 1.0)
    assert curve_range([row("a", curve=(0.2, 0.9)), row("b", curve=(0.5,))]) == (0.2, 0.9)
    low, high = curve_range([row("a", curve=(0.5, 0.5))])
    assert low < high


def test_only_what_differs_is_compared():
    specs = {"e/a": ClassifySpec(model="mlp", width=64), "e/b": ClassifySpec(model="mlp", seed=2)}
    assert differing_settings(specs) == {
        "Width": {"e/a": "64", "e/b": "128"},
        "Seed": {"e/a": "1", "e/b": "2"},
    }
    assert differing_settings({"e/a": ClassifySpec()}) == {}
    specs["e/b"] = ClassifySpec(model="softmax", seed=2)
    assert differing_settings(specs)["Width"] == {"e/a": "64", "e/b": "–"}, "softmax has no width"
    assert setting_labels(ClassifySpec()) == ()


@pytest.mark.parametrize("seconds", [None, 1e300, -1e300, float("nan"), float("inf")])
def test_what_no_calendar_knows_is_no_moment(seconds):
    assert moment(seconds) is None
    assert moment(0.0).year == 1970


def test_a_painting_says_its_loss_and_neither_accuracy_nor_error():
    status = Status(state="completed", metrics={"val_loss": 300.0, "total_loss": 250.0})
    run = Run(Path("/logs"), "e", "vgg16-1")
    made = run_row(RunView(run, status, StylizeSpec(), About()), curve=np.array([400.0, 300.0]), now=NOW)
    table = columns([made])
    assert table["loss_curve"] == [[400.0, 300.0]] and table["total_loss"] == [250.0]
    assert table["curve"] == table["error_curve"] == [[]] and table["test"] == [None]
