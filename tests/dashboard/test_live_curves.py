"""What a run's curves are called and how they are drawn."""

import importlib

import pytest

from dashboard.live_curves import (
    DrawnRun,
    groups,
    has_seeds,
    mean_name,
    measured,
    measured_in,
    part_lines,
    series,
    settings_but_seed,
    steps_per_epoch,
    task_of,
)
from trainers.runs import Status
from trainers.specs import BoundarySpec, ClassifySpec, SequenceSpec


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


def seeds(*names: str, mean: str = "") -> list[DrawnRun]:
    """Runs of the same settings, whose names tell their seeds apart."""
    return [DrawnRun(f"e/{name}", name, "#0072B2", alike="same", mean=mean) for name in names]


def test_runs_that_differ_in_their_seed_only_are_of_the_same_settings():
    one, two = (settings_but_seed(ClassifySpec(model="mlp", seed=seed)) for seed in (1, 2))
    assert one == two != settings_but_seed(ClassifySpec(model="mlp", seed=1, learning_rate=0.5))
    assert settings_but_seed(None) == ""


def test_seeds_become_one_line_in_the_place_of_the_first_and_others_stay():
    other = DrawnRun("e/other", "other", "#D55E00", alike="others")
    runs = [*seeds("mlp-1"), other, *seeds("mlp-2", "mlp-3")]
    mean, alone = part_lines(runs, "loss", "validation", means=True)
    assert (mean.run, mean.label, mean.colour) == ("e/mlp-1/validation", "mlp, validation", "#0072B2")
    assert mean.seeds == tuple((f"e/mlp-{seed}/validation", f"mlp-{seed}") for seed in (1, 2, 3))
    assert (alone.label, alone.seeds) == ("other, validation", ())
    assert [line.seeds for line in part_lines(runs, "loss", "train", means=False)] == [()] * 4


def test_runs_whose_settings_are_unknown_belong_to_nobody():
    unknown = [DrawnRun(f"e/{name}", name, "#0072B2") for name in "ab"]
    assert groups(unknown, means=True) == [[run] for run in unknown]
    assert not has_seeds(unknown)
    assert has_seeds(seeds("a", "b")) and not has_seeds(seeds("a"))


@pytest.mark.parametrize(
    ("runs", "name"),
    [
        (seeds("mlp-1", "mlp-2"), "mlp"),
        (seeds("relu@0.01-1", "relu@0.01-2", mean="relu@0.01"), "relu@0.01"),
        (seeds("first", "second"), "first"),
        (seeds("7", "8"), "7"),
    ],
)
def test_a_mean_is_called_what_its_seeds_have_in_common(runs, name):
    assert mean_name(runs) == name
