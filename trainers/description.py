"""What a spec would build: the real network's layers, how they hang together, and where it would be trained."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from trainers import hardware, models
from trainers.datasets import outline
from trainers.features import pooled
from trainers.multiply_adds import multiply_adds
from trainers.specs import BoundarySpec, ClassifySpec, SequenceSpec

AnySpec = ClassifySpec | BoundarySpec | SequenceSpec

_SEEN_AT_ONCE = {"classify": "image", "boundary": "point", "sequence": "window"}


def describe(spec: AnySpec) -> dict[str, Any]:
    """What a spec would build, ready for JSON: what one input is, the layers in order, and sums over them.

    `inputs` of a layer are the names of the layers (or of the network's input) that it takes its numbers from.
    Shapes are without the batch. Raises NetworkDoesNotFit where the network cannot take these inputs.
    """
    device = hardware.device(spec)
    with keras.StatelessScope(initialize_variables=False):  # shapes only: no memory for the weights
        model = _without_weights(spec)
    layers = [_described(layer) for layer in _layers(model)]
    description = {
        "example": _SEEN_AT_ONCE[spec.task],
        "input_shape": list(model.input_shape[1:]),
        "layers": layers,
        "parameters": model.count_params(),
        "multiply_adds": sum(layer["multiply_adds"] for layer in layers),
        "device": device.name,
        "device_reason": device.reason,
    }
    keras.backend.clear_session()  # a long-lived helper must not collect every network it ever built
    return description


def _without_weights(spec: AnySpec) -> keras.Model:
    """The network that a spec's training would start with, before its starting weights are drawn."""
    match spec:
        case BoundarySpec():
            from trainers import boundary  # late: most descriptions are of other tasks

            return boundary.MODELS[spec.model](spec)
        case SequenceSpec():
            from trainers import sequence

            return sequence.MODELS[spec.model](spec)
        case _:
            return models.MODELS[spec.model](spec, input_shape(spec), len(outline(spec).class_names))


def input_shape(spec: ClassifySpec) -> tuple[int, ...]:
    """What the features of a spec make of an image, without loading any."""
    if spec.features == "pca":
        return (spec.components,)
    shape = outline(spec).image_shape
    if spec.features == "pooled":
        return tuple(pooled(np.zeros((1, *shape), np.uint8), spec.pooling).shape[1:])
    return shape


def _layers(model: keras.Model) -> list[keras.Layer]:
    """The layers but for the input, which computes nothing."""
    return [layer for layer in model.layers if not isinstance(layer, keras.layers.InputLayer)]


def _described(layer: keras.Layer) -> dict[str, Any]:
    return {
        "name": layer.name,
        "kind": type(layer).__name__,
        "output_shape": list(layer.output.shape[1:]),
        "parameters": layer.count_params(),
        "multiply_adds": multiply_adds(layer),
        "activation": _activation(layer),
        "window": list(getattr(layer, "kernel_size", getattr(layer, "pool_size", ()))),
        "rate": getattr(layer, "rate", 0.0),
        "inputs": [tensor._keras_history.operation.name for tensor in _tensors(layer.input)],
    }


def _activation(layer: keras.Layer) -> str:
    """The name of a layer's non-linearity as the settings say it, empty where there is none."""
    name = getattr(getattr(layer, "activation", None), "__name__", "linear")
    return {"linear": "", "silu": "swish"}.get(name, name)  # Keras knows swish by both names


def _tensors(inputs: keras.KerasTensor | list[keras.KerasTensor]) -> list[keras.KerasTensor]:
    return list(inputs) if isinstance(inputs, list | tuple) else [inputs]
