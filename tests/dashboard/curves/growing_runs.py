"""Runs that grow by the clock: what the reader gives, without a trainer, so that a test decides how long a run is."""

from __future__ import annotations

import threading
import time
import zlib
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LONGEST = 2_000_000
STEPS_PER_EPOCH = 400
BEGAN = 1_795_000_000.0


@dataclass(frozen=True)
class GrownSeries:
    """The points of one curve so far."""

    steps: NDArray[np.int64]
    wall_times: NDArray[np.float64]
    values: NDArray[np.float64]


class GrowingReader:
    """Runs of equal length: `points` now, and `rate` more each second; a run `x/validation` has one point an epoch.

    A run called "slow" has come only half as far.
    """

    def __init__(self, points: int = 0, rate: float = 0.0) -> None:
        self._lock = threading.Lock()
        self._made: dict[tuple[str, str], GrownSeries] = {}
        self.damaged: dict[str, str] = {}
        self.age: float | None = None  # what it says of its last reading; it really grows at every moment
        self.rewritten = 0
        self.set(points, rate)

    def set(self, points: int, rate: float) -> None:
        """Starts again to grow from so many points."""
        with self._lock:
            self._points, self._rate, self._since = points, rate, time.monotonic()

    @property
    def length(self) -> int:
        with self._lock:
            return min(LONGEST, int(self._points + self._rate * (time.monotonic() - self._since)))

    def series(self, run: str, tag: str) -> GrownSeries | None:
        """The curve as it stands now; None for a run called "none" and before the first point."""
        length = self.length // STEPS_PER_EPOCH if run.endswith("/validation") else self.length
        length = length // 2 if "slow" in run else length
        if "none" in run or not length:
            return None
        whole = self._whole(run, tag, length)
        return GrownSeries(whole.steps[:length], whole.wall_times[:length], whole.values[:length])

    def many_series(self, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], GrownSeries]:
        found = {key: self.series(*key) for key in keys}
        return {key: series for key, series in found.items() if series is not None}

    def damage(self, run: str) -> str | None:
        return self.damaged.get(run)

    def _whole(self, run: str, tag: str, length: int) -> GrownSeries:
        with self._lock:
            known = self._made.get((run, tag))
            if known is None or known.steps.size < length:
                known = self._made[run, tag] = grown_curve(run, tag, max(4096, 2 * length))
            return known


def grown_curve(run: str, tag: str, length: int) -> GrownSeries:
    """A loss that falls or an accuracy that rises, with the noise of small batches; each run at its own pace."""
    validation = run.endswith("/validation")
    random = np.random.default_rng(zlib.crc32(f"{run.rpartition('/')[0]}{tag}".encode()))
    pace, floor = random.uniform(500, 3000), random.uniform(0.05, 0.3)
    stride = STEPS_PER_EPOCH if validation else 1
    steps = stride * np.arange(1, length + 1, dtype=np.int64)
    falling = floor + (2.3 - floor) / (1 + steps / pace)
    noise = np.random.default_rng(zlib.crc32(f"{run}{tag}".encode())).standard_normal(length)
    values = np.abs(falling + 0.12 * falling * noise * (0.15 if validation else 1))
    if "accuracy" in tag:
        values = 1 - np.clip(values / 2.6, 0, 1)
    return GrownSeries(steps, BEGAN + steps * 0.01, values.astype(np.float32).astype(np.float64))
