"""Presets: plain settings that are always valid, and that give way to what a person chose."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.any_spec import values_of
from tests.running import run_command
from tests.trainers.conftest import curve
from trainers import hardware, models
from trainers.runs import Run, read_status
from trainers.specs import (
    PRESETS,
    ClassifySpec,
    InvalidSpec,
    changed_settings,
    parse_spec,
    settings,
    with_preset,
)

DATASETS = get_args(ClassifySpec.model_fields["dataset"].annotation)
PROMISED = (
    "notes softmax-92 simple-cnn lenet5 deep-cnn fast-cnn fast-cnn-994 mnist-5k rnn gru lstm vanishing "
    "sigmoid relu"
).split()  # fmt: skip


def test_every_promised_preset_is_there_and_explains_itself() -> None:
    assert list(PRESETS) == PROMISED
    for name, preset in PRESETS.items():
        assert preset.name == name
        assert preset.title and len(preset.explanation) > 40 and preset.explanation.endswith(".")
    assert len({preset.title for preset in PRESETS.values()}) == len(PRESETS)


@pytest.mark.parametrize("dataset", DATASETS)
@pytest.mark.parametrize("name", PROMISED)
def test_a_preset_is_valid_for_every_data_set(name: str, dataset: str) -> None:
    path = {"data_path": "/data/pets"} if dataset == "own" else {}
    spec = parse_spec(with_preset(name, {"dataset": dataset, **path}))
    assert spec.dataset == dataset
    assert parse_spec(PRESETS[name].settings).precision == "float32"  # plain data: the same on every machine


@pytest.mark.parametrize("name", PROMISED)
def test_a_preset_builds_a_network(name: str) -> None:
    model = models.build(parse_spec(PRESETS[name].settings))
    assert model.output_shape == (None, 10)


def test_the_notes_script_is_what_the_notes_ran() -> None:
    spec = parse_spec(PRESETS["notes"].settings)
    assert (spec.model, spec.batch_size, spec.dropout) == ("simple_cnn", 25, 0.5)
    assert (spec.optimizer, spec.learning_rate, spec.schedule) == ("adam", 1e-4, "constant")
    assert "mean over 1,000 training batches" in PRESETS["notes"].explanation
    assert f"the last 1,000 of {spec.steps:,}" in PRESETS["notes"].explanation


def test_the_notes_script_ends_with_the_thousand_batches_whose_mean_is_shown() -> None:
    spec = parse_spec(PRESETS["notes"].settings)
    steps_per_epoch = 55_000 // spec.batch_size
    assert (spec.epochs - 1) * steps_per_epoch + 1_000 == spec.steps <= spec.epochs * steps_per_epoch


def test_the_preset_of_vanishing_gradients_shows_them_and_relu_learns(train: Callable[..., Run]) -> None:
    quickly = dict.fromkeys(
        ("histograms", "feature_images", "mistake_images", "precision_recall", "projector"), False
    )
    accuracy, shrinks = {}, {}
    for activation in ("sigmoid", "relu"):
        run = train(**{**PRESETS["vanishing"].settings, "activation": activation, **quickly})
        accuracy[activation] = read_status(run.status_file).metrics["val_accuracy"]
        first, last = (
            curve(run.path / "train", f"gradient_norm/{layer}")[1] for layer in ("hidden_1", "hidden_8")
        )
        shrinks[activation] = np.median(last / first)
    assert accuracy["sigmoid"] < 0.2  # a tenth of the digits would be named by chance
    assert accuracy["relu"] > 0.85
    assert shrinks["sigmoid"] > 1_000
    assert shrinks["relu"] < 10


def test_sigmoid_and_relu_differ_in_nothing_else() -> None:
    sigmoid, relu = (dict(PRESETS[name].settings) for name in ("sigmoid", "relu"))
    assert (sigmoid.pop("activation"), relu.pop("activation")) == ("sigmoid", "relu")
    assert sigmoid == relu


@given(data=st.data())
def test_what_was_chosen_always_counts(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(PROMISED))
    one = data.draw(st.sampled_from(settings(ClassifySpec)))
    value = data.draw(values_of(one))
    chosen: dict[str, Any] = {one.name: value}
    both = with_preset(name, chosen)
    assert both[one.name] == value
    try:
        spec = parse_spec(both)
    except InvalidSpec as error:  # only what was chosen itself can be wrong, never what the preset adds
        assert one.label in str(error) or "principal components" in str(error)
    else:
        kept = {key for key in PRESETS[name].settings if key != one.name and key in both}
        assert all(getattr(spec, key) == PRESETS[name].settings[key] for key in kept)


def test_what_a_preset_asks_for_beside_another_model_is_left_out_where_it_has_no_effect() -> None:
    asked = PRESETS["mnist-5k"].settings
    assert asked["batch_norm"]
    assert PRESETS["deep-cnn"].settings["dropout"]
    assert parse_spec(with_preset("deep-cnn", {"model": "softmax"})).dropout == 0
    spec = parse_spec(with_preset("mnist-5k", {"model": "softmax"}))
    assert spec.batch_norm is False
    assert (spec.epochs, spec.shift) == (asked["epochs"], asked["shift"])


def test_the_command_line_takes_a_preset_and_what_differs_from_it(logdir: Any) -> None:
    done = run_command(
        *"classify --preset mnist-5k --model mlp --epochs 1 --steps 2 --no-such 1".split(),
        "--logdir",
        str(logdir),
    )
    assert (done.returncode, done.stdout) == (2, "")
    done = run_command(
        *"classify --preset mnist-5k --model mlp --epochs 1 --steps 2 --batch-norm false --norms".split(),
        *"--device cpu --experiment e --run r --logdir".split(),
        str(logdir),
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout.splitlines()[-1])["steps"] == 2
    spec = Run(logdir, "e", "r").spec()
    assert spec.precision == hardware.fast_precision("cpu")
    assert (spec.precision == "bfloat16") == ("computes in bfloat16" in done.stdout)  # and says so
    wanted = with_preset(
        "mnist-5k", {"model": "mlp", "epochs": 1, "steps": 2, "device": "cpu", "batch_norm": False}
    )
    assert changed_settings(spec) == changed_settings(parse_spec({**wanted, "precision": spec.precision}))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("--preset lenet6", "There is no preset 'lenet6': choose one of notes, softmax-92,"),
        ("--preset lenet5 --epochs 0", "Epochs cannot be '0'"),
        ("--norms perhaps", "Norms cannot be 'perhaps': it must be true or false"),
    ],
)
def test_what_a_command_line_cannot_have_is_one_sentence(logdir: Any, options: str, words: str) -> None:
    done = run_command("classify", "--logdir", str(logdir), *options.split())
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not list(logdir.glob("*/*"))
