"""What a spec would build, answered before any training: the helper process behind the dashboard.

One JSON object a line on standard input, one a line on standard output:

    {"id": 3, "request": "describe", "spec": {…}}
    {"id": 3, "answer": {…}}        or        {"id": 3, "error": "one sentence"}

The real model is built with the code that trains it, so nothing is computed twice in two ways.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, TextIO

import keras
import tensorflow as tf

from trainers import datasets, hardware, models
from trainers.datasets import DatasetMissing, class_names
from trainers.specs import ClassifySpec, InvalidSpec, parse_spec


class BadRequest(ValueError):
    """A request that cannot be understood; its text is one sentence."""


def answer_lines(requests: TextIO, answers: TextIO) -> None:
    """Answers requests until their end. A request that cannot be answered gets a sentence."""
    tf.config.set_visible_devices([], "GPU")  # graphics memory belongs to the trainings
    for line in requests:
        if line.strip():
            answers.write(json.dumps(answer(line), allow_nan=False) + "\n")
            answers.flush()


def answer(line: str) -> dict[str, Any]:
    """The answer to one request line, ready for JSON."""
    identifier = None
    try:
        request = _parsed(line)
        identifier = request.get("id")
        spec = _asked_spec(request)
        datasets.check(spec)
        return {"id": identifier, "answer": describe(spec)}
    except (BadRequest, InvalidSpec, DatasetMissing) as error:
        return {"id": identifier, "error": str(error)}
    except (MemoryError, tf.errors.ResourceExhaustedError):
        return {"id": identifier, "error": "This network does not fit into memory: make it smaller."}


def _parsed(line: str) -> Mapping[str, Any]:
    try:
        request = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BadRequest("The request is not JSON.") from error
    if not isinstance(request, dict):
        raise BadRequest("The request is not a JSON object.")
    return request


def _asked_spec(request: Mapping[str, Any]) -> ClassifySpec:
    if request.get("request") != "describe":
        raise BadRequest("The helper knows one request: describe.")
    if not isinstance(request.get("spec"), dict):
        raise BadRequest("The request lacks a spec.")
    return parse_spec(request["spec"])


def describe(spec: ClassifySpec) -> dict[str, Any]:
    """What a spec would build, and where it would be trained.

    The layers with output shapes (without the batch) and parameters, the multiply-adds for one image, the
    device, and why that one.
    """
    device = hardware.device(spec)
    with keras.StatelessScope(initialize_variables=False):  # shapes only: no memory for the weights
        model = models.build(spec, len(class_names(spec.dataset)))
    layers = [
        {
            "name": layer.name,
            "kind": type(layer).__name__,
            "output_shape": list(layer.output.shape[1:]),
            "parameters": layer.count_params(),
        }
        for layer in model.layers
    ]
    description = {
        "layers": layers,
        "parameters": model.count_params(),
        "multiply_adds": sum(multiply_adds(layer) for layer in model.layers),
        "device": device.name,
        "device_reason": device.reason,
    }
    keras.backend.clear_session()  # a long-lived helper must not collect every network it ever built
    return description


def multiply_adds(layer: keras.Layer) -> int:
    """How many multiplications (each with an addition) a layer needs for one image, forwards.

    Each output value of a dense layer is a weighted sum of its inputs, each of a convolution a weighted sum
    of one kernel window over all input channels; pooling and activations multiply nothing that counts.
    """
    if isinstance(layer, keras.layers.Dense | keras.layers.Conv2D):
        weights_per_output = math.prod(layer.kernel.shape[:-1])
        return weights_per_output * math.prod(layer.output.shape[1:])
    return 0
