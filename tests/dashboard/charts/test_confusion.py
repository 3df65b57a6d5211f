import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import confusion_matrix

from dashboard.charts.confusion import SELECTION, chosen_cell, confusion_cells, confusion_chart

NAMES = ["zero", "one", "two", "three"]
answers = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=80)


@given(answers)
def test_cells_hold_the_counts_and_shares_that_sklearn_finds(pairs):
    true, predicted = zip(*pairs, strict=True)
    counts = confusion_matrix(true, predicted, labels=range(4))
    cells = confusion_cells(counts, NAMES).set_index(["true", "predicted"])
    by_class = confusion_matrix(true, predicted, labels=range(4), normalize="true")
    for row in range(4):
        for column in range(4):
            cell = cells.loc[(row, column)]
            assert cell["images"] == np.sum((np.array(true) == row) & (np.array(predicted) == column))
            assert cell["share"] == pytest.approx(by_class[row, column])
            assert (cell["true_name"], cell["predicted_name"]) == (NAMES[row], NAMES[column])
            assert cell["correct"] == (row == column)


def test_rows_are_the_true_classes_and_hover_says_the_count():
    chart = confusion_chart([[3, 1], [0, 4]], ["a", "b"], colours=("#00f", "#f80"), ink="#000").to_dict()
    first = chart["layer"][0]["encoding"]
    assert first["y"]["field"] == "true_name" and first["x"]["field"] == "predicted_name"
    assert "images" in [tooltip["field"] for tooltip in first["tooltip"]]


def test_a_new_evaluation_changes_only_the_data():
    """So that Streamlit keeps the drawn chart (and what was clicked) and replaces its rows."""
    one, other = (
        confusion_chart(counts, ["a", "b"], colours=("#00f", "#f80"), ink="#000").to_dict()
        for counts in ([[3, 1], [0, 4]], [[1, 1], [2, 2]])
    )
    for chart in (one, other):
        del chart["datasets"]
        for part in (chart, *chart["layer"]):
            part.pop("data", None)
    assert one == other


def test_a_click_names_a_cell():
    assert chosen_cell({SELECTION: [{"true": 4, "predicted": 9}]}) == (4, 9)


@pytest.mark.parametrize("selection", [{}, {SELECTION: []}, {SELECTION: [{"true": "x"}]}, {SELECTION: [{}]}])
def test_no_click_names_none(selection):
    assert chosen_cell(selection) is None


def test_of_many_classes_some_are_drawn_with_shares_of_all_their_images():
    counts = np.arange(900).reshape(30, 30)
    names = [f"kind {number}" for number in range(30)]
    cells = confusion_cells(counts, names, shown=[4, 20]).set_index(["true", "predicted"])
    assert list(cells.index) == [(4, 4), (4, 20), (20, 4), (20, 20)]
    assert cells.loc[(20, 4), "images"] == counts[20, 4]
    assert cells.loc[(20, 4), "share"] == pytest.approx(counts[20, 4] / counts[20].sum())
    chart = confusion_chart(counts, names, colours=("#00f", "#f80"), ink="#000", shown=[4, 20]).to_dict()
    assert chart["layer"][0]["encoding"]["x"]["sort"] == ["kind 4", "kind 20"]
