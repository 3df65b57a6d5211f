"""Sizes are those of the files, and hundreds of runs that have ended are counted once."""

from __future__ import annotations

import os

import pytest

from dashboard.disk_use import bytes_in_words, folder_bytes, free_bytes, run_bytes
from dashboard.listing import RunView
from trainers.runs import About, Run, Status


def test_a_folder_takes_what_its_files_take(tmp_path):
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "one").write_bytes(b"x" * 1000)
    (tmp_path / "a" / "b" / "two").write_bytes(b"x" * 234)
    (tmp_path / "a" / "round").symlink_to(tmp_path)
    links = os.lstat(tmp_path / "a" / "round").st_size
    assert folder_bytes(tmp_path) == 1234 + links
    os.link(tmp_path / "a" / "one", tmp_path / "a" / "b" / "same")
    assert folder_bytes(tmp_path) == 1234 + links, "a second name takes no room"
    assert folder_bytes(tmp_path / "gone") == 0
    assert (free_bytes(tmp_path) or 0) > 0 and free_bytes(tmp_path / "gone") is None


def test_a_growing_run_is_counted_again_and_an_ended_one_is_not(tmp_path):
    run = Run(tmp_path, "e", "r")
    run.path.mkdir(parents=True)

    def counted(status: Status, now: float) -> int:
        (run.path / f"{now}").write_bytes(b"x" * 10)
        return run_bytes(RunView(run, status, None, About()), now)

    running = Status(state="running")
    assert [counted(running, now) for now in (0.0, 1.0, 11.0)] == [10, 10, 30]
    ended = Status(state="completed", finished=5.0)
    assert [counted(ended, now) for now in (12.0, 40.0)] == [40, 40]


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1_499, "1 kB"),
        (4_500_000, "4.5 MB"),
        (112_400_000, "112 MB"),
        (2 * 1024**3, "2.1 GB"),
        (3e12, "3.0 TB"),
    ],
)
def test_sizes_in_words(count, words):
    assert bytes_in_words(count) == words
