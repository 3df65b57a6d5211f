"""The last, the lowest and the highest value of curves, for tables of hundreds of runs.

A table looks every two seconds, and the reader keeps no more curves than fit its memory: so what was found is kept
here, and a curve is read again only when it grew.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from dashboard.reading.series import Series

Key = tuple[str, str]
Stamp = tuple[int, float]
MOST_KEPT = 200_000


@dataclass(frozen=True)
class Ends:
    """Of a curve's finite values: the last one, the lowest and the highest."""

    last: float
    lowest: float
    highest: float


class CurveReader(Protocol):
    """Whoever has the curves."""

    def stamp(self, run: str, tag: str) -> Stamp | None:
        """Another one when the curve grew; None where there is none."""

    def many_series(self, keys: Iterable[Key]) -> Mapping[Key, Series]:
        """The curves that exist among these."""


class CurveEnds:
    """Remembers the ends of every curve that a table asked for, for all sessions."""

    def __init__(self, reader: CurveReader) -> None:
        self._reader = reader
        self._known: dict[Key, tuple[Stamp, Ends | None]] = {}
        self._lock = threading.Lock()

    def ends(self, keys: Iterable[Key]) -> dict[Key, Ends]:
        """The ends of those curves that exist and hold a finite value."""
        stamps = {key: stamp for key in keys if (stamp := self._reader.stamp(*key)) is not None}
        with self._lock:
            known = {key: self._known[key] for key in stamps if key in self._known}
        grown = [key for key, stamp in stamps.items() if key not in known or known[key][0] != stamp]
        if grown:
            read = self._reader.many_series(grown)
            new = {key: (_stamp(series), curve_ends(series.values)) for key, series in read.items()}
            known.update(new)
            self._keep(new)
        return {key: found for key in stamps if key in known and (found := known[key][1]) is not None}

    def _keep(self, new: Mapping[Key, tuple[Stamp, Ends | None]]) -> None:
        with self._lock:
            if len(self._known) + len(new) > MOST_KEPT:
                self._known.clear()
            self._known.update(new)


def _stamp(series: Series) -> Stamp:
    """The curve's stamp as far as it was read: the reader may not have fetched yet what it has listed."""
    return int(series.steps.max()), float(series.wall_times.max())


def curve_ends(values: NDArray[np.float64]) -> Ends | None:
    """The ends of values in order of step, float64 [n]; None where none of them is finite."""
    finite = values[np.isfinite(values)]
    if not len(finite):
        return None
    return Ends(float(finite[-1]), float(finite.min()), float(finite.max()))
