"""One curve as it is drawn: all of its points, measured and smoothed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Curve:
    """One curve as it stands: all points, smoothed [n] too; where times fell (a clock set back) they stand still.

    `times` are unix seconds; those of a mean of `seeds` runs are seconds since each began, and `ends` says when each of
    them came to the last common step. `deviation` [n] is the
    standard deviation (n − 1) of what is smoothed over the seeds; None where there are not two of them.
    """

    revision: str
    steps: NDArray[np.int64]
    times: NDArray[np.float64]
    values: NDArray[np.float64]
    smoothed: NDArray[np.float64]
    not_finite: int
    first_not_finite: int | None
    seeds: int = 1
    is_mean: bool = False
    ends: tuple[float, ...] = ()
    deviation: NDArray[np.float64] | None = None
