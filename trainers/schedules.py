"""How the learning rate changes while a network trains, as a function of the step.

    steered = SteeredSchedule(schedule(spec, total_steps=155, steps_per_epoch=31))
    steered.choose(1e-4)                                     # from now on, whatever the schedule says
    rate_at(spec, np.arange(156), total_steps=155, steps_per_epoch=31)      # float64 [156], for a drawing

The step is the number of steps already done, so the first one learns at the rate of step 0. After the planned end
the rate stays what it is there.
"""

from __future__ import annotations

import math

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from trainers.specs import ClassifySpec

Schedule = keras.optimizers.schedules.LearningRateSchedule

_WARM_UP = 0.3  # the share of all steps in which the one cycle rises
_FIRST_RATE = 1 / 25  # where it begins, as a share of its peak


class Constant(Schedule):
    """The same rate at every step."""

    def __init__(self, rate: float) -> None:
        self.rate = rate

    def __call__(self, step: tf.Tensor) -> tf.Tensor:
        """The rate at some steps, float32 of their shape."""
        return ops.full(ops.shape(step), self.rate, "float32")


class OneCycle(Schedule):
    """One rise to the peak and one fall to 0; a momentum is left alone.

    It rises in a straight line from a 25th of the peak during the first three tenths of the steps, and falls like
    half a cosine. Large rates in the middle find wide valleys, small ones at the end their bottom.

    Smith (2018), A disciplined approach to neural network hyper-parameters, arXiv:1803.09820.
    """

    def __init__(self, peak: float, steps: int) -> None:
        self.peak, self.steps = peak, steps

    def __call__(self, step: tf.Tensor) -> tf.Tensor:
        """The rate at some steps, float32 of their shape."""
        rising = int(_WARM_UP * self.steps)
        done = ops.cast(step, "float32")
        rise = _FIRST_RATE + (1 - _FIRST_RATE) * done / max(rising, 1)
        fallen = ops.clip((done - rising) / (self.steps - rising), 0, 1)
        fall = (1 + ops.cos(math.pi * fallen)) / 2
        return self.peak * ops.where(done < rising, rise, fall)


class Ending(Schedule):
    """Another schedule, which stays as it is after so many steps."""

    def __init__(self, schedule: Schedule, steps: int) -> None:
        self.schedule, self.steps = schedule, steps

    def __call__(self, step: tf.Tensor) -> tf.Tensor:
        """The rate at some steps, float32 of their shape."""
        return self.schedule(ops.minimum(step, self.steps))


class SteeredSchedule(Schedule):
    """A schedule that a person may overrule at any time, without compiling anything anew.

    `chosen` float32 [] is the person's rate, nan while there is none.
    """

    def __init__(self, schedule: Schedule) -> None:
        self.schedule = schedule
        self.chosen = tf.Variable(math.nan, dtype=tf.float32, trainable=False, name="chosen_rate")

    def choose(self, rate: float | None) -> None:
        """Learns at this rate from the next step on; None gives the rate back to the schedule."""
        self.chosen.assign(math.nan if rate is None else rate)

    def __call__(self, step: tf.Tensor) -> tf.Tensor:
        """The rate at a step, float32 []."""
        chosen = self.chosen.read_value()
        return tf.where(tf.math.is_nan(chosen), self.schedule(step), chosen)


def schedule(spec: ClassifySpec, *, total_steps: int, steps_per_epoch: int) -> Schedule:
    """The schedule a spec asks for: `learning_rate` is its highest rate."""
    presets = keras.optimizers.schedules
    rate, decay_steps = spec.learning_rate, spec.decay_epochs * steps_per_epoch
    match spec.schedule:
        case "constant":
            return Constant(rate)
        case "exponential":
            return Ending(presets.ExponentialDecay(rate, decay_steps, spec.decay_rate), total_steps)
        case "step":
            stairs = presets.ExponentialDecay(rate, decay_steps, spec.decay_rate, staircase=True)
            return Ending(stairs, total_steps)
        case "cosine":  # Loshchilov, Hutter (2017), SGDR, without restarts, arXiv:1608.03983
            return presets.CosineDecay(rate, total_steps)
        case "one_cycle":
            return OneCycle(rate, total_steps)


def rate_at(spec: ClassifySpec, steps: np.ndarray, total_steps: int, steps_per_epoch: int) -> np.ndarray:
    """The learning rate at some steps int [n]: float64 [n], computed as the training does."""
    planned = schedule(spec, total_steps=total_steps, steps_per_epoch=steps_per_epoch)
    return ops.convert_to_numpy(planned(ops.convert_to_tensor(steps))).astype(np.float64)
