"""The median rule: it stops what NumPy's median says, in a real folder too, and only where a sweep asks for it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.dashboard.reading.event_files import write_events
from trainers.comparisons.event_files import growing_curves
from trainers.runs import Run, change_about, pending_commands, read_about, read_status, write_status
from trainers.specs import ClassifySpec
from trainers.sweeps import STOPPED_EARLY, MedianRule, best, results, start, sweep
from trainers.sweeps.median_rule import FEWEST_COMPLETED, WARM_UP_EPOCHS, hopeless

CURVES = st.lists(st.floats(0, 1, width=32), min_size=4, max_size=4)


@settings(max_examples=60)
@given(completed=st.lists(CURVES, max_size=7), running=CURVES, epochs=st.integers(1, 4), more=st.booleans())
def test_a_run_is_stopped_when_its_best_so_far_is_below_the_median(completed, running, epochs, more) -> None:
    so_far = running[:epochs]
    found = hopeless(completed, {"r": so_far}, more_is_better=more)
    if len(completed) < FEWEST_COMPLETED or epochs <= WARM_UP_EPOCHS:
        assert found == []
        return
    median = np.median([curve[epochs - 1] for curve in completed])
    worse = max(so_far) < median if more else min(so_far) > median
    assert found == (["r"] if worse else [])


ASKED = sweep(ClassifySpec(model="mlp"), {"depth": "1,2,3,4,5"}, method="grid", budget=5, stop_early=True)


def put(run: Run, accuracies: list[float], state: str) -> None:
    write_events(
        run.path / "validation", {"accuracy": [(31 * (n + 1), one) for n, one in enumerate(accuracies)]}
    )
    metrics = {"val_accuracy": accuracies[-1], "test_accuracy": accuracies[-1] - 0.01}
    changed = read_status(run.status_file).changed(state=state, metrics=metrics, seconds=2.0)
    write_status(run.status_file, changed)


def test_only_the_hopeless_run_of_a_real_folder_is_asked_to_stop_and_says_why(logdir: Path) -> None:
    runs = start(ASKED, logdir, "s")
    for run, level in zip(runs[:3], (0.7, 0.8, 0.9), strict=True):
        put(run, [level - 0.1, level, level], "completed")
    put(runs[3], [0.3], "running")
    put(runs[4], [0.3], "running")
    change_about(runs[3].path / "about.json", tags=("mine",), notes="look here")
    rule = MedianRule(logdir, growing_curves(logdir))
    assert rule.apply() == [], "the rule waits for a second epoch"
    put(runs[3], [0.3, 0.4], "running")
    put(runs[4], [0.3, 0.85], "running")
    assert rule.apply() == [runs[3]]
    assert rule.apply() == [], "it was told already"
    assert [command.kind for command in pending_commands(runs[3].commands)] == ["stop"]
    assert pending_commands(runs[4].commands) == []
    about = read_about(runs[3].path / "about.json")
    assert (about.tags, about.notes) == (("mine", STOPPED_EARLY), "look here")

    write_status(runs[3].status_file, read_status(runs[3].status_file).changed(state="stopped"))
    trials = results(ASKED, logdir, "s")
    assert [one.stopped_early for one in trials] == [False, False, False, True, False]
    found = best(trials, "accuracy")
    assert found is not None and (found.run, found.validation, found.test) == (
        runs[2].key,
        0.9,
        pytest.approx(0.89),
    )


def test_a_sweep_that_does_not_ask_for_the_rule_is_left_alone(logdir: Path) -> None:
    runs = start(ASKED.model_copy(update={"stop_early": False}), logdir, "s")
    for run, level in zip(runs, (0.7, 0.8, 0.9, 0.1, 0.1), strict=True):
        put(run, [level, level, level], "completed" if level > 0.5 else "running")
    assert MedianRule(logdir, growing_curves(logdir)).apply() == []


def test_a_run_that_completes_before_it_obeys_is_not_said_to_have_been_stopped(logdir: Path) -> None:
    runs = start(ASKED, logdir, "s")
    for run in runs[:4]:
        put(run, [0.8, 0.9], "completed")
    put(runs[4], [0.3, 0.4], "running")
    rule = MedianRule(logdir, growing_curves(logdir))
    assert rule.apply() == [runs[4]]
    write_status(runs[4].status_file, read_status(runs[4].status_file).changed(state="completed"))
    assert rule.apply() == []
    assert read_about(runs[4].path / "about.json").tags == ()


def test_a_sweep_at_rest_is_left_in_peace_until_one_of_its_runs_goes_on(logdir: Path) -> None:
    runs = start(ASKED, logdir, "s")
    for run in runs:
        put(run, [0.8, 0.9], "completed")
    rule = MedianRule(logdir, growing_curves(logdir))
    assert rule.apply() == rule.apply() == []
    put(runs[4], [0.3, 0.4], "running")
    write_status(runs[4].status_file, read_status(runs[4].status_file).changed(step=62))
    assert rule.apply() == [runs[4]]
