"""The status of a held run: alive while nothing happens, true on a full disk, told when it cannot be written."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from tests.running import wait_until
from trainers import live_status
from trainers.live_status import LiveStatus
from trainers.runs import Run, Status, StorageFailed, create_run, is_alive, read_status
from trainers.specs import ClassifySpec


@pytest.fixture
def run(logdir: Path) -> Run:
    return create_run(logdir, ClassifySpec(), experiment="e", name="r")


def refuse(path: Path, status: Status) -> None:
    raise StorageFailed("The disk is full: free some space.")


def test_the_heart_beats_while_nothing_happens(run: Run) -> None:
    live = LiveStatus(run)
    live.start()
    first = read_status(run.status_file)
    assert first.process is not None and is_alive(first.process)
    assert first.state == "starting" and first.started is not None
    wait_until(
        lambda: (read_status(run.status_file).heartbeat or 0) > (first.heartbeat or 0), what="a heartbeat"
    )
    live.finish(state="completed")


def test_changes_appear_by_themselves_and_all_at_once(run: Run) -> None:
    live = LiveStatus(run)
    live.start()
    live.change(step=3, metrics={"train_loss": float("nan"), "train_accuracy": 0.5})
    status = wait_until(lambda: (seen := read_status(run.status_file)).step == 3 and seen, what="the change")
    assert status.metrics == {"train_loss": None, "train_accuracy": 0.5}
    live.finish(state="completed")


def test_after_the_end_nothing_is_written_any_more(run: Run) -> None:
    seen: list[Status] = []
    live = LiveStatus(run, seen.append)
    live.start()
    live.finish(state="stopped")
    last = read_status(run.status_file)
    assert (last.state, last.seconds_left, last.phase) == ("stopped", None, None)
    assert last.finished is not None and last.seconds is not None
    assert seen[-1].state == "stopped"
    count = len(seen)
    time.sleep(2.5 * live_status.WRITE_SECONDS)
    assert len(seen) == count
    assert read_status(run.status_file) == last


def test_the_training_hears_of_a_disk_that_refuses(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    live = LiveStatus(run)
    live.start()
    monkeypatch.setattr(live_status, "write_status", refuse)

    def hears() -> bool:
        try:
            live.change(step=1)
        except StorageFailed:
            return True
        return False

    wait_until(hears, what="the failure")
    live.finish(state="failed", error="The disk is full: free some space.")


def test_a_full_disk_still_takes_the_last_word(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new file finds no room, the old one keeps its place: its content is replaced."""
    live = LiveStatus(run)
    live.start()
    live.write(metrics={f"metric_{number}": 0.5 for number in range(40)})
    before = os.stat(run.status_file)
    monkeypatch.setattr(live_status, "write_status", refuse)
    live.finish(state="failed", error="The disk is full: free some space.", metrics={})
    status = read_status(run.status_file)
    assert (status.state, status.error) == ("failed", "The disk is full: free some space.")
    after = os.stat(run.status_file)
    assert (after.st_ino, after.st_size) == (before.st_ino, before.st_size)  # not a block more


def test_a_folder_that_is_gone_is_a_sentence(run: Run) -> None:
    live = LiveStatus(run)
    run.status_file.unlink()
    run.path.joinpath("spec.json").unlink()
    run.path.rename(run.path.with_name("elsewhere"))
    with pytest.raises(StorageFailed):
        live.finish(state="failed", error="It is gone.")


def test_it_is_known_how_long_each_phase_took(run: Run) -> None:
    live = LiveStatus(run)
    live.start()
    began = time.monotonic()
    for phase, seconds in (("preparing", 0.02), (None, 0.05), ("testing", 0.03), (None, 0.01)):
        live.write(phase=phase)
        time.sleep(seconds)
    live.finish(state="completed")
    known = read_status(run.status_file).phase_seconds
    assert list(known) == ["preparing", "training", "testing"]
    assert known["preparing"] >= 0.02 and known["training"] >= 0.06 and known["testing"] >= 0.03
    assert sum(known.values()) <= time.monotonic() - began
