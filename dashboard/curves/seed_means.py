"""The mean of several seeds: runs of the same settings that differ in nothing but chance, averaged step by step.

Only steps count that every seed has come to. A seed that ended early would otherwise leave the mean unseen, and a mean
over ever fewer seeds looks better or worse for no reason. Since steps only grow, the mean that is drawn does not move
while its seeds go on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from dashboard.curves.curve import Curve


def mean_curve(curves: Sequence[Curve], starts: Sequence[float]) -> Curve:
    """The mean of one or more curves on their common steps, with the standard deviation over them.

    `starts` say when each run began, unix seconds. Steps may be out of order or double in what is given: of a double
    one the last point counts. A step at which one of the seeds is not finite has no finite mean.
    """
    steps = common_steps([curve.steps for curve in curves])
    places = [_places(curve.steps, steps) for curve in curves]
    pairs = list(zip(curves, places, strict=True))
    all_times = [curve.times[place] - start for (curve, place), start in zip(pairs, starts, strict=True)]
    times, _none = _mean_and_deviation(all_times)
    smoothed, deviation = _mean_and_deviation([curve.smoothed[place] for curve, place in pairs])
    values = (
        smoothed
        if all(curve.smoothed is curve.values for curve in curves)
        else _mean_and_deviation([curve.values[place] for curve, place in pairs])[0]
    )
    firsts = [curve.first_not_finite for curve in curves if curve.first_not_finite is not None]
    return Curve(
        revision=_revision(curves, starts),
        steps=steps,
        times=times,
        values=values,
        smoothed=smoothed,
        not_finite=sum(curve.not_finite for curve in curves),
        first_not_finite=min(firsts, default=None),
        seeds=len(curves),
        is_mean=True,
        ends=tuple(float(own[-1]) for own in all_times) if steps.size else (),
        deviation=deviation,
    )


def common_steps(all_steps: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
    """The steps int64 [m] in order that all of these have."""
    shortest = min(all_steps, key=len)
    if _rises(shortest) and all(np.array_equal(steps[: shortest.size], shortest) for steps in all_steps):
        return shortest
    return reduce(np.intersect1d, all_steps, np.unique(shortest))


def _places(steps: NDArray[np.int64], wanted: NDArray[np.int64]) -> slice | NDArray[np.int64]:
    """Where the wanted steps, all of them known, are; the last place of a double one."""
    if _rises(steps) and np.array_equal(steps[: wanted.size], wanted):
        return slice(0, wanted.size)
    order = np.argsort(steps, kind="stable")
    return order[np.searchsorted(steps[order], wanted, side="right") - 1]


def _rises(steps: NDArray[np.int64]) -> bool:
    return bool(np.all(steps[1:] > steps[:-1]))


def _mean_and_deviation(
    samples: Sequence[NDArray[np.float64]],
) -> tuple[NDArray[np.float64], NDArray[np.float64] | None]:
    """Mean and standard deviation (n − 1) of samples [n], one at a time to hold three arrays and not all of them.

    Welford (1962), Note on a method for calculating corrected sums of squares and products. Equal samples give exactly
    themselves and 0.
    """
    mean = np.array(samples[0], np.float64)
    squares = np.zeros_like(mean)
    with np.errstate(invalid="ignore", over="ignore"):
        for count, sample in enumerate(samples[1:], start=2):
            difference = sample - mean
            mean += difference / count
            squares += difference * (sample - mean)
        return mean, np.sqrt(squares / (len(samples) - 1)) if len(samples) > 1 else None


def _revision(curves: Sequence[Curve], starts: Sequence[float]) -> str:
    """Another one whenever a seed joined or its past changed."""
    text = " ".join(f"{curve.revision}@{start!r}" for curve, start in zip(curves, starts, strict=True))
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
