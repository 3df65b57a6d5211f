"""A spec is said once: its fields make the form, the command line, the sentences and the JSON."""

from __future__ import annotations

import math

import pytest
from hypothesis import given

from tests.any_spec import specs
from trainers.specs import (
    ClassifySpec,
    InvalidSpec,
    changed_settings,
    effective_settings,
    legal_values,
    parse_spec,
    settings,
    spec_hash,
)

BY_NAME = {setting.name: setting for setting in settings(ClassifySpec)}


@given(specs())
def test_a_spec_survives_its_own_json(spec):
    assert parse_spec(spec.model_dump(mode="json")) == spec


@given(specs())
def test_changed_settings_are_enough_to_ask_for_the_same_again(spec):
    assert parse_spec(changed_settings(spec)) == spec


@given(specs(), specs())
def test_equal_specs_and_only_they_share_a_hash(one, other):
    assert (spec_hash(one) == spec_hash(other)) == (one == other)


def test_every_setting_explains_itself():
    for setting in BY_NAME.values():
        assert setting.label and len(setting.description) > 15, setting.name
        assert setting.kind in ("choice", "path", "bool") or (
            setting.minimum is not None and setting.maximum is not None
        )
        assert legal_values(setting)


def test_the_defaults_are_a_spec_that_changes_nothing():
    assert changed_settings(ClassifySpec()) == {}


@pytest.mark.parametrize(
    ("data", "fragments"),
    [
        ({"epochs": 0}, ("Epochs", "0", "at least 1")),
        ({"epochs": 2.5}, ("Epochs", "2.5", "whole number")),
        ({"learning_rate": 0}, ("Learning rate", "above 0")),
        ({"learning_rate": math.nan}, ("Learning rate", "nan")),
        ({"learning_rate": math.inf}, ("Learning rate", "inf")),
        ({"model": "vgg"}, ("Model", "vgg", "softmax", "simple_cnn")),
        ({"depth": 4}, ("Depth", "no effect", "softmax", "mlp")),
        (
            {"model": "mlp", "mnist_file": "x.npz"},
            ("MNIST file", "no effect", "mnist-5k"),
        ),
        ({"batch_norm": "perhaps", "model": "mlp"}, ("Batch normalisation", "perhaps", "true or false")),
        ({"batch_norm": True}, ("Batch normalisation", "no effect", "softmax", "mlp")),
        (
            {"features": "pca", "model": "lenet5"},
            ("pca", "model lenet5", "pixels or pooled", "softmax or mlp"),
        ),
        ({"features": "pca", "shift": 2}, ("Shift", "no effect", "pca", "pixels or pooled")),
        ({"speed": 4}, ("speed", "learning_rate")),
        ({"task": "paint"}, ("paint", "classify")),
    ],
)
def test_a_wrong_value_is_answered_by_a_sentence_that_names_it(data, fragments):
    with pytest.raises(InvalidSpec) as caught:
        parse_spec(data)
    assert all(fragment in str(caught.value) for fragment in fragments), str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["true", "True", "false"])
def test_a_switch_is_understood_as_a_command_line_gives_it(text):
    assert parse_spec({"norms": text}).norms == (text.lower() == "true")


def test_a_comparison_shows_only_settings_that_have_an_effect():
    assert "depth" not in effective_settings(ClassifySpec(model="softmax"))
    assert effective_settings(ClassifySpec(model="mlp", depth=3))["depth"] == 3
