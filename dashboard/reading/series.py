"""One curve as the data server has it: every point, none thinned."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Series:
    """All points of one tag of one run, in order of step.

    `steps` int64 [n], `wall_times` float64 [n] in unix seconds, `values` float64 [n]; event files hold
    float32, so values carry its precision. The arrays are read-only. `version` is
    another one after every change, and no two curves share one.
    """

    steps: NDArray[np.int64]
    wall_times: NDArray[np.float64]
    values: NDArray[np.float64]
    version: int

    @property
    def nbytes(self) -> int:
        """The memory of its arrays."""
        return self.steps.nbytes + self.wall_times.nbytes + self.values.nbytes


def frozen_series(
    steps: NDArray[np.int64], wall_times: NDArray[np.float64], values: NDArray[np.float64], version: int
) -> Series:
    """A series that no session can change for the others."""
    for array in (steps, wall_times, values):
        array.flags.writeable = False
    return Series(steps, wall_times, values, version)
