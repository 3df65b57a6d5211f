"""Deleting several runs: those that go on are stopped first, and what fails for one keeps back no other."""

from __future__ import annotations

import threading
import time

from dashboard.deleting import delete_runs
from tests.old_runs import old_run
from trainers.runs import Run, Status, StorageFailed, held, pending_commands, send_command, write_status
from trainers.runs.trash import list_trash


def trainer(run: Run) -> threading.Thread:
    """Holds a run as a trainer does, until it is told to stop; then it still needs a moment to leave."""
    ready = threading.Event()

    def train() -> None:
        with held(run.path):
            write_status(run.status_file, Status(state="running"))
            ready.set()
            while not pending_commands(run.commands):
                time.sleep(0.02)
            write_status(run.status_file, Status(state="stopped", finished=1.0))
            time.sleep(0.5)

    thread = threading.Thread(target=train)
    thread.start()
    ready.wait(10)
    return thread


def test_a_run_that_goes_on_is_stopped_first_and_deleted_once_its_trainer_has_left(logdir):
    going_on, ended = (old_run(logdir, name) for name in ("going on", "ended"))
    thread = trainer(going_on)
    said: list[str] = []
    deleted = delete_runs(
        [going_on, ended], cancel=lambda run: send_command(run.commands, "stop"), on_step=said.append
    )
    thread.join()
    assert [trashed.key for trashed in deleted.trashed] == [going_on.key, ended.key]
    assert deleted.problems == ()
    assert not going_on.path.exists() and not ended.path.exists()
    assert len(list_trash(logdir)) == 2
    assert sum(going_on.key in sentence for sentence in said) == 2, (
        "it says that it stops, then that it moves"
    )


def test_what_cannot_be_stopped_stays_and_is_said(logdir):
    stuck, free, gone = (old_run(logdir, name) for name in ("stuck", "free", "gone"))
    write_status(stuck.status_file, Status(state="running"))
    gone.path.rename(gone.path.with_name(".aside"))
    deleted = delete_runs([stuck, free, gone], cancel=lambda _run: None, longest_stop=0.3)
    assert [trashed.key for trashed in deleted.trashed] == [free.key]
    assert [key for key in (stuck.key, gone.key) if any(key in problem for problem in deleted.problems)] == [
        stuck.key,
        gone.key,
    ]
    assert stuck.path.is_dir()


def test_a_stop_that_cannot_be_asked_for_leaves_the_run_alone(logdir):
    run = old_run(logdir, "full disk")
    write_status(run.status_file, Status(state="running"))

    def refuse(_run: Run) -> None:
        raise StorageFailed("The disk is full: free some space.")

    deleted = delete_runs([run], cancel=refuse)
    assert deleted.problems == ("The disk is full: free some space.",)
    assert deleted.trashed == () and run.path.is_dir()
