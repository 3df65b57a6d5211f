"""The listing against real run folders: what changed on disk is seen, and damage is a state, never an exception."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import pytest

from dashboard.listing import Listing
from trainers.runs import Run, Status, change_about, create_run, find_runs, write_status
from trainers.specs import ClassifySpec


@pytest.fixture
def listing(logdir: Path) -> Listing:
    for name in ("b", "a"):
        create_run(logdir, ClassifySpec(), experiment="e", name=name)
    listing = Listing(logdir)
    listing.refresh()
    return listing


def test_runs_come_by_name_with_what_is_known_of_them(listing: Listing) -> None:
    assert [view.key for view in listing.views] == ["e/a", "e/b"]
    assert all(view.status.state == "queued" and view.spec == ClassifySpec() for view in listing.views)


def test_changes_on_disk_are_seen_and_the_rest_is_not_read_again(listing: Listing) -> None:
    first, second = listing.views
    write_status(first.run.status_file, Status(state="running", step=7))
    change_about(first.run.path / "about.json", title="Mine")
    listing.refresh()
    assert (listing.views[0].status.step, listing.views[0].about.title) == (7, "Mine")
    assert listing.views[1] is second


def test_nothing_new_gives_the_very_same_views(listing: Listing) -> None:
    before = listing.views
    listing.refresh()
    assert listing.views is before


def test_run_deleted_by_hand_disappears(listing: Listing) -> None:
    shutil.rmtree(listing.views[0].run.path)
    listing.refresh()
    assert [view.key for view in listing.views] == ["e/b"]


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe\x00", b"[]", b'{"state": 3}', b"x" * 5_000_000])
@pytest.mark.parametrize("name", ["spec.json", "status.json"])
def test_damaged_files_are_told_and_the_other_run_is_fine(
    listing: Listing, name: str, content: bytes
) -> None:
    (listing.views[0].run.path / name).write_bytes(content)
    listing.refresh()
    damaged, sound = listing.views
    if name == "spec.json":
        assert damaged.spec is None and damaged.spec_problem.endswith(".")
    else:
        assert damaged.status.state == "damaged" and damaged.status.error
    assert sound.status.state == "queued" and sound.spec is not None


def test_missing_spec_is_told(listing: Listing) -> None:
    (listing.views[0].run.path / "spec.json").unlink()
    listing.refresh()
    assert listing.views[0].spec_problem == "spec.json is missing."


def test_an_older_look_that_ends_later_does_not_hide_a_new_run(
    listing: Listing, logdir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked, go_on = threading.Event(), threading.Event()

    def slow_find_runs(logdir: Path) -> list[Run]:
        found = find_runs(logdir)
        if not looked.is_set():
            looked.set()
            go_on.wait(10)
        return found

    monkeypatch.setattr("dashboard.listing.find_runs", slow_find_runs)
    every_second = threading.Thread(target=listing.refresh)
    every_second.start()
    assert looked.wait(10)
    create_run(logdir, ClassifySpec(), experiment="e", name="c")
    who_started_it = threading.Thread(target=listing.refresh)
    who_started_it.start()
    who_started_it.join(0.2)  # without a lock it is through by now, and the older look wins
    go_on.set()
    every_second.join(10)
    who_started_it.join(10)
    assert [view.key for view in listing.views] == ["e/a", "e/b", "e/c"]
