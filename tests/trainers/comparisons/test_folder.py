"""A comparison is its runs and one file: begun once, gone on with after an interruption, and never mixed up."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from trainers.comparisons import (
    comparison,
    comparison_file,
    find_comparisons,
    progress,
    read_comparison,
    runs_of,
    start,
)
from trainers.launchers.queue import queued, see_all
from trainers.runs import (
    DamagedFile,
    InvalidName,
    NameTaken,
    find_runs,
    read_about,
    read_status,
    write_status,
)
from trainers.runs.trash import move_to_trash, restore
from trainers.specs import ClassifySpec

ASKED = comparison(ClassifySpec(model="mlp"), "activation", ["sigmoid", "relu"], seeds=2)
ANOTHER = comparison(ClassifySpec(model="mlp"), "depth", ["1", "2"], seeds=1)


def test_everything_queues_at_once_and_in_turn(logdir: Path) -> None:
    runs = start(ASKED, logdir, "e")
    assert [run.name for run in runs] == [one.name for one in ASKED.planned()]
    assert [one.run.name for one in queued(see_all(logdir))] == [run.name for run in runs]
    assert read_comparison(logdir, "e") == ASKED
    assert {run.name: read_about(run.path / "about.json").colour for run in runs} == {
        "sigmoid-1": 0, "relu-1": 1, "sigmoid-2": 0, "relu-2": 1,
    }  # fmt: skip
    assert find_comparisons(logdir) == {"e": ASKED}
    assert len(find_runs(logdir)) == 4, "the file beside them is no run"


def test_who_asks_again_gets_what_is_missing_only(logdir: Path) -> None:
    runs = start(ASKED, logdir, "e")
    shutil.rmtree(runs[1].path)
    write_status(runs[0].status_file, read_status(runs[0].status_file).changed(state="completed"))
    assert start(ASKED, logdir, "e") == runs
    assert read_status(runs[0].status_file).state == "completed"
    assert read_status(runs[1].status_file).state == "queued"


def test_an_experiment_compares_one_thing(logdir: Path) -> None:
    start(ASKED, logdir, "e")
    with pytest.raises(NameTaken, match="compares something else"):
        start(ANOTHER, logdir, "e")
    assert read_comparison(logdir, "e") == ASKED
    start(ANOTHER, logdir, "f")
    comparison_file(logdir, "f").unlink()
    with pytest.raises(NameTaken, match="already a run f/depth=1-1"):
        start(ANOTHER, logdir, "f")
    with pytest.raises(InvalidName):
        start(ASKED, logdir, "../e")


def test_deleted_runs_are_missed_and_come_back(logdir: Path) -> None:
    runs = start(ASKED, logdir, "e")
    for run in runs:
        write_status(run.status_file, read_status(run.status_file).changed(state="completed"))
    trashed = [move_to_trash(run) for run in runs]
    assert find_comparisons(logdir) == {}
    assert [run for _one, run in runs_of(ASKED, logdir, "e")] == [None] * 4
    for one in trashed:
        restore(logdir, one)
    assert find_comparisons(logdir) == {"e": ASKED}
    for run in runs:
        move_to_trash(run)
    start(ANOTHER, logdir, "e")  # nothing is left that it could be mixed up with
    assert find_comparisons(logdir) == {"e": ANOTHER}


@pytest.mark.parametrize("content", ["{", "[]", '{"task": "classify"}', '{"task": "fly", "shared": {}}'])
def test_a_damaged_file_is_one_sentence_and_hides_nothing_else(logdir: Path, content: str) -> None:
    start(ASKED, logdir, "e")
    start(ANOTHER, logdir, "f")
    comparison_file(logdir, "e").write_text(content)
    with pytest.raises(DamagedFile, match="damaged"):
        read_comparison(logdir, "e")
    assert find_comparisons(logdir) == {"f": ANOTHER}
    with pytest.raises(NameTaken, match="Choose another name"):
        start(ASKED, logdir, "e")


@pytest.mark.parametrize("name", ["", ".", "..", "../logs", "e/f", "\0", "x" * 300, "nowhere"])
def test_an_address_leads_nowhere_else(logdir: Path, name: str) -> None:
    assert read_comparison(logdir, name) is None


def test_progress_is_that_of_the_whole(logdir: Path) -> None:
    runs = start(ASKED, logdir, "e")

    def now(limit: int = 1):
        return progress(ASKED, runs_of(ASKED, logdir, "e"), limit=limit, now=1100.0)

    assert (now().share, now().seconds_left, now().state) == (0.0, None, "queued")
    change(runs[0], state="running", started=1090.0, step=30, total_steps=60, seconds_left=10.0)
    assert now().share == pytest.approx(0.125)
    assert now().seconds_left == pytest.approx(10 + 3 * 20)  # the others will last as long as this one
    assert now(limit=2).seconds_left == pytest.approx(70 / 2)
    change(runs[0], state="completed", started=1000.0, finished=1030.0)
    change(runs[1], state="running", started=1090.0, step=1, total_steps=4, seconds_left=40.0)
    assert now().seconds_left == pytest.approx(40 + 30 + 50)  # each arm by its own
    assert (now().ended, now().total, now().state) == (1, 4, "running")
    for run in runs:
        change(run, state="completed")
    assert (now().share, now().seconds_left, now().state) == (1.0, 0.0, "completed")
    change(runs[3], state="failed", error="Out of memory: use smaller batches.")
    assert (now().state, now().error) == ("failed", "Out of memory: use smaller batches.")


def change(run, **values) -> None:
    write_status(run.status_file, read_status(run.status_file).changed(**values))
