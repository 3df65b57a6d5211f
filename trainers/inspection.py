"""What a spec would do, answered before any training: the helper process behind the dashboard.

One JSON object a line on standard input, one a line on standard output:

    {"id": 3, "request": "describe", "spec": {…}}
    {"id": 3, "answer": {…}}        or        {"id": 3, "error": "one sentence"}

The real model is built with the code that trains it, so nothing is computed twice in two ways.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, TextIO

import tensorflow as tf

from trainers import availability, hardware, previews
from trainers.datasets import DatasetMissing
from trainers.description import describe
from trainers.loop import TrainingFailed
from trainers.specs import InvalidSpec, Spec, parse_spec


def precision(spec: Spec) -> dict[str, Any]:
    """The precision for a preset that may choose it: the fastest in which the spec's device computes here."""
    return {"precision": hardware.fast_precision(spec.device)}


ANSWERS: dict[str, Callable[[Any], dict[str, Any]]] = {
    "describe": describe,
    "schedule": previews.schedule,
    "augmentation": previews.augmentation,
    "precision": precision,
    "own_images": previews.own_images,
}


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
        answered, spec = _asked(request)
        availability.check(spec)
        return {"id": identifier, "answer": answered(spec)}
    except (BadRequest, InvalidSpec, DatasetMissing, TrainingFailed) as error:
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


def _asked(request: Mapping[str, Any]) -> tuple[Callable[[Any], dict[str, Any]], Spec]:
    name = request.get("request")
    if not isinstance(name, str) or name not in ANSWERS:
        raise BadRequest(f"The helper does not know this request: it knows {', '.join(ANSWERS)}.")
    if not isinstance(request.get("spec"), dict):
        raise BadRequest("The request lacks a spec.")
    return ANSWERS[name], parse_spec(request["spec"])
