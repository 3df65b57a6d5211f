"""Our own paintings: each always the same, and each in a manner of its own, as the network sees it."""

from __future__ import annotations

import importlib
from pathlib import Path

import numpy as np
import pytest

from trainers.style.objective import Objective
from trainers.style.paintings import catalogue

NAMES = tuple(entry.name for entry in catalogue.PAINTINGS)
SIZE = 256


def painted(name: str, seed: int, size: int) -> np.ndarray:
    return importlib.import_module(f"trainers.style.paintings.{name}").paint(seed, size)


@pytest.fixture(scope="module")
def paintings() -> dict[str, np.ndarray]:
    return {name: painted(name, 0, SIZE) for name in NAMES}


def test_there_are_at_least_eight_and_every_module_is_listed(paintings: dict[str, np.ndarray]) -> None:
    folder = Path(catalogue.__file__).parent
    modules = {path.stem for path in folder.glob("*.py") if "def paint(seed" in path.read_text()}
    assert modules == {*NAMES, "lake"}
    assert len(paintings) >= 8


@pytest.mark.parametrize("name", [*NAMES, "lake"])
def test_a_seed_gives_one_picture_and_another_seed_another(name: str) -> None:
    first, again, other = painted(name, 1, 96), painted(name, 1, 96), painted(name, 2, 96)
    np.testing.assert_array_equal(first, again)
    assert first.dtype == np.uint8
    assert first.shape == ((72, 96, 3) if name == "lake" else (96, 96, 3))
    assert np.abs(first.astype(int) - other).mean() > 1


def test_the_halves_of_a_painting_are_more_alike_than_any_other_painting(
    objective: Objective, paintings: dict[str, np.ndarray]
) -> None:
    """By the Gram matrices of all five layers, which is what a style is to the painter (Gatys 2015)."""
    halves = [
        (name, [gram.numpy() for gram in objective.grams(np.ascontiguousarray(half))])
        for name, picture in paintings.items()
        for half in (picture[:, : SIZE // 2], picture[:, SIZE // 2 :])
    ]
    for number, (name, grams) in enumerate(halves):
        nearest = min(
            (other for other in range(len(halves)) if other != number),
            key=lambda other: distance(grams, halves[other][1]),
        )
        assert halves[nearest][0] == name


def distance(one: list[np.ndarray], other: list[np.ndarray]) -> float:
    """Of each layer alike much, whatever the size of its numbers."""
    return sum(
        float(np.linalg.norm(a - b) / np.sqrt(np.linalg.norm(a) * np.linalg.norm(b)))
        for a, b in zip(one, other, strict=True)
    )
