"""What people say about a run: any text, no lost change, damage is silence."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import filelock
import pydantic
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainers.runs import About, RunIsBusy, change_about, read_about


@given(title=st.text(max_size=200), notes=st.text(max_size=500))
def test_any_text_comes_back_as_it_was_said(tmp_path_factory, title, notes):
    path = tmp_path_factory.mktemp("about") / "about.json"
    change_about(path, title=title, notes=notes)
    assert (read_about(path).title, read_about(path).notes) == (title, notes)


def test_two_people_changing_different_things_lose_nothing(tmp_path):
    path = tmp_path / "about.json"
    with ThreadPoolExecutor(8) as people:
        list(
            people.map(
                lambda number: change_about(path, **{"title": "t"} if number % 2 else {"archived": True}),
                range(40),
            )
        )
    assert (read_about(path).title, read_about(path).archived) == ("t", True)


def test_too_long_a_title_is_refused_and_changes_nothing(tmp_path):
    path = tmp_path / "about.json"
    change_about(path, title="short")
    with pytest.raises(pydantic.ValidationError):
        change_about(path, title="x" * 201)
    assert read_about(path).title == "short"


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b"[]", b'{"title": 3}', b" " * 5_000_000])
def test_a_damaged_file_says_nothing(tmp_path, content):
    (tmp_path / "about.json").write_bytes(content)
    assert read_about(tmp_path / "about.json") == About()


def test_who_cannot_get_the_lock_is_told_so_and_changes_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr("trainers.runs.about._LOCK_SECONDS", 0.05)
    path = tmp_path / "about.json"
    change_about(path, title="before")
    with filelock.FileLock(tmp_path / ".about.lock"), pytest.raises(RunIsBusy, match="try again"):
        change_about(path, title="meanwhile")
    assert read_about(path).title == "before"
