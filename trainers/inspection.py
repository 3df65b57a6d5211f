"""What a spec would do, answered before any training: the helper process behind the dashboard.

One JSON object a line on standard input, one a line on standard output:

    {"id": 3, "request": "describe", "spec": {…}}
    {"id": 3, "answer": {…}}        or        {"id": 3, "error": "one sentence"}

A picture is asked for by its name and the folder that it shall lie in: {"request": "sample", "name": …, "folder": …}.
The real model is built with the code that trains it, so nothing is computed twice in two ways.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any, TextIO

import tensorflow as tf

from trainers import availability, csv_look, hardware, previews
from trainers.datasets import DatasetMissing
from trainers.description import describe
from trainers.loop import TrainingFailed
from trainers.runs import StorageFailed
from trainers.specs import InvalidSpec, SequenceSpec, Spec, StylizeSpec, parse_spec
from trainers.style import inputs
from trainers.style import preview as feed_forward
from trainers.style.paintings import gallery, published
from trainers.style.paintings.catalogue import ENTRIES, PUBLISHED


def precision(spec: Spec) -> dict[str, Any]:
    """The precision for a preset that may choose it: the fastest in which the spec's device computes here."""
    return {"precision": hardware.fast_precision(spec.device)}


def preview(spec: StylizeSpec) -> dict[str, Any]:
    """About how a painting would look, as a JPEG in base64."""
    return {"jpeg": base64.b64encode(feed_forward.preview(spec)).decode()}


# What is told of a spec once all that it needs is there.
PREPARED: dict[str, Callable[[Any], dict[str, Any]]] = {
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
        return {"id": identifier, "answer": _answered(request)}
    except (BadRequest, InvalidSpec, DatasetMissing, StorageFailed, TrainingFailed) as error:
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


def _answered(request: Mapping[str, Any]) -> dict[str, Any]:
    name = request.get("request")
    if not isinstance(name, str) or name not in (*PREPARED, *OTHERS):
        raise BadRequest(
            f"The helper does not know this request: it knows {', '.join((*PREPARED, *OTHERS))}."
        )
    if name in OTHERS:
        return OTHERS[name](request)
    spec = _spec(request)
    availability.check(spec)
    return PREPARED[name](spec)


def _spec(request: Mapping[str, Any]) -> Spec:
    if not isinstance(request.get("spec"), dict):
        raise BadRequest("The request lacks a spec.")
    return parse_spec(request["spec"])


def _csv_columns(request: Mapping[str, Any]) -> dict[str, Any]:
    """Needs the file only: which of its columns can be learned from is what is asked."""
    spec = _spec(request)
    if not isinstance(spec, SequenceSpec) or spec.csv_file is None:
        raise BadRequest("Only a signal out of a CSV file can be asked about in this way.")
    return csv_look.look(spec.csv_file)


def _preview(request: Mapping[str, Any]) -> dict[str, Any]:
    """Needs the pictures only, not the network that would paint them, nor its memory."""
    return preview(_painting(request))


def _fit(request: Mapping[str, Any]) -> dict[str, Any]:
    """Says itself what is wrong, and beside it what would fit."""
    return inputs.fit(_painting(request))


def _painting(request: Mapping[str, Any]) -> StylizeSpec:
    spec = _spec(request)
    if not isinstance(spec, StylizeSpec):
        raise BadRequest("Only a painting can be asked about in this way.")
    return spec


def _sample(request: Mapping[str, Any]) -> dict[str, Any]:
    return {"path": str(gallery.lay_down(*_wanted(request, ENTRIES)))}


def _fetch(request: Mapping[str, Any]) -> dict[str, Any]:
    return {"path": str(published.fetch(*_wanted(request, PUBLISHED)))}


def _wanted(request: Mapping[str, Any], known: Collection[str]) -> tuple[str, Path]:
    """The name of a picture and the folder that it shall lie in."""
    name, folder = request.get("name"), request.get("folder")
    if not isinstance(name, str) or name not in known or not isinstance(folder, str):
        raise BadRequest("The request lacks the name of a picture or a folder.")
    return name, Path(folder)


OTHERS: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    "csv_columns": _csv_columns,
    "preview": _preview,
    "fit": _fit,
    "sample": _sample,
    "fetch": _fetch,
}
