"""Making run folders, finding them, and refusing what would leave the log folder."""

from __future__ import annotations

import multiprocessing
import os
import string
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainers.runs import (
    InvalidName,
    NameTaken,
    RunError,
    StorageFailed,
    change_about,
    checked_name,
    create_run,
    find_run,
    find_runs,
    last_log_lines,
    read_about,
    read_status,
    run_at,
    state_folder,
)
from trainers.specs import ClassifySpec

SPEC = ClassifySpec(model="mlp", activation="sigmoid")


def test_a_new_run_is_queued_and_knows_what_was_asked(tmp_path):
    run = create_run(tmp_path, SPEC, experiment="first", name="sigmoid 1")
    assert run.spec() == SPEC
    assert read_status(run.status_file).state == "queued"
    assert find_runs(tmp_path) == [run]
    assert find_run(tmp_path, run.key) == run == run_at(run.path)
    assert sorted(os.listdir(run.path.parent)) == ["sigmoid 1"]


@given(st.text(max_size=120))
def test_a_name_is_a_plain_folder_name_or_refused(name):
    try:
        checked = checked_name(name)
    except InvalidName as error:
        assert str(error).count("\n") == 0 or "\n" in name
        return
    assert os.path.basename(checked) == checked not in (".", "..")
    assert checked == checked_name(checked)
    assert not set(checked) & set("/\\\0<>\"'`|*?:\n")


@pytest.mark.parametrize(
    "name",
    [
        "../x",
        "a/b",
        "/etc",
        ".hidden",
        "",
        "  ",
        "x" * 300,
        "<script>",
        '"quoted"',
        "a..b",
        "dot.",
        "a\nb",
        "a\0b",
    ],
)
def test_dangerous_names_make_no_folder(tmp_path, name):
    with pytest.raises(InvalidName):
        create_run(tmp_path, SPEC, experiment="e", name=name)
    with pytest.raises(InvalidName):
        create_run(tmp_path, SPEC, experiment=name, name="r")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["手写数字 一", "Größe 3", "a.b-c_d", "relu, depth=4 + 1", "字" * 80])
def test_names_of_any_script_are_welcome(tmp_path, name):
    assert create_run(tmp_path, SPEC, experiment=name, name=name).path.is_dir()


@given(st.text(alphabet=string.printable + "字\0", max_size=40))
def test_a_key_from_an_address_never_leaves_the_log_folder(tmp_path_factory, key):
    logdir = tmp_path_factory.getbasetemp() / "keys" / "logs"
    (logdir.parent / "neighbour" / "e").mkdir(parents=True, exist_ok=True)
    found = find_run(logdir, key)
    assert found is None or found.path.is_relative_to(logdir)


def test_a_key_with_dots_does_not_reach_a_neighbour(tmp_path):
    create_run(tmp_path / "logs", SPEC, experiment="e", name="r")
    create_run(tmp_path / "other", SPEC, experiment="e", name="r")
    assert find_run(tmp_path / "logs", "e/r") is not None
    for key in ("../other/e/r", "e/../r", "e/..", "../e", "e", "e/r/", "/e/r", "e/r\0"):
        assert find_run(tmp_path / "logs", key) is None, key


def _try_to_create(logdir, queue):
    try:
        create_run(logdir, SPEC, experiment="e", name="same")
        queue.put("made")
    except NameTaken:
        queue.put("taken")


def test_of_many_people_who_ask_for_one_name_at_once_one_gets_it(tmp_path):
    context = multiprocessing.get_context("spawn")
    queue = context.Queue()
    people = [context.Process(target=_try_to_create, args=(tmp_path, queue)) for _ in range(6)]
    for person in people:
        person.start()
    outcomes = [queue.get(timeout=60) for _ in people]
    for person in people:
        person.join()
    assert sorted(outcomes) == ["made"] + ["taken"] * 5
    assert os.listdir(tmp_path / "e") == ["same"]


def test_runs_of_one_experiment_start_with_different_colours(tmp_path):
    runs = [create_run(tmp_path, SPEC, experiment="e", name=f"r{number}") for number in range(5)]
    colours = [read_about(run.path / "about.json").colour for run in runs]
    assert len(set(colours)) == 5
    change_about(runs[1].path / "about.json", notes="kept")
    assert read_about(runs[1].path / "about.json").colour == colours[1]


def test_the_state_folder_lies_outside_what_tensorboard_scans(tmp_path):
    state = state_folder(tmp_path / "logs")
    assert state.is_dir()
    assert not state.is_relative_to(tmp_path / "logs")


def test_the_log_shows_its_last_lines_as_a_terminal_would(tmp_path):
    run = create_run(tmp_path, SPEC, experiment="e", name="r")
    assert last_log_lines(run) == []
    run.log_file.write_bytes(b"first\n 10 %\r 20 %\r 30 %\nlast \xff\n")
    assert last_log_lines(run, 2) == [" 30 %", "last �"]


FULL_DISK = """
import resource, sys
from pathlib import Path
from trainers.runs import StorageFailed, create_run
from trainers.specs import ClassifySpec
import signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))
try:
    create_run(Path(sys.argv[1]), ClassifySpec(), experiment="e", name="r")
except StorageFailed as error:
    print(error)
"""


def test_a_full_disk_is_a_sentence_and_leaves_no_half_run(tmp_path):
    answer = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert "disk is full" in answer.stdout
    assert find_runs(tmp_path) == []


def test_a_log_folder_that_is_a_file_is_a_sentence(tmp_path):
    (tmp_path / "logs").write_text("not a folder")
    with pytest.raises(RunError) as caught:
        create_run(tmp_path / "logs", SPEC, experiment="e", name="r")
    assert isinstance(caught.value, StorageFailed)
    assert "\n" not in str(caught.value)


def test_a_folder_whose_name_is_no_text_is_not_a_run(tmp_path):
    run = create_run(tmp_path, SPEC, experiment="e", name="r")
    os.rename(run.path, os.fsencode(run.path.parent) + b"/\xff\xfe")
    assert find_runs(tmp_path) == []
