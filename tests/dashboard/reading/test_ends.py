"""The ends of curves for tables: right for every curve, and read again only when it grew."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dashboard.reading import CurveEnds, Ends, Reader
from dashboard.reading.ends import Key, Stamp, curve_ends
from dashboard.reading.series import Series, frozen_series
from tests.dashboard.reading.event_files import write_events
from tests.running import wait_until


class Counting:
    """A reader with curves in memory, that counts what it was asked to read."""

    def __init__(self) -> None:
        self.curves: dict[Key, list[float]] = {}
        self.listed: dict[Key, int] = {}
        self.asked: list[Key] = []

    def stamp(self, run: str, tag: str) -> Stamp | None:
        length = self.listed.get((run, tag))
        return None if length is None else (length, float(length))

    def many_series(self, keys: Iterable[Key]) -> dict[Key, Series]:
        wanted = list(keys)
        self.asked += wanted
        return {key: self._series(self.curves[key]) for key in wanted if key in self.curves}

    def _series(self, values: list[float]) -> Series:
        steps = np.arange(1, len(values) + 1)
        return frozen_series(steps, steps.astype(float), np.array(values), 1)

    def put(self, key: Key, values: list[float], listed: int | None = None) -> None:
        self.curves[key], self.listed[key] = values, listed or len(values)


@given(st.lists(st.floats(), max_size=40))
def test_the_ends_are_those_of_the_finite_values(values: list[float]) -> None:
    finite = [value for value in values if np.isfinite(value)]
    expected = Ends(finite[-1], min(finite), max(finite)) if finite else None
    assert curve_ends(np.array(values)) == expected


def test_a_curve_is_read_again_only_when_it_grew() -> None:
    reader = Counting()
    ends = CurveEnds(reader)
    first, second, nothing = ("e/r/train", "loss"), ("e/s/train", "loss"), ("e/t/train", "loss")
    reader.put(first, [3.0, 1.0, 2.0])
    reader.put(second, [float("nan")])
    for _look in range(3):
        assert ends.ends([first, second, nothing]) == {first: Ends(2.0, 1.0, 3.0)}
    assert sorted(reader.asked) == [first, second]
    reader.put(first, [3.0, 1.0, 2.0, 9.0])
    assert ends.ends([first])[first] == Ends(9.0, 1.0, 9.0)
    assert reader.asked.count(first) == 2 and reader.asked.count(second) == 1


def test_what_is_listed_and_not_fetched_yet_is_looked_for_again() -> None:
    reader = Counting()
    ends = CurveEnds(reader)
    key = ("e/r/train", "loss")
    reader.put(key, [3.0], listed=2)
    assert ends.ends([key])[key].last == 3.0
    reader.put(key, [3.0, 0.5], listed=2)
    assert ends.ends([key])[key].last == 0.5


def test_ends_of_event_files(logdir: Path, reader: Reader) -> None:
    write_events(logdir / "e/r/validation", {"accuracy": [(1, 0.25), (2, 0.75), (3, 0.5)]})
    key = ("e/r/validation", "accuracy")
    ends = CurveEnds(reader)
    wait_until(lambda: ends.ends([key]), what="the curve")
    assert ends.ends([key])[key] == Ends(0.5, 0.25, 0.75)
