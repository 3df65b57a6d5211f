"""Curves as they grow: what was smoothed once is kept, and only new points are smoothed."""

from __future__ import annotations

import itertools
import secrets
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from dashboard.curves.curve import Curve
from dashboard.curves.seed_means import mean_curve
from dashboard.curves.smoothing import Average, smooth_on


class Points(Protocol):
    """All points of a curve: steps int64 [n], wall_times float64 [n] in unix seconds, values float64 [n]."""

    @property
    def steps(self) -> NDArray[np.int64]:
        """In order, none twice."""

    @property
    def wall_times(self) -> NDArray[np.float64]:
        """When each was written."""

    @property
    def values(self) -> NDArray[np.float64]:
        """As written, NaN and infinity included."""


@dataclass
class _Buffer:
    """An array that grows without copying itself each time."""

    data: NDArray[np.float64] = field(default_factory=lambda: np.empty(256))
    size: int = 0

    def append(self, more: NDArray[np.float64]) -> bool:
        """True when more memory was needed."""
        needed = self.size + more.size
        if is_full := needed > self.data.size:
            grown = np.empty(max(needed, self.data.size * 3 // 2))
            grown[: self.size] = self.data[: self.size]
            self.data = grown
        self.data[self.size : needed] = more
        self.size = needed
        return is_full

    def view(self) -> NDArray[np.float64]:
        return self.data[: self.size]


@dataclass
class _Smoothing:
    revision: str
    average: Average
    values: _Buffer = field(default_factory=_Buffer)


@dataclass
class _Track:
    """What is known of one curve. `revision` changes when points that were there changed, not when some were added."""

    revision: str
    count: int = 0
    first: tuple[float, float] = (0.0, 0.0)
    last: tuple[float, float] = (0.0, 0.0)
    latest: float = -np.inf
    clock_was_set_back: bool = False
    not_finite: int = 0
    first_not_finite: int | None = None


@dataclass(frozen=True, eq=False)
class _Mean:
    stamp: tuple[tuple[str, int, float], ...]
    curve: Curve

    @property
    def size(self) -> int:
        return 4 * self.curve.steps.size


class GrowingCurves:
    """Smoothed curves of all sessions, at most `capacity` numbers (8 bytes each); the longest unused go first."""

    def __init__(self, capacity: int = 8_000_000, tracks: int = 20_000) -> None:
        self._capacity = capacity
        self._most_tracks = tracks
        self._tracks: OrderedDict[tuple[str, str], _Track] = OrderedDict()
        self._smoothings: OrderedDict[tuple[tuple[str, str], float], _Smoothing] = OrderedDict()
        self._means: OrderedDict[tuple[tuple[tuple[str, str], ...], float], _Mean] = OrderedDict()
        self._lock = threading.Lock()
        self._start = secrets.token_hex(4)
        self._revisions = itertools.count()

    @property
    def held(self) -> int:
        """How many smoothed and averaged numbers are kept."""
        with self._lock:
            return self._held()

    def curve(self, name: tuple[str, str], points: Points, weight: float) -> Curve:
        """The curve called `name` (run, tag) with these points, smoothed with this weight."""
        with self._lock:
            track = self._track(name, points)
            times = points.wall_times
            return Curve(
                track.revision,
                points.steps,
                np.maximum.accumulate(times) if track.clock_was_set_back else times,
                points.values,
                self._smoothed(name, track, points, weight) if weight else points.values,
                track.not_finite,
                track.first_not_finite,
            )

    def mean(
        self,
        names: Sequence[tuple[str, str]],
        curves: Sequence[Curve],
        starts: Sequence[float],
        weight: float,
    ) -> Curve:
        """The mean of the curves of these names, which began at these times and are smoothed with this weight.

        It is computed anew only when one of them has changed.
        """
        stamp = tuple(
            (curve.revision, curve.steps.size, start) for curve, start in zip(curves, starts, strict=True)
        )
        key = (tuple(names), weight)
        with self._lock:
            known = self._means.get(key)
            if known is not None and known.stamp == stamp:
                self._means.move_to_end(key)
                return known.curve
        curve = mean_curve(curves, starts)
        with self._lock:
            self._means[key] = _Mean(stamp, curve)
            self._means.move_to_end(key)
            self._forget_the_longest_unused()
        return curve

    def _track(self, name: tuple[str, str], points: Points) -> _Track:
        track = self._tracks.get(name)
        if track is None or not _grew(track, points):
            track = self._tracks[name] = _Track(f"{self._start}-{next(self._revisions)}")
        self._tracks.move_to_end(name)
        if len(self._tracks) > self._most_tracks:
            self._tracks.popitem(last=False)
        if track.count < points.steps.size:
            _take(track, points)
        return track

    def _smoothed(
        self, name: tuple[str, str], track: _Track, points: Points, weight: float
    ) -> NDArray[np.float64]:
        smoothing = self._smoothings.get((name, weight))
        if smoothing is None or smoothing.revision != track.revision:
            smoothing = self._smoothings[name, weight] = _Smoothing(track.revision, Average(weight))
        self._smoothings.move_to_end((name, weight))
        if smoothing.values.size < points.values.size:
            more, smoothing.average = smooth_on(smoothing.average, points.values[smoothing.values.size :])
            if smoothing.values.append(more):
                self._forget_the_longest_unused()
        return smoothing.values.view()

    def _held(self) -> int:
        return sum(smoothing.values.data.size for smoothing in self._smoothings.values()) + sum(
            mean.size for mean in self._means.values()
        )

    def _forget_the_longest_unused(self) -> None:
        """Means first: they are made of what is smoothed, and sooner than that."""
        held = self._held()
        while (held > self._capacity and len(self._means) > 1) or len(self._means) > self._most_tracks:
            _, mean = self._means.popitem(last=False)
            held -= mean.size
        while held > self._capacity and len(self._smoothings) > 1:
            _, smoothing = self._smoothings.popitem(last=False)
            held -= smoothing.values.data.size


def _grew(track: _Track, points: Points) -> bool:
    """Whether the points known are the first of these: a rewritten past has other wall times at its end."""
    return points.steps.size >= track.count > 0 and (track.first, track.last) == (
        _at(points, 0),
        _at(points, track.count - 1),
    )


def _take(track: _Track, points: Points) -> None:
    """Looks at the points that are new."""
    new = slice(track.count, None)
    times = np.append(track.latest, points.wall_times[new])
    track.clock_was_set_back = track.clock_was_set_back or bool(np.any(times[1:] < times[:-1]))
    track.latest = float(times.max())
    not_finite = np.flatnonzero(~np.isfinite(points.values[new]))
    if not_finite.size and track.first_not_finite is None:
        track.first_not_finite = int(points.steps[track.count + not_finite[0]])
    track.not_finite += int(not_finite.size)
    track.count = points.steps.size
    track.first, track.last = _at(points, 0), _at(points, track.count - 1)


def _at(points: Points, index: int) -> tuple[float, float]:
    return float(points.steps[index]), float(points.wall_times[index])
