import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.spec_form import (
    changed_by_group,
    changes_line,
    form_state,
    form_values,
    headings,
    label_of,
    shown_value,
    spec_from_form,
    step_of,
    typical_values,
)
from tests.any_spec import specs
from trainers.specs import SPECS, InvalidSpec, applies, changed_settings, parse_spec, settings

CLASSIFY = settings(SPECS["classify"])


@given(specs())
def test_any_spec_comes_back_from_the_form(spec):
    assert spec_from_form("classify", form_values(spec)) == spec


def test_the_untouched_form_asks_for_the_default():
    assert changed_settings(spec_from_form("classify", {})) == {}


@pytest.mark.parametrize("task", SPECS)
def test_the_widgets_of_all_tasks_have_keys_of_their_own(task):
    keys = {key for other in SPECS if other != task for key in form_state(parse_spec({"task": other}))}
    assert keys & form_state(parse_spec({"task": task})).keys() <= {"task"}
    assert form_state(parse_spec({"task": task}))["task"] == task


@pytest.mark.parametrize("task", SPECS)
def test_every_group_of_settings_has_its_place_in_the_form(task):
    assert {setting.group for setting in settings(SPECS[task])} <= {"common", *headings()}


@given(specs(), st.sampled_from(["softmax", "mlp"]))
def test_what_another_model_left_in_the_form_does_not_count(spec, model):
    after = spec_from_form("classify", {**form_values(spec), "model": model})
    assert after.model == model
    assert all(applies(s, after) or getattr(after, s.name) == s.default for s in CLASSIFY)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"learning_rate": "fast"}, "Learning rate cannot be 'fast': it must be a number, above 0"),
        ({"learning_rate": "0"}, "Learning rate cannot be"),
        ({"epochs": 0}, "Epochs cannot be 0: it must be a whole number, at least 1"),
        ({"model": "gpt"}, "Model cannot be 'gpt': it must be one of softmax"),
        ({"features": "pca", "model": "lenet5"}, "pca.*lenet5.*softmax or mlp"),
        ({"learning_rate": "nan"}, "Learning rate cannot be"),
    ],
)
def test_a_wrong_value_becomes_one_sentence(values, sentence):
    with pytest.raises(InvalidSpec, match=sentence) as error:
        spec_from_form("classify", values)
    assert "\n" not in str(error.value)


def test_an_emptied_widget_means_the_default():
    assert spec_from_form("classify", {"epochs": None, "learning_rate": ""}) == spec_from_form("classify", {})


@pytest.mark.parametrize("setting", [s for s in CLASSIFY if s.logarithmic], ids=lambda s: s.name)
def test_typical_values_are_legal_rise_by_a_factor_and_hold_the_default(setting):
    numbers = [float(text) for text in typical_values(setting)]
    assert setting.default in numbers and numbers == sorted(set(numbers))
    assert all(setting.minimum < number <= setting.maximum for number in numbers)
    assert all(2 < right / left < 5 for left, right in pairwise(numbers))
    assert math.isclose(numbers[-1], 1.0)


def test_labels_carry_their_unit():
    by_name = {setting.name: setting for setting in CLASSIFY}
    assert label_of(by_name["batch_size"]) == "Batch size (images)"
    assert label_of(by_name["epochs"]) == "Epochs"
    assert label_of(by_name["threads"]) == "Threads"


def test_steps_fit_the_range():
    steps = {setting.name: step_of(setting) for setting in CLASSIFY if setting.kind in ("int", "float")}
    expected = {"dropout": 0.05, "pace": 1.0, "epochs": 1, "l2": 0.0001, "shift": 0.5, "rotation": 1.0}
    assert {name: steps[name] for name in expected} == expected


@given(specs())
def test_what_was_changed_is_counted_once_in_its_section(spec):
    counted = changed_by_group("classify", form_values(spec))
    assert counted.total() == len(changed_settings(spec))
    assert counted["machine"] == sum(
        getattr(spec, one.name) != one.default for one in CLASSIFY if one.group == "machine"
    )


def test_values_that_make_no_spec_are_not_counted():
    assert not changed_by_group("classify", {"learning_rate": "fast", "dropout": 0.5})


def test_the_changes_read_as_one_line():
    assert changes_line({"model": "mlp", "learning_rate": 0.01, "batch_size": 1024}) == (
        "Model mlp · Learning rate 0.01 · Batch size 1,024"
    )


def test_switches_read_as_on_and_off():
    assert (shown_value(True), shown_value(False), shown_value(1)) == ("on", "off", "1")
    assert changes_line({"batch_norm": True}) == "Batch normalisation on"
