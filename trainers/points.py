"""Two kinds of points in a plane: five ways for them to lie.

    points = load(BoundarySpec(dataset="moons"))
    points.train.positions.shape                             # (400, 2)

Circles, moons and blobs are scikit-learn's (Pedregosa et al. 2011, JMLR 12). Every part of a data set holds points of
its own, drawn anew from the same source: `train` as many as were asked for, `validation` 500, `test` 1,000.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from sklearn import datasets

from trainers.specs import BoundarySpec

VALIDATION_POINTS = 500
TEST_POINTS = 1_000
SPIRAL_TURNS, SPIRAL_RADIUS = 1.25, 3.0
CENTRES = ((-1.0, -1.0), (1.0, 1.0))  # of the blobs
_CORNERS = np.array([(-1.0, -1.0), (-1.0, 1.0), (1.0, -1.0), (1.0, 1.0)])

Drawn = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Points:
    """n points: `positions` float32 [n, 2] and `labels` uint8 [n], 0 or 1."""

    positions: np.ndarray
    labels: np.ndarray


@dataclass(frozen=True)
class PointSets:
    """What is learned from, what is looked at after each epoch, and what is looked at once."""

    train: Points
    validation: Points
    test: Points


def xor(count: int, noise: float, random: np.random.RandomState) -> Drawn:
    """Four clouds around the corners (±1, ±1); those at opposite corners are of one kind.

    No straight line tells them apart: Minsky, Papert (1969), Perceptrons.
    """
    corner = np.arange(count) % 4
    scattered = _CORNERS[corner] + random.normal(scale=noise, size=(count, 2))
    return scattered, np.isin(corner, (1, 2)).astype(int)


def circles(count: int, noise: float, random: np.random.RandomState) -> Drawn:
    """A circle of radius 1/2 within one of radius 1."""
    return datasets.make_circles(count, noise=noise, factor=0.5, random_state=random)


def moons(count: int, noise: float, random: np.random.RandomState) -> Drawn:
    """Two half circles, each reaching into the other."""
    return datasets.make_moons(count, noise=noise, random_state=random)


def spirals(count: int, noise: float, random: np.random.RandomState) -> Drawn:
    """Two spirals around each other, one the other turned by half a turn; points lie as densely outside as inside.

    After Lang, Witbrock (1988), Learning to tell two spirals apart; here with one and a quarter turns.
    """
    label = np.arange(count) % 2
    along = np.sqrt(random.uniform(0.02, 1, count))  # the radius: outer turns are longer
    angle = along * SPIRAL_TURNS * 2 * np.pi + label * np.pi
    positions = SPIRAL_RADIUS * along[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    return positions + random.normal(scale=noise, size=(count, 2)), label


def blobs(count: int, noise: float, random: np.random.RandomState) -> Drawn:
    """Two clouds, which a straight line tells apart as far as they do not overlap."""
    positions, labels = datasets.make_blobs(count, centers=CENTRES, cluster_std=noise, random_state=random)
    return positions, labels


SOURCES: dict[str, Callable[[int, float, np.random.RandomState], Drawn]] = {
    "xor": xor,
    "circles": circles,
    "moons": moons,
    "spirals": spirals,
    "blobs": blobs,
}


def load(spec: BoundarySpec) -> PointSets:
    """The points a spec asks for; they follow from its data set, noise, number and seed alone."""
    seeds = np.random.SeedSequence(spec.seed).generate_state(3)
    counts = (spec.points, VALIDATION_POINTS, TEST_POINTS)
    return PointSets(
        *(_drawn(spec, count, int(seed)) for count, seed in zip(counts, seeds, strict=True)),
    )


def _drawn(spec: BoundarySpec, count: int, seed: int) -> Points:
    positions, labels = SOURCES[spec.dataset](count, spec.noise, np.random.RandomState(seed))
    return Points(positions.astype(np.float32), labels.astype(np.uint8))
