"""The TensorBoard page without a browser: its frame's address says which runs, which colours, which base path."""

from __future__ import annotations

import shutil
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.chosen_runs import keys_of
from dashboard.services import services
from tests.old_runs import old_run
from tests.running import wait_until


def frame(page: AppTest) -> Any:
    [found] = page.get("iframe")
    return found.proto


def runs_of(page: AppTest) -> list[str]:
    """The runs that the frame's path names."""
    path = urlsplit(frame(page).src).path
    return keys_of(path.removesuffix("/").rpartition("/only/")[2]) if "/only/" in path else []


def chooser(page: AppTest) -> Any:
    [found] = [widget for widget in page.multiselect if widget.label == "Runs"]
    return found


def test_without_a_choice_all_runs_are_shown(open_page):
    page = open_page("tensor_board")
    assert urlsplit(frame(page).src).path == "/tensorboard/"
    assert urlsplit(frame(page).src).fragment == "timeseries"


@pytest.mark.parametrize("key", ["e/a b", "实验/运行", "e/<script>", 'e/"', "e/" + "x" * 300, "e/50%"])
def test_the_frame_is_about_the_runs_in_the_address(open_page, key):
    page = open_page("tensor_board", run=[key, "e/other"])
    assert runs_of(page) == [key, "e/other"]
    assert chooser(page).value == [key, "e/other"], "one that is not there can be taken off the list"


@pytest.mark.parametrize("key", ["", "e", "a/b/c", "/", "e/", "/r"])
def test_what_names_no_run_is_left_out(open_page, key):
    assert runs_of(open_page("tensor_board", run=[key])) == []


def test_the_runs_chosen_on_the_page_go_into_address_and_frame(lab, open_page):
    run = old_run(lab, "chosen", experiment="choose")
    services().look_again()
    page = open_page("tensor_board")
    assert run.key in chooser(page).options
    chooser(page).select(run.key).run()
    assert not page.exception
    assert runs_of(page) == [run.key] and page.query_params["run"] == run.key


def test_the_frames_address_stays_the_same_while_runs_come_and_go(lab, open_page):
    run = old_run(lab, "kept", experiment="stay")
    page = open_page("tensor_board", run=run.key)
    before = frame(page).src
    old_run(lab, "new", experiment="stay")
    shutil.rmtree(run.path)
    services().look_again()
    page.run()
    assert frame(page).src == before


def test_it_lies_under_the_base_path(open_page, monkeypatch):
    page = open_page("tensor_board")
    monkeypatch.setitem(page.context, "url", "https://hub.example/user/ann/lab/tensor_board")
    page.run()
    assert urlsplit(frame(page).src).path == "/user/ann/lab/tensorboard/"


@pytest.mark.parametrize(("theme", "dark"), [("dark", "true"), ("light", "false")])
def test_it_follows_the_theme(open_page, theme, dark):
    page = open_page("tensor_board")
    page.context["theme"] = theme
    page.run()
    assert parse_qs(urlsplit(frame(page).src).query)["darkMode"] == [dark]


def test_a_slide_is_nothing_but_tensorboard(open_page):
    page = open_page("tensor_board", present="1", run="e/r")
    assert not page.multiselect and runs_of(page) == ["e/r"]


def test_it_says_when_there_are_too_many_for_tensorboard_to_tick(tmp_path, monkeypatch, open_page):
    logdir = tmp_path / "logs"
    for number in range(251):
        old_run(logdir, f"run-{number}", epochs=1)
    monkeypatch.setenv("BOARDLAB_LOGDIR", str(logdir))
    wait_until(lambda: len(services().reader.runs()) > 500, what="all runs")
    assert "so many" in chooser(open_page("tensor_board")).proto.placeholder
