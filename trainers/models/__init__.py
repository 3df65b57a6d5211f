"""The networks one can train: one function and one line of `MODELS` each.

    model = build(ClassifySpec(model="mlp", activation="sigmoid"))
    model.summary()

Every model takes float32 [n, *input_shape] (images [height, width, channels] in 0…1, or vectors) and gives
probabilities float32 [n, classes].
"""

from __future__ import annotations

import inspect
from collections.abc import Callable

import keras

from trainers import starting_weights
from trainers.models.convolutional import alexnet_small, deep_cnn, fast_cnn, lenet5, simple_cnn
from trainers.models.dense import mlp, softmax
from trainers.models.fitting import NetworkDoesNotFit
from trainers.models.recurrent import gru, lstm, rnn
from trainers.models.residual import resnet_small
from trainers.specs import ClassifySpec

__all__ = ["IMAGE_SHAPE", "MODELS", "NetworkDoesNotFit", "build", "explanation"]

IMAGE_SHAPE = (28, 28, 1)  # height, width, channels

Shape = tuple[int, ...]

MODELS: dict[str, Callable[[ClassifySpec, Shape, int], keras.Model]] = {
    "softmax": softmax,
    "mlp": mlp,
    "simple_cnn": simple_cnn,
    "deep_cnn": deep_cnn,
    "lenet5": lenet5,
    "fast_cnn": fast_cnn,
    "alexnet_small": alexnet_small,
    "resnet_small": resnet_small,
    "rnn": rnn,
    "gru": gru,
    "lstm": lstm,
}


def build(spec: ClassifySpec, classes: int = 10, input_shape: Shape = IMAGE_SHAPE) -> keras.Model:
    """The network a spec asks for with its starting weights, which equal those of another where shapes and seed agree.

    Raises NetworkDoesNotFit with a sentence where it cannot take inputs of this shape.
    """
    keras.utils.set_random_seed(spec.seed)
    return starting_weights.drawn(MODELS[spec.model](spec, input_shape, classes), spec.seed)


def explanation(name: str) -> str:
    """What a model is, in the words of its function's docstring."""
    return inspect.cleandoc(MODELS[name].__doc__ or "")
