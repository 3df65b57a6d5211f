"""Signals to forecast: a mixture of sines, the Mackey-Glass equation, or a column of somebody's own file.

    signal = load(SequenceSpec(signal="mackey_glass"))
    signal.values.shape                                       # (1500,)

A signal is divided in time: the network learns from the first part, and is judged on what comes after it. Nothing here
imports TensorFlow.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trainers.csv_column import read_column
from trainers.datasets import DatasetMissing
from trainers.specs import SequenceSpec
from trainers.specs.sequence import Parts

PERIODS = (
    20.0,
    31.4,
    8.7,
)  # of the sines, in steps: no two of them have a common multiple that one would live to see
AMPLITUDES = (1.0, 0.6, 0.3)
MACKEY_GLASS_DELAY = 17.0
_STEPS_IN_ONE = 10  # of the integration, for one value of the signal
_SETTLING = 500  # values until the start is forgotten


@dataclass(frozen=True)
class Signal:
    """`values` float64 [n] at equal steps of time, divided into `parts`; `name` and `source` are for people.

    `mean` and `deviation` are those of the training part alone: what comes later must not leak into the learning.
    """

    values: np.ndarray
    name: str
    source: str
    parts: Parts

    @property
    def mean(self) -> float:
        """Of the training part."""
        return float(self.values[: self.parts.train_until].mean())

    @property
    def deviation(self) -> float:
        """The standard deviation of the training part."""
        return float(self.values[: self.parts.train_until].std())

    @property
    def scaled(self) -> np.ndarray:
        """The values as the network sees them, with mean 0 and deviation 1 over the training part: float32 [n]."""
        return ((self.values - self.mean) / self.deviation).astype(np.float32)


def load(spec: SequenceSpec) -> Signal:
    """The signal that a spec asks for; raises DatasetMissing with what to do."""
    if spec.signal == "csv":
        return _from_file(spec)
    random = np.random.default_rng(spec.seed)
    values = sines(spec.length, random) if spec.signal == "sine" else mackey_glass(spec.length, random)
    values = values + random.normal(scale=spec.noise * values.std(), size=len(values))
    return Signal(values, spec.signal, "computed", spec.parts(len(values)))


def check(spec: SequenceSpec) -> None:
    """Whether the signal can be had, before anything starts; raises DatasetMissing with what to do."""
    if spec.signal == "csv":
        _from_file(spec)


def sines(count: int, random: np.random.Generator) -> np.ndarray:
    """A sum of three sines that never repeats, each with a phase of its own: float64 [count]."""
    phases = random.uniform(0, 2 * np.pi, len(PERIODS))
    time = np.arange(count)
    waves = [
        amplitude * np.sin(2 * np.pi * time / period + phase)
        for amplitude, period, phase in zip(AMPLITUDES, PERIODS, phases, strict=True)
    ]
    return np.sum(waves, axis=0)


def mackey_glass(count: int, random: np.random.Generator) -> np.ndarray:
    """Values at times 1, 2, … of x'(t) = 0.2 x(t − 17) / (1 + x(t − 17)¹⁰) − 0.1 x(t), settled: float64 [count].

    Mackey, Glass (1977), Oscillation and chaos in physiological control systems, Science 197, 287-289. With this
    delay it is chaotic: what is near now is far apart later, so nobody can forecast it for long.
    """
    start = random.uniform(0.9, 1.4)
    return integrated_mackey_glass(start, _SETTLING + count)[_SETTLING:]


def integrated_mackey_glass(start: float, count: int, delay: float = MACKEY_GLASS_DELAY) -> np.ndarray:
    """The equation's solution at times 1 … count where x = `start` for all t ≤ 0: float64 [count].

    Runge and Kutta's rule of fourth order with ten steps a unit of time; within a step the delayed value is
    taken between the two known ones by the cubic that also fits their slopes (Hermite).
    """
    step = 1 / _STEPS_IN_ONE
    lag = round(delay * _STEPS_IN_ONE)
    known = [start] * (lag + 1)  # x at the last times, known[-1 - lag] is x(t − delay)
    slopes = [0.0] * (lag + 1)
    for number in range(count * _STEPS_IN_ONE):
        if number == lag:  # time 0, where the curve has a kink, now lies on the left of the delayed step
            slopes[lag] = _slope(start, start)
        now, before, after = known[-1], known[-1 - lag], known[-lag]
        between = (before + after) / 2 + step * (slopes[-1 - lag] - slopes[-lag]) / 8
        first = _slope(now, before)
        second = _slope(now + step / 2 * first, between)
        third = _slope(now + step / 2 * second, between)
        fourth = _slope(now + step * third, after)
        known.append(now + step / 6 * (first + 2 * second + 2 * third + fourth))
        slopes.append(_slope(known[-1], known[-1 - lag]))
    return np.array(known[lag + _STEPS_IN_ONE :: _STEPS_IN_ONE])


def _slope(now: float, delayed: float) -> float:
    """x'(t) of the Mackey-Glass equation where x(t) is `now` and x(t − delay) is `delayed`."""
    return float(0.2 * delayed / (1 + delayed**10) - 0.1 * now)


def _from_file(spec: SequenceSpec) -> Signal:
    assert spec.csv_file is not None  # says the spec
    column = read_column(spec.csv_file, spec.column)
    if problem := spec.problem_with(len(column.values)):
        raise DatasetMissing(f"{spec.csv_file.name}: {problem}")
    signal = Signal(column.values, column.name, str(spec.csv_file), spec.parts(len(column.values)))
    # Numbers as large as these cannot be scaled: their squares are beyond what a computer's numbers hold.
    with np.errstate(over="ignore", invalid="ignore"):
        deviation = signal.deviation
    if not 0 < deviation < np.inf:
        raise DatasetMissing(
            f"{spec.csv_file.name}: the training part of the column {column.name} never changes or is too large "
            "to be scaled, so there is nothing to learn: choose another column."
        )
    return signal
