"""What a run's curves are called and how they are drawn."""

import pytest

from dashboard.live_curves import DrawnRun, series, steps_per_epoch
from trainers.runs import Status


def test_training_is_a_full_line_and_validation_a_dashed_one_of_the_same_colour():
    run = DrawnRun("e/r", "ReLU", "#D55E00", steps_per_epoch=32)
    training, validation = series(run, "loss", "train"), series(run, "loss", "validation")
    assert (training.run, training.label, training.dashed) == ("e/r/train", "ReLU, training", False)
    assert (validation.run, validation.label, validation.dashed) == (
        "e/r/validation",
        "ReLU, validation",
        True,
    )
    assert training.colour == validation.colour == "#D55E00"
    assert training.steps_per_epoch == 32


@pytest.mark.parametrize(
    ("status", "steps"),
    [
        (Status(total_steps=96, epochs=3), 32),
        (Status(epochs=3), None),
        (Status(total_steps=96), None),
        (Status(total_steps=96, epochs=0), None),
    ],
)
def test_the_length_of_an_epoch_is_known_once_the_trainer_has_counted(status, steps):
    assert steps_per_epoch(status) == steps
