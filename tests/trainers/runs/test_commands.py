"""Commands to a running trainer are files: ordered, answered once, and proof against rubbish."""

from __future__ import annotations

import math
import time

import pytest

from trainers.runs import (
    answer_command,
    answered_commands,
    create_run,
    find_answer,
    pending_commands,
    send_command,
)
from trainers.runs.commands import Command
from trainers.specs import ClassifySpec


def new_commands(tmp_path):
    return create_run(tmp_path, ClassifySpec(), experiment="e", name="r").commands


def test_stop_goes_first_and_the_rest_by_time(tmp_path):
    folder = new_commands(tmp_path)
    first = Command(kind="learning_rate", value=0.1, asked_ns=time.time_ns(), identifier="a")
    (folder / first.file_name).write_text(first.model_dump_json())
    stop = send_command(folder, "stop")
    assert [command.kind for command in pending_commands(folder)] == [
        "stop",
        "learning_rate",
    ]
    answer_command(folder, stop, "Stopped.")
    assert pending_commands(folder) == [first]
    assert [(command.kind, command.outcome) for command in answered_commands(folder)] == [
        ("stop", "Stopped.")
    ]


def test_a_pause_goes_last_so_that_it_keeps_what_was_asked_beside_it(tmp_path):
    folder = new_commands(tmp_path)
    for kind in ("pause", "learning_rate", "stop", "checkpoint"):
        send_command(folder, kind, 0.5 if kind == "learning_rate" else None)
    assert [command.kind for command in pending_commands(folder)] == [
        "stop",
        "learning_rate",
        "checkpoint",
        "pause",
    ]


def test_an_answer_is_found_once_it_was_given(tmp_path):
    folder = new_commands(tmp_path)
    command = send_command(folder, "checkpoint")
    assert find_answer(folder, command) == ""
    answer_command(folder, command, "Done.")
    assert find_answer(folder, command) == "Done."


@pytest.mark.parametrize("value", [float("inf"), -1.5, 1e-300, None, "fast"])
def test_a_value_arrives_as_it_was_sent(tmp_path, value):
    folder = new_commands(tmp_path)
    send_command(folder, "learning_rate", value)
    assert pending_commands(folder)[0].value == value


def test_no_number_arrives_as_no_number_and_not_as_nothing(tmp_path):
    folder = new_commands(tmp_path)
    send_command(folder, "learning_rate", float("nan"))
    value = pending_commands(folder)[0].value
    assert isinstance(value, float) and math.isnan(value)


def test_a_new_process_ignores_commands_older_than_itself(tmp_path):
    folder = new_commands(tmp_path)
    send_command(folder, "stop")
    assert pending_commands(folder, since_ns=time.time_ns()) == []


def test_files_that_are_no_commands_are_put_aside(tmp_path):
    folder = new_commands(tmp_path)
    for name, content in (
        ("a.json", b""),
        ("b.json", b"\xff\x00"),
        ("c.json", b'{"kind": 1}'),
        ("d.json", b"9" * 2_000_000),
    ):
        (folder / name).write_bytes(content)
    stop = send_command(folder, "stop")
    assert pending_commands(folder) == [stop]
    assert sorted(path.name for path in folder.glob("*.json")) == [stop.file_name]
    assert answered_commands(folder) == []
