"""What is drawn before a training, held against the training's own numbers and against formulas."""

from __future__ import annotations

import base64
import io
import math

import numpy as np
import pytest
from PIL import Image

from trainers import datasets
from trainers.previews import MOST_POINTS, VERSIONS, augmentation, schedule
from trainers.specs import ClassifySpec


def test_cosine_falls_as_its_formula_from_the_first_step_to_the_last() -> None:
    """mnist-5k has 4,000 training digits: 40 steps of 100 an epoch, 80 in all."""
    told = schedule(ClassifySpec(schedule="cosine", learning_rate=0.3, epochs=2, batch_size=100))
    assert told["steps"] == list(range(80))
    assert told["epochs"] == pytest.approx([step / 40 for step in range(80)])
    expected = [0.3 * (1 + math.cos(math.pi * step / 80)) / 2 for step in range(80)]
    np.testing.assert_allclose(told["rates"], expected, rtol=1e-5, atol=1e-8)


def test_a_step_schedule_halves_after_each_epoch() -> None:
    told = schedule(
        ClassifySpec(schedule="step", learning_rate=0.8, decay_rate=0.5, epochs=4, batch_size=1_000)
    )
    assert told["rates"] == pytest.approx([0.8] * 4 + [0.4] * 4 + [0.2] * 4 + [0.1] * 4)


def test_a_long_training_is_drawn_with_few_points_from_its_first_step_to_its_last() -> None:
    told = schedule(ClassifySpec(schedule="one_cycle", epochs=10_000, batch_size=1))
    assert len(told["steps"]) == len(told["epochs"]) == len(told["rates"]) <= MOST_POINTS
    assert (told["steps"][0], told["steps"][-1]) == (0, 4_000 * 10_000 - 1)
    assert max(told["rates"]) == pytest.approx(1e-3, rel=0.02)


@pytest.mark.parametrize(("changed", "last"), [({"steps": 7}, 6), ({"train_share": 0.5}, 19), ({}, 39)])
def test_what_shortens_a_training_shortens_its_drawing(changed: dict[str, float], last: int) -> None:
    spec = ClassifySpec(schedule="exponential", epochs=1, batch_size=100, **changed)
    assert schedule(spec)["steps"][-1] == last


def pixels(encoded: str) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(encoded))))


@pytest.fixture(scope="module")
def turned() -> dict[str, list]:
    return augmentation(ClassifySpec(rotation=30))


def test_the_originals_are_training_digits(turned: dict[str, list]) -> None:
    train = datasets.load(ClassifySpec()).train
    known = {image.tobytes(): label for image, label in zip(train.images, train.labels, strict=True)}
    assert [known[pixels(png).tobytes()] for png in turned["originals"]] == [2, 4, 7]


def test_each_version_is_another_one_of_the_same_ink(turned: dict[str, list]) -> None:
    """Turning moves ink and neither makes nor takes much of it."""
    for original, versions in zip(turned["originals"], turned["augmented"], strict=True):
        assert len({original, *versions}) == VERSIONS + 1
        inks = [pixels(png).sum(dtype=np.int64) for png in versions]
        assert inks == pytest.approx([pixels(original).sum(dtype=np.int64)] * VERSIONS, rel=0.1)


def test_pooled_images_are_shown_as_the_network_sees_them() -> None:
    told = augmentation(ClassifySpec(shift=2, features="pooled", pooling=2))
    assert {pixels(png).shape for png in (*told["originals"], *told["augmented"][0])} == {(14, 14)}


def test_without_augmentation_nothing_changes() -> None:
    told = augmentation(ClassifySpec())
    assert told["augmented"] == [[original] * VERSIONS for original in told["originals"]]
