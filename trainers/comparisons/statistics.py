"""Means, and differences of matched pairs with what chance alone would do.

Both arms of a pair share data, batches and seed, so that the differences within pairs are what is judged: Student
(1908), The probable error of a mean. With more than two arms each is held against the first, and p-values are adjusted
as of Holm (1979), A simple sequentially rejective multiple test procedure.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

CONFIDENCE = 0.95
_NO_SPREAD = 1e-12  # differences that agree to so many digits leave nothing for a test to stand on


@dataclass(frozen=True)
class Spread:
    """Mean and standard deviation (n − 1; None for one number) of `count` numbers."""

    mean: float
    deviation: float | None
    count: int


def spread(numbers: Sequence[float]) -> Spread | None:
    """Mean and standard deviation, None of no numbers."""
    if not numbers:
        return None
    deviation = float(np.std(numbers, ddof=1)) if len(numbers) > 1 else None
    return Spread(float(np.mean(numbers)), deviation, len(numbers))


@dataclass(frozen=True)
class PairedDifference:
    """Mean difference over `pairs` pairs, its 95 % interval, and the p-value of no difference (two-sided t-test).

    Interval and p are None where chance cannot be judged: with one pair, or where all pairs differ by the same.
    """

    mean: float
    pairs: int
    low: float | None = None
    high: float | None = None
    p: float | None = None


def paired_difference(first: Sequence[float], second: Sequence[float]) -> PairedDifference | None:
    """Second minus first, pair by pair; None of no pairs. Both are alike long."""
    differences = np.subtract(second, first, dtype=np.float64)
    if not len(differences):
        return None
    mean = float(np.mean(differences))
    if len(differences) < 2 or float(np.ptp(differences)) <= _NO_SPREAD * max(1.0, abs(mean)):
        return PairedDifference(mean, len(differences))
    # Student's distribution itself: scipy.stats around it would cost the dashboard a second and 80 MB. Late: this alone
    # costs a third of a second, for which every trainer would wait.
    from scipy.special import stdtr, stdtrit

    freedom = len(differences) - 1
    error = float(np.std(differences, ddof=1)) / math.sqrt(len(differences))
    reach = float(stdtrit(freedom, (1 + CONFIDENCE) / 2)) * error
    p = 2 * float(stdtr(freedom, -abs(mean / error)))
    return PairedDifference(mean, len(differences), mean - reach, mean + reach, p)


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """Adjusted p-values in the given order: p times the number not yet decided, never falling; None stays None."""
    known = sorted((p, place) for place, p in enumerate(p_values) if p is not None)
    adjusted: list[float | None] = [None] * len(p_values)
    largest = -math.inf
    for rank, (p, place) in enumerate(known):
        largest = max(largest, min(1.0, (len(known) - rank) * p))
        adjusted[place] = largest
    return adjusted
