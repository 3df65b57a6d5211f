"""The reader against the real data server: every point, only what changed, and damage told."""

from __future__ import annotations

import os
import shutil
import signal
import time
from pathlib import Path

import numpy as np
import pytest

from dashboard.reading import DataServer, Reader
from tests.dashboard.reading.event_files import FIRST_SECOND, line, write_events
from tests.running import wait_until


def test_every_point_of_a_curve_arrives(logdir: Path, reader: Reader) -> None:
    write_events(logdir / "e/r/train", {"loss": line(3_000), "accuracy": line(7, slope=2.0)})
    wait_until(lambda: reader.tags("e/r/train") == ["accuracy", "loss"])
    wait_until(lambda: len(_steps(reader, "e/r/train", "loss")) == 3_000)
    assert reader.runs() == ["e/r/train"]
    series = reader.series("e/r/train", "loss")
    assert series is not None
    np.testing.assert_array_equal(series.steps, np.arange(3_000))
    np.testing.assert_array_equal(series.values, np.arange(3_000) * 0.5)
    np.testing.assert_array_equal(series.wall_times, FIRST_SECOND + np.arange(3_000))
    assert (series.steps.dtype, series.values.dtype) == (np.int64, np.float64)


def test_no_session_can_change_a_curve_for_the_others(logdir: Path, reader: Reader) -> None:
    write_events(logdir / "e/r/train", {"loss": line(3)})
    wait_until(lambda: reader.series("e/r/train", "loss"))
    series = reader.series("e/r/train", "loss")
    assert series is not None
    with pytest.raises(ValueError, match="read-only"):
        series.values[0] = 7.0


def test_new_points_are_fetched_and_unchanged_curves_are_not(logdir: Path, reader: Reader) -> None:
    write_events(logdir / "e/r/train", {"loss": line(5)})
    write_events(logdir / "e/other/train", {"loss": line(5)})
    wait_until(lambda: len(reader.many_series([("e/r/train", "loss"), ("e/other/train", "loss")])) == 2)
    before, other = reader.series("e/r/train", "loss"), reader.series("e/other/train", "loss")
    assert before is not None and other is not None
    version = reader.version
    write_events(logdir / "e/r/train", {"loss": line(5, start=5)})
    wait_until(lambda: len(_steps(reader, "e/r/train", "loss")) == 10)
    wait_until(lambda: reader.version > version)
    after = reader.series("e/r/train", "loss")
    assert after is not None and after.version != before.version
    assert reader.series("e/other/train", "loss") is other


def test_who_asks_learns_how_long_ago_the_curves_were_read(data_server: DataServer) -> None:
    unread = Reader(data_server)
    assert unread.age is None
    wait_until(lambda: data_server.has_loaded)
    before = time.monotonic()
    unread.refresh()
    read = time.monotonic()
    time.sleep(0.05)
    age = unread.age
    assert age is not None and 0.05 <= age <= time.monotonic() - before
    unread.refresh()
    assert unread.age is not None and unread.age < time.monotonic() - read, (
        "each reading makes them young again"
    )
    unread.close()


def test_too_much_for_one_refresh_comes_with_the_next_ones(
    logdir: Path, data_server: DataServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboard.reading.reader.POINTS_A_REFRESH", 10)
    keys = [(f"e/r{number}/train", "loss") for number in range(5)]
    for run, tag in keys:
        write_events(logdir / run, {tag: line(5)})
    reader = Reader(data_server)

    def lengths() -> list[int]:
        return [len(series.steps) for series in reader.many_series(keys).values()]

    wait_until(lambda: reader.refresh() or len(lengths()) == 5)
    for run, tag in keys:
        write_events(logdir / run, {tag: line(1, start=5)})
    cycle = data_server.wait_for_cycle(data_server.cycle, seconds=5)
    data_server.wait_for_cycle(cycle, seconds=5)
    seen, versions = [], [reader.version]
    for _ in range(4):
        reader.refresh()
        seen.append(lengths().count(6))
        versions.append(reader.version)
    assert seen == [2, 4, 5, 5]
    assert versions == [versions[0], *(versions[0] + n for n in (1, 2, 3, 3))]
    reader.close()


def test_what_does_not_exist_is_none(reader: Reader) -> None:
    assert reader.series("no/such/run", "loss") is None
    assert reader.tags("no/such/run") == []
    assert reader.damage("no/such/run") is None


def test_a_run_deleted_by_hand_disappears(logdir: Path, reader: Reader) -> None:
    write_events(logdir / "e/r/train", {"loss": line(5)})
    write_events(logdir / "e/stays/train", {"loss": line(5)})
    wait_until(lambda: reader.series("e/r/train", "loss"))
    shutil.rmtree(logdir / "e/r")
    wait_until(lambda: reader.runs() == ["e/stays/train"])
    assert reader.series("e/r/train", "loss") is None


def test_killed_data_server_comes_back_with_all_points_on_the_same_port(
    logdir: Path, data_server: DataServer, reader: Reader
) -> None:
    write_events(logdir / "e/r/train", {"loss": line(1_000)})
    wait_until(lambda: len(_steps(reader, "e/r/train", "loss")) == 1_000)
    address, pid = data_server.wait_for_address(10), reader.data_server.pid
    assert pid is not None and reader.data_server.memory_bytes > 1_000_000
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: reader.data_server.restarts == 1 and reader.data_server.pid not in (None, pid))
    assert len(_steps(reader, "e/r/train", "loss")) == 1_000, "the curve stays while the server reads again"
    write_events(logdir / "e/r/train", {"loss": line(10, start=1_000)})
    wait_until(lambda: len(_steps(reader, "e/r/train", "loss")) == 1_010)
    assert data_server.wait_for_address(10) == address
    assert reader.data_server.problem == ""


