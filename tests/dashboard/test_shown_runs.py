from pathlib import Path

import pytest

from dashboard.listing import RunView
from dashboard.shown_runs import MOST_TOGETHER, first_shown, run_labels, shown_after_start, still_there
from trainers.runs import About, Run, Status


def view(key, created, state="completed", archived=False):
    return RunView(
        Run(Path("/logs"), *key.split("/")),
        Status(state=state, created=created),
        None,
        About(archived=archived),
    )


def test_without_runs_nothing_is_shown():
    assert first_shown([]) == []


def test_what_goes_on_is_shown_first_in_the_order_of_its_start():
    views = [view("e/a", 1, "running"), view("e/b", 2, "queued"), view("e/old", 3)]
    assert first_shown(views) == ["e/a", "e/b"]


def test_else_the_newest_of_the_newest_experiment_are_shown():
    views = [view("old/x", 1), *(view(f"e/{n}", 10 + n) for n in range(MOST_TOGETHER + 2))]
    assert first_shown(views) == [f"e/{n}" for n in range(2, MOST_TOGETHER + 2)]


def test_archived_runs_are_not_shown_by_themselves():
    assert first_shown([view("e/a", 1), view("e/b", 2, archived=True)]) == ["e/a"]


@pytest.mark.parametrize(
    ("shown", "after"),
    [
        ([], ["e/new"]),
        (["e/a"], ["e/a", "e/new"]),
        (["e/a", "e/b", "e/c"], ["e/b", "e/c", "e/new"]),
        (["other/a", "e/b"], ["e/b", "e/new"]),
    ],
)
def test_a_new_run_joins_those_of_its_experiment(shown, after):
    assert shown_after_start(shown, "e/new") == after


def test_a_deleted_run_is_no_longer_shown():
    assert still_there(["e/a", "e/b"], {"e/b"}) == ["e/b"]


def test_runs_are_called_by_their_name_unless_experiments_differ():
    assert run_labels(["e/a", "e/b"]) == {"e/a": "a", "e/b": "b"}
    assert run_labels(["e/a", "f/a"]) == {"e/a": "e/a", "f/a": "f/a"}
