"""Torn tails: found by following the frames of files that stopped growing, a little at a time."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from dashboard.reading import damage
from dashboard.reading.damage import STILL_SECONDS, TornFiles
from tests.dashboard.reading.event_files import line, write_events


def _look_twice(torn: TornFiles, runs: list[str], *, rounds: int = 1) -> None:
    torn.look(runs, now=0.0)
    for number in range(rounds):
        torn.look(runs, now=STILL_SECONDS + number)


def test_whole_files_are_not_torn(tmp_path: Path) -> None:
    write_events(tmp_path / "e/r/train", {"loss": line(20)})
    torn = TornFiles(tmp_path)
    _look_twice(torn, ["e/r/train"])
    assert torn.torn() == []


@given(lost=st.integers(1, 400))
def test_a_tail_is_torn_exactly_when_no_record_ends_there(tmp_path_factory: object, lost: int) -> None:
    folder = tmp_path_factory.mktemp("torn")  # type: ignore[attr-defined]
    path = write_events(folder / "e/r/train", {"loss": line(20)})
    content = path.read_bytes()
    ends = _record_ends(content)
    path.write_bytes(content[:-lost])
    torn = TornFiles(folder)
    _look_twice(torn, ["e/r/train"])
    assert torn.torn() == ([] if len(content) - lost in ends else [path])


def test_a_file_that_still_grows_is_not_judged(tmp_path: Path) -> None:
    path = write_events(tmp_path / "e/r/train", {"loss": line(20)})
    whole = path.read_bytes()
    path.write_bytes(whole[:-3])
    torn = TornFiles(tmp_path)
    torn.look(["e/r/train"], now=0.0)
    torn.look(["e/r/train"], now=STILL_SECONDS / 2)
    assert torn.torn() == []
    torn.look(["e/r/train"], now=STILL_SECONDS)
    assert torn.torn() == [path]
    path.write_bytes(whole)
    torn.look(["e/r/train"], now=STILL_SECONDS + 1)
    torn.look(["e/r/train"], now=2 * STILL_SECONDS + 1)
    assert torn.torn() == [], "the writer finished its record after all"


def test_long_files_are_followed_in_several_rounds(tmp_path: Path) -> None:
    count = 2 * damage.RECORDS_A_ROUND + 10
    path = write_events(tmp_path / "e/r/train", {"loss": line(count)})
    path.write_bytes(path.read_bytes()[:-1])
    torn = TornFiles(tmp_path)
    _look_twice(torn, ["e/r/train"], rounds=2)
    assert torn.torn() == []
    torn.look(["e/r/train"], now=STILL_SECONDS + 3)
    assert torn.torn() == [path]


def test_a_deleted_file_is_forgotten(tmp_path: Path) -> None:
    path = write_events(tmp_path / "e/r/train", {"loss": line(20)})
    path.write_bytes(path.read_bytes()[:-1])
    torn = TornFiles(tmp_path)
    _look_twice(torn, ["e/r/train"])
    path.unlink()
    _look_twice(torn, ["e/r/train"])
    assert torn.torn() == []


def _record_ends(content: bytes) -> set[int]:
    """Independent of the code under test: each record is 8 + 4 + length + 4 bytes."""
    ends, position = {0}, 0
    while position < len(content):
        position += 16 + int.from_bytes(content[position : position + 8], "little")
        ends.add(position)
    return ends
