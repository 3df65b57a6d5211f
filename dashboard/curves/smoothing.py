"""TensorBoard's smoothing: a debiased exponential moving average, computed on every point of a curve.

last = weight * last + (1 - weight) * value;  smoothed = last / (1 - weight ** count)

Source: `classicSmoothing` in tensorboard/webapp/widgets/line_chart_v2. Values that are not finite pass through
without touching the average; a curve that has been constant so far stays exactly that constant. So the smoothed
value of a point depends on the points before it only, and never changes when a run grows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LARGEST_WEIGHT = 0.999
# Up to so many values a loop will do: pandas takes a third of a second to load, which a first chart would wait for.
_FEW = 2_048


@dataclass(frozen=True)
class Average:
    """How far the average of a curve has come: enough to go on when points are appended.

    `last` is the average before debiasing, `count` the finite values seen. `constant` is the value that all of them
    had; None where there was none yet or they differ.
    """

    weight: float
    last: float = 0.0
    count: int = 0
    constant: float | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.weight <= LARGEST_WEIGHT:
            raise ValueError(f"Smoothing must be a number from 0 to {LARGEST_WEIGHT}, not {self.weight}.")


def smoothed(values: NDArray[np.float64], weight: float) -> NDArray[np.float64]:
    """Values float64 [n] smoothed with a weight from 0 (as they are) to 0.999; raises ValueError for another weight."""
    return smooth_on(Average(weight), values)[0]


def smooth_on(average: Average, values: NDArray[np.float64]) -> tuple[NDArray[np.float64], Average]:
    """The smoothed values float64 [n] that follow an average, and the average after them."""
    finite = np.isfinite(values)
    result = np.array(values, dtype=np.float64)
    known = result[finite]
    if not known.size:
        return result, average
    weight = average.weight
    biased = _biased(average, known)
    debiased = biased / _debiasing(weight, average.count, known.size)
    constant = average.constant if average.count else float(known[0])
    alike = 0 if constant is None else _length_of_start(known, constant)
    debiased[:alike] = constant
    result[finite] = debiased
    return result, Average(
        weight,
        last=float(biased[-1]),
        count=average.count + known.size,
        constant=constant if alike == known.size else None,
    )


def _biased(average: Average, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The average after each value. pandas, which Streamlit loads anyway: scipy.signal takes 80 MB and a second."""
    if values.size <= _FEW:
        return _biased_of_few(average, values)
    import pandas as pd

    begun = pd.Series(np.concatenate(([average.last], values)))
    averages: NDArray[np.float64] = begun.ewm(alpha=1 - average.weight, adjust=False).mean().to_numpy()
    return averages[1:]


def _biased_of_few(average: Average, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The same to the bit."""
    alpha = 1 - average.weight
    alpha = 1 / (1 + (1 - alpha) / alpha)  # as pandas, which goes by the centre of mass, rounds it
    last, averages = average.last, []
    for value in values.tolist():
        if value != last:
            last = ((1 - alpha) * last + alpha * value) / ((1 - alpha) + alpha)
        averages.append(last)
    return np.array(averages)


def _debiasing(weight: float, count: int, more: int) -> NDArray[np.float64]:
    if weight == 0:
        return np.ones(more)
    counts = np.arange(count + 1, count + more + 1, dtype=np.float64)
    debiasing: NDArray[np.float64] = -np.expm1(counts * np.log(weight))
    return debiasing


def _length_of_start(values: NDArray[np.float64], constant: float) -> int:
    differs = values != constant
    first = int(differs.argmax())
    return first if differs[first] else values.size