def test_data_server_ends_with_its_owner(data_server: DataServer) -> None:
    assert data_server.wait_for_address(10)
    pid = data_server.status().pid
    assert pid is not None
    data_server.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_corrupt_record_marks_its_run_and_leaves_the_rest(logdir: Path, reader: Reader) -> None:
    aside = logdir.parent / "aside"  # the data server sees both runs at once, and never the sound file
    path = write_events(aside / "bad/train", {"loss": line(100)})
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0x10
    path.write_bytes(content)
    write_events(aside / "good/train", {"loss": line(100)})
    aside.rename(logdir / "e")
    wait_until(lambda: reader.damage("e/bad"))
    steps = _steps(reader, "e/bad/train", "loss")
    assert 0 < len(steps) < 100
    assert reader.damage("e/bad") == f"curve ends at step {steps[-1]}: file damaged"
    assert reader.damage("e/bad/train") == reader.damage("e/bad")
    assert reader.damage("e/good") is None
    wait_until(lambda: len(_steps(reader, "e/good/train", "loss")) == 100)


def test_every_flipped_bit_is_seen(logdir: Path, reader: Reader) -> None:
    """A value with a flipped bit still parses; without checksums it would be drawn as if it were true."""
    path = write_events(logdir / "e/flipped/train", {"loss": line(50)})
    content = bytearray(path.read_bytes())
    content[-5] ^= 0x01  # the last byte of the last value, before the four bytes of checksum
    path.write_bytes(content)
    wait_until(lambda: reader.damage("e/flipped"))
    assert reader.damage("e/flipped") == "curve ends at step 48: file damaged"


def test_damage_that_a_later_file_continues_is_told_otherwise(logdir: Path, reader: Reader) -> None:
    aside = logdir.parent / "aside"  # the data server sees both files at once
    first = write_events(aside / "r/train", {"loss": line(50)}, name="events.out.tfevents.1.test")
    first.write_bytes(first.read_bytes()[:400] + b"\xff" * 40)
    write_events(aside / "r/train", {"loss": line(50, start=50)}, name="events.out.tfevents.2.test")
    aside.rename(logdir / "e")
    wait_until(lambda: reader.damage("e/r"))
    assert reader.damage("e/r") == "part of the curve is missing: file damaged"
    wait_until(lambda: _steps(reader, "e/r/train", "loss")[-1] == 99)


def test_a_file_of_garbage_has_no_curve(logdir: Path, reader: Reader) -> None:
    folder = logdir / "e/colons: ReadRecordError(x): and 'quotes'/train"
    folder.mkdir(parents=True)
    (folder / "events.out.tfevents.1.test").write_bytes(b"garbage " * 30)
    wait_until(lambda: reader.damage("e/colons: ReadRecordError(x): and 'quotes'"))
    assert reader.damage("e/colons: ReadRecordError(x): and 'quotes'") == "there is no curve: file damaged"


def test_a_torn_tail_is_told_once_the_file_stopped_growing(
    logdir: Path, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a trainer leaves it that was killed in the middle of a write; the data server waits for the rest."""
    monkeypatch.setattr("dashboard.reading.damage.STILL_SECONDS", 0.5)
    path = write_events(logdir / "e/torn/train", {"loss": line(30)})
    path.write_bytes(path.read_bytes()[:-7])
    wait_until(lambda: reader.damage("e/torn"))
    assert reader.damage("e/torn") == "curve ends at step 28: file damaged"
    assert len(_steps(reader, "e/torn/train", "loss")) == 29


def test_many_curves_are_read_in_few_requests(logdir: Path, reader: Reader) -> None:
    tags = ["accuracy", "loss"]
    runs = [f"e/r{number}/train" for number in range(200)]
    for number, run in enumerate(runs):
        write_events(logdir / run, {tag: line(number + 1) for tag in tags})
    wait_until(lambda: len(reader.runs()) == 200)
    found = reader.many_series([(run, tag) for run in runs for tag in tags])
    assert {key: len(series.steps) for key, series in found.items()} == {
        (run, tag): number + 1 for number, run in enumerate(runs) for tag in tags
    }


def _steps(reader: Reader, run: str, tag: str) -> list[int]:
    series = reader.series(run, tag)
    return [] if series is None else [int(step) for step in series.steps]
