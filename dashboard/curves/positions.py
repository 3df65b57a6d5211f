"""Where the points of a curve stand on the four axes, even or logarithmic: step, epoch, relative time, wall time."""

from __future__ import annotations

import bisect
import math
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from dashboard.curves.thinning import FINEST_LEVEL

Axis = Literal["step", "epoch", "relative", "wall"]
AXES: tuple[Axis, ...] = get_args(Axis)
FINEST_RATIO = -40  # on logarithmic axes: neighbours among the largest steps differ by less than a millionth


@dataclass(frozen=True)
class Positions:
    """x = (native - origin) / unit, computed for the points that are asked for only.

    `native` [n] never falls: steps int64, or wall times float64 in unix seconds. Buckets are cut in native units from
    the origin on, so `finest` is the level below which they would divide a step. On a logarithmic axis they are cut in
    octaves, and what is not above the origin has no place: the first `hidden` points.
    """

    native: NDArray[Any]
    origin: float
    unit: float
    finest: int
    is_log: bool = False
    hidden: int = 0

    def x(self, chosen: slice | NDArray[np.int64] | int) -> Any:
        """The x of the points chosen: steps and epochs, or seconds."""
        return self._native(chosen) / self.unit if self.unit != 1 else self._native(chosen)

    def buckets(self, chosen: slice | NDArray[np.int64] | int) -> Any:
        """The same in the units in which buckets are cut."""
        return np.log2(self._native(chosen)) if self.is_log else self._native(chosen)

    def bucket_of(self, x: float) -> float:
        """An x in the units in which buckets are cut; what has no place is far to the left of all that has."""
        if not self.is_log:
            return x * self.unit
        return math.log2(x * self.unit) if x * self.unit > 0 else -2_000.0

    def first_from(self, position: float) -> int:
        """Index of the first point at or behind a position given in the units of buckets."""
        if self.is_log:
            # Through the same logarithm that cuts the buckets: its inverse would miss an edge by rounding.
            return bisect.bisect_left(range(self.native.size), position, lo=self.hidden, key=self._bucket)
        # An integer key spares NumPy a float copy of all steps.
        native = position + self.origin
        key = math.ceil(native) if self.native.dtype.kind == "i" else native
        return int(np.searchsorted(self.native, key, side="left"))

    def _native(self, chosen: slice | NDArray[np.int64] | int) -> Any:
        return self.native[chosen] - self.origin if self.origin else self.native[chosen]

    def _bucket(self, index: int) -> float:
        return float(self.buckets(index))


def positions(
    axis: Axis,
    steps: NDArray[np.int64],
    times: NDArray[np.float64],
    *,
    run_start: float = 0.0,
    steps_per_epoch: float | None = None,
    is_log: bool = False,
) -> Positions | None:
    """A curve's points on an axis; None where epochs are wanted and the length of one is not known.

    The time of day has no zero to count octaves from: there, `is_log` changes nothing.
    """
    if axis == "epoch" and not steps_per_epoch:
        return None
    if axis in ("step", "epoch"):
        unit = steps_per_epoch if axis == "epoch" and steps_per_epoch else 1
        plain = Positions(steps, origin=0, unit=unit, finest=0)
    else:
        origin = run_start if axis == "relative" else 0.0
        plain = Positions(times, origin=origin, unit=1, finest=FINEST_LEVEL)
    if not is_log or axis == "wall":
        return plain
    hidden = int(np.searchsorted(plain.native, plain.origin, side="right"))
    return Positions(plain.native, plain.origin, plain.unit, FINEST_RATIO, is_log=True, hidden=hidden)
