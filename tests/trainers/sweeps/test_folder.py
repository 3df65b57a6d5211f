"""A sweep is its runs and one file: begun once, gone on with, never mixed up with another."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from trainers.comparisons import find_comparisons
from trainers.launchers.queue import queued, see_all
from trainers.runs import DamagedFile, NameTaken, find_runs
from trainers.specs import ClassifySpec
from trainers.sweeps import NAME, find_sweeps, planned, read_sweep, start, sweep

ASKED = sweep(ClassifySpec(model="mlp"), {"learning_rate": "0.001..0.1", "activation": "relu,tanh"}, budget=4)


def test_everything_queues_in_turn_and_is_found_again(logdir: Path) -> None:
    runs = start(ASKED, logdir, "s")
    assert [one.run.name for one in queued(see_all(logdir))] == [one.name for one in planned(ASKED)]
    assert [run.spec() for run in runs] == [one.spec for one in planned(ASKED)]
    assert find_sweeps(logdir) == {"s": ASKED}
    assert read_sweep(logdir, "../s") is None and find_comparisons(logdir) == {}
    shutil.rmtree(runs[1].path)
    assert start(ASKED, logdir, "s") == runs and len(find_runs(logdir)) == 4


def test_an_experiment_searches_one_thing(logdir: Path) -> None:
    start(ASKED, logdir, "s")
    with pytest.raises(NameTaken, match="searches something else"):
        start(ASKED.model_copy(update={"budget": 5}), logdir, "s")
    (logdir / "s" / NAME).write_text('{"task": "classify"}')
    with pytest.raises(DamagedFile, match="is damaged"):
        read_sweep(logdir, "s")
    assert find_sweeps(logdir) == {}
    with pytest.raises(NameTaken, match="Choose another name"):
        start(ASKED, logdir, "s")
