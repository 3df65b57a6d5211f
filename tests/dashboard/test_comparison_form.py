"""What the form of a comparison suggests, counts and estimates."""

from __future__ import annotations

from pathlib import Path

import pytest

from dashboard.comparison_form import free_name, known_seconds, queue_line
from dashboard.comparison_question import as_held, first_values
from dashboard.listing import RunView
from trainers.comparisons import COMPARISON_PRESETS, comparable_settings, comparison
from trainers.runs import About, Run, Status
from trainers.specs import LEARNING_TASKS, ClassifySpec, InvalidSpec, parse_spec

ASKED = comparison(ClassifySpec(model="mlp"), "activation", ["sigmoid", "relu"], seeds=2)


@pytest.mark.parametrize("task", LEARNING_TASKS)
def test_the_values_to_begin_with_can_be_compared_for_every_setting(task):
    for setting in comparable_settings(task):
        if setting.kind == "bool":
            continue
        first, second = first_values(setting)
        assert first != second, setting.name
        for value in (first, second):
            try:
                parse_spec({"task": task, setting.name: value})
            except InvalidSpec as error:
                # Some need another setting beside them or a machine; none is out of bounds.
                assert "no effect" in str(error) or "do not go together" in str(error), error
        assert as_held(setting, (first, second))


def test_a_free_name_counts_on():
    assert free_name(ASKED, []) == "activation-1"
    assert free_name(ASKED, ["Activation-1", "activation-3"]) == "activation-2"


def view(number: int, seconds: float, **changes: object) -> RunView:
    spec = ClassifySpec(model="mlp", seed=50 + number, **changes)
    status = Status(state="completed", started=100.0, finished=100.0 + seconds)
    return RunView(Run(Path("/logs"), "e", f"r-{number}"), status, spec, About())


def test_the_time_is_that_of_the_same_trainings_whatever_their_seed():
    sigmoid, relu = view(1, 10.0, activation="sigmoid"), view(2, 20.0)
    assert known_seconds(ASKED, [sigmoid, relu], limit=1) == pytest.approx(60.0)
    assert known_seconds(ASKED, [sigmoid, relu], limit=2) == pytest.approx(30.0)
    assert known_seconds(ASKED, [sigmoid], limit=1) is None
    assert "About 1 min 0 s" in queue_line(ASKED, 60.0)
    assert queue_line(ASKED, None).startswith("2 arms × 2 seeds: 4 runs.")


def test_tuning_multiplies_what_is_queued():
    assert "2 arms × 3 seeds × 4 learning rates: 24 runs." in queue_line(
        COMPARISON_PRESETS["optimizer"].comparison(), None
    )
