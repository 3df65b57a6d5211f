"""What a run's curves are called and how they are drawn."""

import importlib

import pytest

from dashboard.live_curves import DrawnRun, measured, measured_in, series, steps_per_epoch, task_of
from trainers.runs import Status
from trainers.specs import BoundarySpec, SequenceSpec


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


@pytest.mark.parametrize(
    ("tasks", "charts"),
    [
        (["classify"], ["accuracy", "loss"]),
        (["boundary", "classify"], ["accuracy", "loss"]),
        (["sequence"], ["error", "loss"]),
        (["sequence", "boundary"], ["accuracy", "error", "loss"]),
    ],
)
def test_there_is_a_chart_for_what_the_runs_measure_and_no_other(tasks, charts):
    runs = [DrawnRun(f"e/{task}", task, "#000000", task=task) for task in tasks]
    assert measured(runs) == charts


@pytest.mark.parametrize("spec", [BoundarySpec(), SequenceSpec()])
def test_what_is_drawn_of_a_task_is_what_its_trainer_measures(spec):
    module = importlib.import_module(f"trainers.{spec.task}")
    for tag in ("accuracy", "error", "loss"):
        parts = [("train", module.MEASURES), ("validation", module.VALIDATION_MEASURES)]
        assert measured_in(task_of(spec), tag) == tuple(part for part, tags in parts if tag in tags)
