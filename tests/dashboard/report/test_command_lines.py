"""The command lines of a report ask for exactly what was trained: the command line's own parser reads them back."""

from __future__ import annotations

import argparse
import shlex
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.report.command_lines import comparison_command, run_command, sweep_command
from tests.any_spec import specs
from trainers import cli, compare_command
from trainers import sweep_command as sweeps_from_terminal
from trainers.comparisons import comparison
from trainers.specs import BoundarySpec, ClassifySpec, SequenceSpec, Spec, StylizeSpec
from trainers.sweeps import sweep

PARSER = cli._parser()


def read(command: str) -> argparse.Namespace:
    words = shlex.split(command)
    assert words[:3] == ["python", "-m", "trainers"]
    return PARSER.parse_args(words[3:])


@settings(max_examples=40)
@given(spec=st.one_of(specs(), specs("boundary")))
def test_every_run_can_be_typed_again(spec: Spec) -> None:
    chosen = read(run_command(spec, experiment="实验 e", name="-r; rm '$x'"))
    assert (chosen.experiment, chosen.run) == ("实验 e", "-r; rm '$x'")
    assert cli._spec(chosen) == spec


QUESTIONS = [
    comparison(ClassifySpec(model="mlp", learning_rate=0.01), "activation", ["sigmoid", "relu"], seeds=2, tune=True),
    comparison(ClassifySpec(model="mlp"), "batch_norm", [False, True], seeds=1),
    comparison(SequenceSpec(epochs=3), "window", [8, 16], seeds=3),
    comparison(BoundarySpec(noise=0.1), "learning_rate", [0.001, 0.3], seeds=1),
]  # fmt: skip


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda one: one.field)
def test_every_comparison_can_be_typed_again(question) -> None:
    chosen = read(comparison_command(question, "e"))
    asked = compare_command.asked(
        cli._typed(chosen, "compare"), vary=chosen.vary, preset=None, seeds=chosen.seeds, tune=chosen.tune
    )
    assert (asked, chosen.experiment) == (question, "e")


SWEEPS = [
    sweep(ClassifySpec(model="mlp"), {"learning_rate": "0.0001..0.1", "activation": "relu,tanh"}, budget=5, seed=7),
    sweep(SequenceSpec(epochs=2), {"window": "8..32"}, budget=3, stop_early=True),
    sweep(ClassifySpec(model="mlp"), {"batch_norm": "true,false", "depth": "1,2"}, method="grid", budget=4),
]  # fmt: skip


@pytest.mark.parametrize("question", SWEEPS, ids=lambda one: one.method + one.task)
def test_every_sweep_can_be_typed_again(question) -> None:
    chosen = read(sweep_command(question, "s"))
    asked = sweeps_from_terminal.asked(
        cli._typed(chosen, "search"),
        search=chosen.search,
        method=chosen.method,
        budget=chosen.budget,
        seed=chosen.search_seed,
        stop_early=chosen.stop_early,
    )
    assert (asked, chosen.experiment) == (question, "s")


def test_a_painting_names_its_files() -> None:
    spec = StylizeSpec(content=Path("/data/a b.jpg"), style=(Path("/data/s.png"), Path("/data/t.png")))
    chosen = read(run_command(spec, experiment="e", name="r"))
    assert cli._spec(chosen) == spec
