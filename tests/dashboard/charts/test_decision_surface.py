"""The chart of a decision surface: every place in its cell, and colours that people tell apart on both grounds."""

from __future__ import annotations

import numpy as np
import pytest

from dashboard.charts.decision_surface import boundary_lines, surface_cells, surface_chart, surface_points

ACROSS, UP = np.array([0.0, 1.0, 2.0]), np.array([10.0, 20.0])
SURE = np.array([[0.1, 0.2, 0.3], [0.7, 0.8, 0.9]])  # rows from the bottom


def test_every_place_lies_in_its_own_cell_and_no_gap_shows_between_cells():
    cells = surface_cells(SURE, ACROSS, UP)
    for row, column in np.ndindex(SURE.shape):
        at = {"across": ACROSS[column], "up": UP[row]}
        drawn = cells.query("left < @across < right and bottom < @up < top", local_dict=at)
        assert drawn["probability"].iloc[-1] == SURE[row, column]  # what is drawn last is seen
    at = {"across": 0.4999, "up": 14.999}
    assert len(cells.query("left < @across < right and bottom < @up < top", local_dict=at)) == 1
    at = {"across": 0.5001, "up": 15.001}
    assert (
        len(cells.query("left < @across < right and bottom < @up < top", local_dict=at)) == 4
    )  # one on the other


def test_points_keep_their_place_and_kind():
    points = surface_points([[1, 2], [3, 4]], [0, 1])
    assert points.to_dict("list") == {"x": [1, 3], "y": [2, 4], "kind": ["A", "B"]}


def test_the_boundary_of_a_plane_is_one_straight_line_across_it():
    across, up = np.linspace(-1, 1, 9), np.linspace(0, 3, 7)
    sure = 0.5 + 0.1 * (across[None, :] + 0.37 * up[:, None] - 0.61)
    lines = boundary_lines(sure, across, up)
    for x, y in (("x", "y"), ("x2", "y2")):
        assert (lines[x] + 0.37 * lines[y]).to_numpy() == pytest.approx(0.61)
    whole = np.hypot(0.37 * 3, 3)  # from y = 0 to y = 3
    assert np.hypot(lines["x2"] - lines["x"], lines["y2"] - lines["y"]).sum() == pytest.approx(whole)


def test_the_boundary_of_a_hill_is_its_circle():
    axis = np.linspace(-2, 2, 80)
    sure = np.exp(-np.log(2) * (axis[None, :] ** 2 + axis[:, None] ** 2))  # one half at radius 1
    lines = boundary_lines(sure, axis, axis)
    assert np.hypot(lines["x"], lines["y"]).to_numpy() == pytest.approx(1, abs=1e-3)
    assert np.hypot(lines["x2"] - lines["x"], lines["y2"] - lines["y"]).sum() == pytest.approx(
        2 * np.pi, rel=1e-3
    )


def test_two_crossings_in_one_square_are_two_lines_and_no_crossing_is_none():
    corners = np.array([0.0, 1.0])
    assert len(boundary_lines([[0, 1], [1, 0]], corners, corners)) == 2
    assert len(boundary_lines([[0.6, 0.7], [0.8, 0.5]], corners, corners)) == 0


@pytest.mark.parametrize("ground", ["#ffffff", "#12161c"])
def test_undecided_is_the_ground_and_sure_is_a_colour_for_each_kind(ground):
    cells, points = surface_cells(SURE, ACROSS, UP), surface_points([[1, 15]], [1])
    lines = boundary_lines(SURE, ACROSS, UP)
    drawn = surface_chart(cells, lines, points, undecided=ground, ink="#888888", height=400).to_dict()
    surface, _boundary, dots = drawn["layer"]
    low, middle, high = surface["encoding"]["color"]["scale"]["range"]
    assert surface["encoding"]["color"]["scale"]["domain"] == [0, 0.5, 1] and middle == ground
    blue, orange = ([int(colour[place : place + 2], 16) for place in (1, 3, 5)] for colour in (low, high))
    assert blue[2] > blue[0] and orange[0] > orange[2]
    kinds = dots["encoding"]
    assert kinds["shape"]["scale"]["range"] == ["circle", "triangle-up"]  # not by colour alone
    assert surface["encoding"]["x"]["scale"] == dots["encoding"]["x"]["scale"]
    assert surface["encoding"]["x"]["scale"]["domain"] == [-0.5, 2.5]
    assert surface["encoding"]["y"]["scale"]["domain"] == [5, 25]


def test_a_changed_surface_changes_nothing_but_the_data():
    """Streamlit then keeps the canvas: no flicker while it learns."""
    points = surface_points([[1, 15]], [1])
    one, other = (
        surface_chart(
            surface_cells(sure, ACROSS, UP),
            boundary_lines(sure, ACROSS, UP),
            points,
            undecided="#ffffff",
            ink="#888888",
            height=400,
        ).to_dict()
        for sure in (SURE, 1 - SURE)
    )
    for chart in (one, other):
        del chart["datasets"]
        for layer in chart["layer"]:
            del layer["data"]
    assert one == other
