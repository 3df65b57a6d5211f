"""What holds for every task: its settings make a command line, a form, sentences and JSON, and its module is there."""

from __future__ import annotations

import importlib

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings

from dashboard.spec_form import form_values, spec_from_form
from tests.any_spec import specs
from tests.running import run_command
from trainers.execution import TASKS
from trainers.specs import SPECS, InvalidSpec, changed_settings, legal_values, parse_spec, settings


@pytest.mark.parametrize("task", SPECS)
def test_every_setting_explains_itself(task):
    for setting in settings(SPECS[task]):
        assert setting.label and len(setting.description) > 15, setting.name
        assert legal_values(setting)
        for field, values in setting.only_for.items():
            [other] = [one for one in settings(SPECS[task]) if one.name == field]
            assert set(values) <= set(other.choices) | {True, False}


@given(specs("boundary"))
@hypothesis_settings(suppress_health_check=[HealthCheck.too_slow])
def test_a_boundary_spec_survives_json_and_form(spec):
    assert parse_spec(spec.model_dump(mode="json")) == spec
    assert spec_from_form("boundary", form_values(spec)) == spec
    assert parse_spec({"task": "boundary", **changed_settings(spec)}) == spec


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"signal": "mackey_glass", "model": "lstm", "noise": 0.1, "depth": 2},
        {"signal": "csv", "csv_file": "/data/own.csv", "column": "level [m]"},
    ],
)
def test_a_sequence_spec_survives_json_and_form(asked):
    spec = parse_spec({"task": "sequence", **asked})
    assert parse_spec(spec.model_dump(mode="json")) == spec
    assert spec_from_form("sequence", form_values(spec)) == spec


@pytest.mark.parametrize("task", SPECS)
def test_every_task_has_a_trainer_that_says_what_it_measures(task):
    module = importlib.import_module(TASKS[task])
    for measures in (module.MEASURES, module.VALIDATION_MEASURES):
        assert next(iter(measures)) == "loss" and all(measures.values())
    assert list(module.MEASURES)[-1] == "learning_rate"


@pytest.mark.parametrize(
    ("values", "fragments"),
    [
        ({"task": "boundary", "model": "mlp"}, ("Model", "mlp", "logistic", "one_hidden")),
        ({"task": "boundary", "model": "logistic", "width": 4}, ("Width", "no effect", "logistic")),
        ({"task": "boundary", "noise": -1}, ("Noise", "at least 0")),
        ({"task": "sequence", "window": 0}, ("Window", "at least 1")),
        ({"task": "sequence", "column": "x" * 300}, ("Column", "text")),
        ({"task": "sequence", "dataset": "mnist"}, ("no setting", "dataset", "signal")),
    ],
)
def test_a_wrong_value_is_answered_by_a_sentence_that_names_it(values, fragments):
    with pytest.raises(InvalidSpec) as caught:
        parse_spec(values)
    assert all(fragment in str(caught.value) for fragment in fragments), str(caught.value)


def test_the_command_line_knows_every_task_and_refuses_a_wrong_file(tmp_path):
    path = tmp_path / "own.csv"
    path.write_text("level\n1\nx\n")
    done = run_command(
        "sequence", "--signal", "csv", "--csv-file", str(path), "--logdir", str(tmp_path / "logs")
    )
    assert done.returncode == 2 and "line 3 ('x')" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
