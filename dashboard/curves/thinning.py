"""Fewer points, the same picture: the lowest and the highest point of every bucket.

A bucket is 2^level wide and begins at a multiple of its width, so a bucket that is over never changes while
a run grows, and a coarser level only merges buckets: the drawn past does not move and every spike stays. Every
point that is kept is a point of the curve.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

FINEST_LEVEL = -10  # about a millisecond, on time axes


def level_for(extent: float, columns: int, *, finest: int = FINEST_LEVEL) -> int:
    """The level at which an extent of x fills at most `columns` buckets (one more where they do not align)."""
    if columns < 1:
        raise ValueError(f"A chart is at least 1 pixel wide, not {columns}.")
    if not extent > 0:
        return finest
    return max(finest, math.ceil(math.log2(extent / columns)))


def bucket_start(x: float, level: int) -> float:
    """Where the bucket that holds x begins."""
    width = 2.0**level
    return math.floor(x / width) * width


def thin(
    x: NDArray[np.float64], y: NDArray[np.float64], level: int, *, first: bool = True, last: bool = True
) -> NDArray[np.int64]:
    """Indices [m], in order of x, of the points that draw the curve at this level.

    Those are the lowest and the highest finite y of every bucket (the first point of a bucket that has none), and the
    curve's first and last point; a piece of a curve says with `first` and `last` which of its ends are the curve's.
    `x` and `y` float64 [n]; y may hold NaN and infinities. Points of one x keep their order.
    """
    if not x.size:
        return np.zeros(0, np.int64)
    if np.any(x[1:] < x[:-1]):
        order = np.argsort(x, kind="stable")
        return order[thin(x[order], y[order], level, first=first, last=last)]
    buckets = np.floor(x * 2.0**-level)
    starts = np.flatnonzero(np.concatenate(([True], buckets[1:] != buckets[:-1])))
    if starts.size == x.size:
        return np.arange(x.size)
    counts = np.diff(np.append(starts, x.size))
    finite = np.isfinite(y)
    lowest = np.minimum.reduceat(np.where(finite, y, np.inf), starts)
    highest = np.maximum.reduceat(np.where(finite, y, -np.inf), starts)
    ends = np.array([0] * first + [x.size - 1] * last, np.int64)
    kept = (_first_equal(y, lowest, starts, counts), _first_equal(y, highest, starts, counts), ends)
    return np.unique(np.concatenate(kept))


def _first_equal(
    y: NDArray[np.float64], wanted: NDArray[np.float64], starts: NDArray[np.int64], counts: NDArray[np.int64]
) -> NDArray[np.int64]:
    """The first index in each bucket whose y is the bucket's wanted value; a bucket without one gives its start."""
    hits = np.flatnonzero(y == np.repeat(wanted, counts))
    if not hits.size:
        return starts
    nearest = np.minimum(np.searchsorted(hits, starts), hits.size - 1)
    found = hits[nearest]
    return np.where((found >= starts) & (found < starts + counts), found, starts)
