"""How many points a tag writes: every step at first, then means over more and more steps.

A softmax network takes thousands of steps a second, and readers keep every point in memory. So a tag
writes every step until it has 50,000 points; then every second step with the mean of those two; after
another 50,000 points every fourth; and so on. After n steps a tag has about 50,000 · log2(n / 50,000)
points: a run of a hundred million steps stays below 600,000.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

POINTS_PER_INTERVAL = 50_000

DESCRIPTION = (
    f"Every step up to {POINTS_PER_INTERVAL:,} points; then every 2nd step with the mean of the 2 steps, "
    f"and after every further {POINTS_PER_INTERVAL:,} points twice as many steps to a point."
)


@dataclass(frozen=True)
class Points:
    """Numbers of some steps: `steps` int64 [n], `times` float64 [n] (Unix seconds), `values` float32 [n, tags]."""

    steps: np.ndarray
    times: np.ndarray
    values: np.ndarray

    def __len__(self) -> int:
        return len(self.steps)

    def rows(self, rows: slice) -> Points:
        """Some of them, in order."""
        return Points(self.steps[rows], self.times[rows], self.values[rows])


def joined(parts: list[Points]) -> Points:
    """Several stretches of points, one after the other; at least one."""
    return Points(
        np.concatenate([part.steps for part in parts]),
        np.concatenate([part.times for part in parts]),
        np.concatenate([part.values for part in parts]),
    )


@dataclass
class Thinning:
    """The thinning of all tags that are written together each step.

    `interval` is how many steps a point now stands for, `written` how many points there are. What is written
    follows from the values alone, not from how they are cut into chunks.
    """

    limit: int = POINTS_PER_INTERVAL
    interval: int = 1
    written: int = 0
    _waiting: Points | None = None
    _last: Points | None = None  # the last point, of one row

    def add(self, new: Points) -> Points:
        """Takes the numbers of some steps and gives the points to write now.

        A point bears the step and time of the last step it stands for, and the mean of all of them.
        """
        left = joined([self._waiting, new]) if self._waiting else new
        finished = [left.rows(slice(0))]
        while groups := min(len(left) // self.interval, self._room()):
            taken = groups * self.interval
            finished.append(_means(left.rows(slice(taken)), self.interval))
            left = left.rows(slice(taken, None))
            self.written += groups
            if self.written % self.limit == 0:
                self.interval *= 2
        self._waiting = left
        points = joined(finished)
        if len(points):
            self._last = points.rows(slice(-1, None))
        return points

    def rest(self) -> Points | None:
        """The last point of a run: the mean of the steps that no point stands for yet; None without such steps.

        It changes nothing: a run that is resumed goes on as if it had not ended.
        """
        return _means(self._waiting, len(self._waiting)) if self._waiting else None

    def state(self) -> dict[str, np.ndarray]:
        """All that a resumed run needs to write the points that an unbroken one would have written."""
        numbers = {"interval": np.array(self.interval), "written": np.array(self.written)}
        for name, points in (("waiting", self._waiting), ("last", self._last)):
            if points:
                numbers[f"{name}_steps"] = points.steps
                numbers[f"{name}_times"] = points.times
                numbers[f"{name}_values"] = points.values
        return numbers

    def restore(self, state: Mapping[str, np.ndarray]) -> Points | None:
        """Goes on from a `state`; gives the point to write once more, or None.

        A process that ended later may have written a `rest`, which is no point of the unbroken curve. The point
        before it, written once more, makes readers drop it: they keep only what stands below the step they read.
        """
        self.interval, self.written = int(state["interval"]), int(state["written"])
        self._waiting, self._last = _points(state, "waiting"), _points(state, "last")
        return self._last if self.interval > 1 else None

    def _room(self) -> int:
        """How many points are left until the interval doubles."""
        return self.limit - self.written % self.limit


def _points(state: Mapping[str, np.ndarray], name: str) -> Points | None:
    if f"{name}_steps" not in state:
        return None
    return Points(state[f"{name}_steps"], state[f"{name}_times"], state[f"{name}_values"])


def _means(points: Points, size: int) -> Points:
    """One point for each `size` points, whose number is a multiple of it."""
    if size == 1:
        return points
    ends = slice(size - 1, None, size)
    groups = points.values.reshape(-1, size, points.values.shape[1])  # [groups, size, tags]
    means = groups.mean(axis=1, dtype=np.float64).astype(np.float32)  # [groups, tags]
    return Points(points.steps[ends], points.times[ends], means)
