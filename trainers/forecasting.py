"""How well a network goes on with a signal: one step ahead, and by itself; beside the simplest forecast there is.

    forecast = judged(network, signal, horizon=100, first=1275, last=1500)
    forecast.errors["free_running_error"], forecast.errors["baseline_free_running_error"]

One step ahead it always sees what really happened ("teacher forcing"; Williams, Zipser 1989). Free-running, its own
forecast takes the place of what happened, so its errors feed upon themselves. A forecast is worth something where it
is better than repeating the last value that was seen, which is the baseline in both cases.
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from trainers.runs import write_atomically
from trainers.signals import Signal

FORECAST = "forecast.npz"
MOST_STARTS = 16  # of free-running forecasts, evenly spread: one alone may be lucky
MOST_CONTEXT = 200  # values drawn before a forecast begins


@dataclass(frozen=True)
class Forecast:
    """What a network forecast on a part of a signal, in the signal's own units.

    One free-running forecast is held whole: `times` int [context + horizon] counts the signal's values and `truth` is
    theirs; `teacher_forced`, `free_running` and `baseline`, float64 [horizon], begin after the context. `error_by_step`
    and `baseline_by_step`, float64 [horizon], are root mean squares over `starts` free-running forecasts. `errors` are
    root mean squares by name, `loss` the mean squared error one step ahead of the scaled values.
    """

    times: np.ndarray
    truth: np.ndarray
    teacher_forced: np.ndarray
    free_running: np.ndarray
    baseline: np.ndarray
    error_by_step: np.ndarray
    baseline_by_step: np.ndarray
    starts: int
    errors: dict[str, float]
    loss: float

    @property
    def horizon(self) -> int:
        """How far the free-running forecast goes."""
        return len(self.free_running)


class Forecaster:
    """A network's forecasts of one signal, compiled once."""

    def __init__(self, model: keras.Model, signal: Signal, *, window: int, horizon: int) -> None:
        self._signal, self._window, self._horizon = signal, window, horizon
        self._scaled = signal.scaled
        self._go_on = _compiled_going_on(model, window, horizon)

    def judged(self, first: int, last: int, outputs: np.ndarray) -> Forecast:
        """The forecasts of a signal's values first … last − 1.

        `outputs` float32 [last − first] is what the network says of each of them, one step ahead.
        """
        signal, horizon = self._signal, self._horizon
        truth = signal.values
        ahead = outputs.astype(np.float64) * signal.deviation + signal.mean
        starts = spread_starts(first, last - horizon)
        free = self._free_running(starts)  # [starts, horizon]
        happened = truth[starts[:, None] + np.arange(horizon)]
        repeated = np.repeat(truth[starts - 1][:, None], horizon, axis=1)
        start = int(starts[0])
        times = np.arange(max(0, start - MOST_CONTEXT, start - max(self._window, horizon)), start + horizon)
        return Forecast(
            times=times,
            truth=truth[times],
            teacher_forced=ahead[start - first :][:horizon],
            free_running=free[0],
            baseline=repeated[0],
            error_by_step=_root_mean_square(free - happened, axis=0),
            baseline_by_step=_root_mean_square(repeated - happened, axis=0),
            starts=len(starts),
            errors={
                "error": _overall(ahead - truth[first:last]),
                "baseline_error": _overall(truth[first - 1 : last - 1] - truth[first:last]),
                "free_running_error": _overall(free - happened),
                "baseline_free_running_error": _overall(repeated - happened),
            },
            loss=float(np.square(outputs.astype(np.float64) - self._scaled[first:last]).mean()),
        )

    def _free_running(self, starts: np.ndarray) -> np.ndarray:
        """What the network says from each start on, given only what was before it: float64 [starts, horizon]."""
        windows = self._scaled[starts[:, None] + np.arange(-self._window, 0)]  # [starts, window]
        said = self._go_on(tf.constant(windows)).numpy().astype(np.float64)
        return said * self._signal.deviation + self._signal.mean


def spread_starts(first: int, last: int) -> np.ndarray:
    """Up to `MOST_STARTS` different places from first to last, evenly spread: int64 [n]."""
    return np.linspace(first, last, min(MOST_STARTS, last - first + 1)).round().astype(np.int64)


def write_forecast(forecast: Forecast, folder: Path, *, step: int, part: str) -> None:
    """Replaces the file for the page at once; raises StorageFailed. `part` says of which part of the signal it is."""
    file = io.BytesIO()
    np.savez(
        file,
        times=forecast.times,
        truth=forecast.truth,
        teacher_forced=forecast.teacher_forced,
        free_running=forecast.free_running,
        baseline=forecast.baseline,
        error_by_step=forecast.error_by_step,
        baseline_by_step=forecast.baseline_by_step,
        starts=np.array(forecast.starts),
        step=np.array(step),
        part=np.array(part),
        error_names=np.array(list(forecast.errors)),
        errors=np.array(list(forecast.errors.values())),
    )
    write_atomically(folder / FORECAST, file.getvalue())


def _compiled_going_on(model: keras.Model, window: int, horizon: int) -> Callable[[tf.Tensor], tf.Tensor]:
    """A function of windows float32 [s, window] that gives the network's next values: float32 [s, horizon]."""

    @tf.function(input_signature=[tf.TensorSpec([None, window], tf.float32)])
    def go_on(windows: tf.Tensor) -> tf.Tensor:
        said = tf.TensorArray(tf.float32, horizon)
        for step in tf.range(horizon):
            following = model(windows[..., tf.newaxis], training=False)[:, 0]  # [s]
            said = said.write(step, following)
            windows = tf.concat([windows[:, 1:], following[:, tf.newaxis]], axis=1)
        return tf.transpose(said.stack())  # [s, horizon]

    return go_on


def _root_mean_square(differences: np.ndarray, axis: int) -> np.ndarray:
    return np.sqrt(np.square(differences).mean(axis=axis))


def _overall(differences: np.ndarray) -> float:
    return math.sqrt(np.square(differences).mean())
