"""The chart of a decision surface: every place in its cell, and colours that people tell apart on both grounds."""

from __future__ import annotations

import numpy as np
import pytest

from dashboard.charts.decision_surface import surface_cells, surface_chart, surface_points

ACROSS, UP = np.array([0.0, 1.0, 2.0]), np.array([10.0, 20.0])
SURE = np.array([[0.1, 0.2, 0.3], [0.7, 0.8, 0.9]])  # rows from the bottom


def test_every_place_lies_in_its_own_cell_and_no_gap_shows_between_cells():
    cells = surface_cells(SURE, ACROSS, UP)
    for row, column in np.ndindex(SURE.shape):
        at = {"across": ACROSS[column], "up": UP[row]}
        inside = cells.query("left < @across < right and bottom < @up < top", local_dict=at)
        assert inside["probability"].tolist() == [SURE[row, column]]
    between = cells.query("left < 0.5 < right and bottom < 15 < top")
    assert len(between) == 4  # neighbours overlap


def test_points_keep_their_place_and_kind():
    points = surface_points([[1, 2], [3, 4]], [0, 1])
    assert points.to_dict("list") == {"x": [1, 3], "y": [2, 4], "kind": ["A", "B"]}


@pytest.mark.parametrize("ground", ["#ffffff", "#12161c"])
def test_undecided_is_the_ground_and_sure_is_a_colour_for_each_kind(ground):
    cells, points = surface_cells(SURE, ACROSS, UP), surface_points([[1, 15]], [1])
    drawn = surface_chart(cells, points, undecided=ground).to_dict()
    surface, dots = drawn["layer"]
    low, middle, high = surface["encoding"]["color"]["scale"]["range"]
    assert surface["encoding"]["color"]["scale"]["domain"] == [0, 0.5, 1] and middle == ground
    blue, orange = ([int(colour[place : place + 2], 16) for place in (1, 3, 5)] for colour in (low, high))
    assert blue[2] > blue[0] and orange[0] > orange[2]
    kinds = dots["encoding"]
    assert kinds["shape"]["scale"]["range"] == ["circle", "triangle-up"]  # not by colour alone
    assert surface["encoding"]["x"]["scale"] == dots["encoding"]["x"]["scale"]


def test_a_changed_surface_changes_nothing_but_the_data():
    """Streamlit then keeps the canvas: no flicker while it learns."""
    points = surface_points([[1, 15]], [1])
    one, other = (
        surface_chart(surface_cells(sure, ACROSS, UP), points, undecided="#ffffff").to_dict()
        for sure in (SURE, 1 - SURE)
    )
    for chart in (one, other):
        del chart["datasets"]
        for layer in chart["layer"]:
            del layer["data"]
    assert one == other
