"""Where the points of a curve stand on the four axes: step, epoch, relative time, wall time."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from dashboard.curves.thinning import FINEST_LEVEL

Axis = Literal["step", "epoch", "relative", "wall"]
AXES: tuple[Axis, ...] = get_args(Axis)


@dataclass(frozen=True)
class Positions:
    """x = (native - origin) / unit, computed for the points that are asked for only.

    `native` [n] never falls: steps int64, or wall times float64 in unix seconds. Buckets are cut in native units from
    the origin on, so `finest` is the level below which they would divide a step.
    """

    native: NDArray[Any]
    origin: float
    unit: float
    finest: int

    def x(self, chosen: slice | NDArray[np.int64] | int) -> Any:
        """The x of the points chosen: steps and epochs, or seconds."""
        return self.buckets(chosen) / self.unit if self.unit != 1 else self.buckets(chosen)

    def buckets(self, chosen: slice | NDArray[np.int64] | int) -> Any:
        """The same in the units in which buckets are cut."""
        return self.native[chosen] - self.origin if self.origin else self.native[chosen]

    def first_from(self, position: float) -> int:
        """Index of the first point at or behind a position given in the units of buckets."""
        # An integer key spares NumPy a float copy of all steps.
        native = position + self.origin
        key = math.ceil(native) if self.native.dtype.kind == "i" else native
        return int(np.searchsorted(self.native, key, side="left"))


def positions(
    axis: Axis,
    steps: NDArray[np.int64],
    times: NDArray[np.float64],
    *,
    run_start: float = 0.0,
    steps_per_epoch: float | None = None,
) -> Positions | None:
    """A curve's points on an axis; None where epochs are wanted and the length of one is not known."""
    if axis == "step":
        return Positions(steps, origin=0, unit=1, finest=0)
    if axis == "epoch":
        return Positions(steps, origin=0, unit=steps_per_epoch, finest=0) if steps_per_epoch else None
    return Positions(times, origin=run_start if axis == "relative" else 0.0, unit=1, finest=FINEST_LEVEL)
