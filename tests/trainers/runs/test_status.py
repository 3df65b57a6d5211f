"""status.json is replaced whole, and whatever stands there instead becomes a sentence."""

from __future__ import annotations

import json
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainers.runs import Status, process_identity, read_status, write_status


def test_what_is_written_is_read(tmp_path):
    status = Status(
        state="running",
        step=12,
        total_steps=40,
        process=process_identity(),
        metrics={"val_accuracy": 0.5},
    )
    write_status(tmp_path / "status.json", status)
    assert read_status(tmp_path / "status.json") == status


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b'{"state": "running", "st',
        b"\x00\xff\x80binary",
        b"[]",
        b"null",
        b'"running"',
        b'{"state": 7}',
        b'{"state": "running", "step": "many"}',
        b'{"state": "running", "metrics": {"val_accuracy": "high"}}',
        b'{"state": "running", "process": {"pid": -1}}',
        b"[" * 100_000,
        b" " * 5_000_000,
        json.dumps({"state": "running", "error": "x" * 5_000_000}).encode(),
    ],
    ids=lambda content: repr(content[:24]),
)
def test_a_damaged_file_is_a_damaged_run_with_one_sentence(tmp_path, content):
    (tmp_path / "status.json").write_bytes(content)
    status = read_status(tmp_path / "status.json")
    assert status.state == "damaged"
    assert (
        status.error
        and "status.json" in status.error
        and "\n" not in status.error
        and len(status.error) < 200
    )


@given(st.binary(max_size=300))
def test_no_content_at_all_makes_reading_fail(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("s") / "status.json"
    path.write_bytes(content)
    assert read_status(path).state in ("damaged", "queued")


def test_a_missing_file_is_damaged_too(tmp_path):
    assert "missing" in (read_status(tmp_path / "status.json").error or "")


def test_a_reader_never_sees_half_a_status(tmp_path):
    path = tmp_path / "status.json"
    write_status(path, Status(state="running"))
    stop = threading.Event()

    def write_on():
        step = 0
        while not stop.is_set():
            step += 1
            write_status(path, Status(state="running", step=step, error="x" * (step % 5000)))

    writer = threading.Thread(target=write_on)
    writer.start()
    states = {read_status(path).state for _ in range(500)}
    stop.set()
    writer.join()
    assert states == {"running"}
    assert list(tmp_path.iterdir()) == [path]


def test_damaged_is_a_reading_and_never_written(tmp_path):
    with pytest.raises(ValueError, match="never written"):
        write_status(tmp_path / "status.json", Status(state="damaged"))
