"""All that changes while a network learns, as the arrays of a checkpoint and back.

    parts = {"weights": model.weights, "optimizer": optimizer.variables}
    state = as_arrays(parts)                            # {"weights/0": float32 […], …}
    take_over(state, parts)                             # and every variable is as it was

Parts that come in another order, or of another size, are another network's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import keras
import numpy as np
import tensorflow as tf

from trainers.loop import TrainingFailed

Variable = keras.Variable | tf.Variable
Parts = Mapping[str, Sequence[Variable]]  # by what they are for, in an order that is always the same


def as_arrays(parts: Parts) -> dict[str, np.ndarray]:
    """The values of all variables, each under its part's name and its number in it."""
    return {name: tf.convert_to_tensor(variable).numpy() for name, variable in _named(parts).items()}


def take_over(state: Mapping[str, np.ndarray], parts: Parts) -> None:
    """Gives all variables the values of `as_arrays`; raises TrainingFailed where those are another network's."""
    variables = _named(parts)
    shapes = {name: tuple(variable.shape) for name, variable in variables.items()}
    if shapes != {name: values.shape for name, values in state.items()}:
        raise TrainingFailed(
            "The checkpoint is of another network than spec.json asks for: start a new run instead."
        )
    for name, variable in variables.items():
        variable.assign(state[name])


def _named(parts: Parts) -> dict[str, Variable]:
    return {
        f"{part}/{number}": variable
        for part, variables in parts.items()
        for number, variable in enumerate(variables)
    }
