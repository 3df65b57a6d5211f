"""The points of the task boundary, held against geometry and scikit-learn's own classifiers."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier

from trainers import points
from trainers.specs import BoundarySpec

DATASETS = list(points.SOURCES)


@pytest.mark.parametrize("dataset", DATASETS)
def test_parts_have_their_sizes_and_both_kinds_in_equal_numbers(dataset):
    sets = points.load(BoundarySpec(dataset=dataset, points=402))
    counts = (402, points.VALIDATION_POINTS, points.TEST_POINTS)
    for part, count in zip((sets.train, sets.validation, sets.test), counts, strict=True):
        assert part.positions.shape == (count, 2) and part.positions.dtype == np.float32
        assert np.isfinite(part.positions).all()
        assert set(part.labels) == {0, 1} and abs(int(part.labels.sum()) * 2 - count) <= 2


@pytest.mark.parametrize("dataset", DATASETS)
def test_points_follow_from_the_seed_and_no_part_repeats_another(dataset):
    one, same, other = (points.load(BoundarySpec(dataset=dataset, seed=seed)) for seed in (1, 1, 2))
    assert np.array_equal(one.train.positions, same.train.positions)
    assert not np.array_equal(one.train.positions, other.train.positions)
    rows = {tuple(row) for row in one.train.positions}
    assert not any(tuple(row) in rows for row in one.validation.positions)


def test_without_noise_xor_is_its_four_corners():
    train = points.load(BoundarySpec(noise=0, points=8)).train
    assert {(*row, label) for row, label in zip(train.positions.tolist(), train.labels, strict=True)} == {
        (-1, -1, 0),
        (1, 1, 0),
        (-1, 1, 1),
        (1, -1, 1),
    }


def test_without_noise_circles_have_their_radii():
    train = points.load(BoundarySpec(dataset="circles", noise=0)).train
    radii = np.hypot(*train.positions.T)
    assert radii[train.labels == 0] == pytest.approx(1, abs=1e-6)
    assert radii[train.labels == 1] == pytest.approx(0.5, abs=1e-6)


def test_without_noise_each_spiral_is_the_other_turned_by_half_a_turn():
    train = points.load(BoundarySpec(dataset="spirals", noise=0)).train
    radius, angle = np.hypot(*train.positions.T), np.arctan2(*train.positions.T[::-1])
    turned = angle - radius / points.SPIRAL_RADIUS * points.SPIRAL_TURNS * 2 * np.pi
    assert np.cos(turned) == pytest.approx(np.where(train.labels == 1, -1, 1), abs=1e-3)
    assert radius.max() <= points.SPIRAL_RADIUS


def test_the_noise_is_a_standard_deviation():
    train = points.load(BoundarySpec(noise=0.2, points=20_000)).train
    scatter = train.positions - np.sign(train.positions)
    assert scatter.std(axis=0) == pytest.approx(0.2, rel=0.03)


@pytest.mark.parametrize(("dataset", "most_by_a_line"), [("xor", 0.75), ("circles", 0.75), ("spirals", 0.75)])
def test_no_line_tells_them_apart_but_their_neighbours_do(dataset, most_by_a_line):
    sets = points.load(BoundarySpec(dataset=dataset, noise=0.1))
    train, test = sets.train, sets.test
    line = LogisticRegression().fit(train.positions, train.labels)
    assert line.score(test.positions, test.labels) <= most_by_a_line
    near = KNeighborsClassifier().fit(train.positions, train.labels)
    assert near.score(test.positions, test.labels) > 0.97


def test_a_line_tells_blobs_apart():
    sets = points.load(BoundarySpec(dataset="blobs", noise=0.1))
    line = LogisticRegression().fit(sets.train.positions, sets.train.labels)
    assert line.score(sets.test.positions, sets.test.labels) == 1
