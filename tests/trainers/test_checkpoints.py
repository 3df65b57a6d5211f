"""Checkpoints are whole or seen not to be, and an older good one is never lost to a newer bad one."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainers import checkpoints
from trainers.checkpoints import BEST, LAST, PREVIOUS, NoCheckpoint, read, read_newest, write
from trainers.runs import DamagedFile, StorageFailed


def state(step: int) -> dict[str, np.ndarray]:
    random = np.random.default_rng(step)
    return {
        "step": np.array(step),
        "learner/weights/0": random.normal(size=(5, 4)).astype(np.float32),
        "learner/seeds": random.integers(0, 2**32, 2, np.uint32),
        "nothing": np.zeros((0, 3), np.float64),
        "words": np.frombuffer("Straße".encode(), np.uint8),
    }


def step_of(folder: Path) -> int:
    found = read_newest(folder)
    assert found is not None
    return int(found.state["step"])


def test_what_is_read_is_what_was_written_to_the_last_bit(tmp_path: Path) -> None:
    write(tmp_path, state(7))
    found = read_newest(tmp_path)
    assert found is not None and found.notices == ()
    assert found.state.keys() == state(7).keys()
    for name, values in state(7).items():
        assert found.state[name].dtype == values.dtype
        assert found.state[name].shape == values.shape
        assert found.state[name].tobytes() == values.tobytes()
    with np.load(tmp_path / LAST, allow_pickle=False) as archive:  # NumPy alone can read it
        assert archive["step"] == 7


def test_where_nothing_was_written_there_is_nothing(tmp_path: Path) -> None:
    assert read_newest(tmp_path) is None


def test_the_last_the_one_before_and_the_best_are_kept(tmp_path: Path) -> None:
    for step in (1, 2, 3):
        write(tmp_path, state(step), best=step == 2)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([BEST, LAST, PREVIOUS])
    assert [int(read(tmp_path / name)["step"]) for name in (LAST, PREVIOUS, BEST)] == [3, 2, 2]


def test_what_is_last_and_best_is_written_once_and_stays_the_best_when_a_newer_one_comes(
    tmp_path: Path,
) -> None:
    write(tmp_path, state(1), best=True)
    write(tmp_path, state(2), best=True)
    assert (tmp_path / BEST).samefile(tmp_path / LAST)
    write(tmp_path, state(3))
    assert (tmp_path / BEST).samefile(tmp_path / PREVIOUS)
    write(tmp_path, state(4))
    assert [int(read(tmp_path / name)["step"]) for name in (LAST, PREVIOUS, BEST)] == [4, 3, 2]
    assert len(list(tmp_path.iterdir())) == 3


def test_without_second_names_on_the_disk_the_best_is_a_file_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Path) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    write(tmp_path, state(1), best=True)
    assert not (tmp_path / BEST).samefile(tmp_path / LAST)
    assert [int(read(tmp_path / name)["step"]) for name in (LAST, BEST)] == [1, 1]


def test_a_name_that_a_killed_trainer_left_aside_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / ".best.npz.aside").write_bytes(b"half of it")
    write(tmp_path, state(1), best=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([BEST, LAST])
    assert int(read(tmp_path / BEST)["step"]) == 1


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("whole")
    write(folder, state(1))
    return (folder / LAST).read_bytes()


@given(data=st.data())
def test_every_wrong_bit_and_every_missing_byte_is_seen(
    content: bytes, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("wrong") / "last.npz"
    if data.draw(st.booleans()):
        path.write_bytes(content[: data.draw(st.integers(0, len(content) - 1))])
    else:
        place, bit = data.draw(st.integers(0, len(content) - 1)), data.draw(st.integers(0, 7))
        path.write_bytes(content[:place] + bytes([content[place] ^ 1 << bit]) + content[place + 1 :])
    with pytest.raises(DamagedFile, match="last.npz is damaged"):
        read(path)


def test_a_torn_checkpoint_falls_back_to_the_one_before_and_says_so(tmp_path: Path) -> None:
    write(tmp_path, state(1))
    write(tmp_path, state(2))
    os.truncate(tmp_path / LAST, 100)
    found = read_newest(tmp_path)
    assert found is not None and int(found.state["step"]) == 1
    (notice,) = found.notices
    assert "last.npz is damaged" in notice and "goes on from an older one" in notice
    write(tmp_path, state(3))
    assert [int(read(tmp_path / name)["step"]) for name in (LAST, PREVIOUS)] == [3, 1]  # the torn one is gone


def test_without_last_and_previous_the_best_is_better_than_nothing(tmp_path: Path) -> None:
    for step in (1, 2, 3):
        write(tmp_path, state(step), best=step == 1)
    for name in (LAST, PREVIOUS):
        (tmp_path / name).write_bytes(b"rubbish")
    assert step_of(tmp_path) == 1


def test_nothing_whole_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / LAST).write_bytes(b"")
    with pytest.raises(NoCheckpoint, match="start it again as a new run"):
        read_newest(tmp_path)


@pytest.mark.parametrize("call", range(4))
def test_a_power_cut_at_any_moment_costs_at_most_the_newest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: int
) -> None:
    """Each renaming is a moment at which all may end: what is on the disk then is read again."""
    write(tmp_path, state(1), best=True)
    write(tmp_path, state(2))
    replace, calls = os.replace, iter(range(10))

    def cut(*arguments: str) -> None:
        if next(calls) == call:
            raise KeyboardInterrupt
        replace(*arguments)

    monkeypatch.setattr(os, "replace", cut)
    with pytest.raises(KeyboardInterrupt):
        write(tmp_path, state(3), best=True)
    monkeypatch.undo()
    assert step_of(tmp_path) == (2 if call == 0 else 3)
    assert int(read(tmp_path / BEST)["step"]) == 1


def test_a_disk_that_refuses_leaves_the_old_ones_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, state(1))

    def refuse(path: Path, content: bytes) -> None:
        raise StorageFailed("The disk is full.")

    monkeypatch.setattr(checkpoints, "write_atomically", refuse)
    with pytest.raises(StorageFailed):
        write(tmp_path, state(2))
    assert step_of(tmp_path) == 1
