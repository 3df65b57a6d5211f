"""What may be asked for: one pydantic model a task, said once.

From a spec's fields come the command line, the widgets of the page, the sentences about wrong values,
the JSON in `spec.json` and TensorBoard's HParams. A new option is one new field.

    spec = ClassifySpec(dataset="mnist-5k", model="mlp", activation="sigmoid")
    changed_settings(spec)          # {"model": "mlp", "activation": "sigmoid"}
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import pydantic

from trainers.specs.boundary import BoundarySpec
from trainers.specs.classify import ClassifySpec
from trainers.specs.presets import PRESETS, Preset, with_preset
from trainers.specs.sequence import SequenceSpec
from trainers.specs.settings import (
    SEVERAL,
    Group,
    Setting,
    applies,
    changed_settings,
    effective_settings,
    legal_values,
    named_files,
    settings,
)
from trainers.specs.stylize import StylizeSpec

__all__ = [
    "LEARNING_TASKS",
    "PRESETS",
    "SEVERAL",
    "SPECS",
    "STEERABLE",
    "BoundarySpec",
    "ClassifySpec",
    "Group",
    "InvalidSpec",
    "Preset",
    "SequenceSpec",
    "Setting",
    "Spec",
    "StylizeSpec",
    "applies",
    "changed_settings",
    "effective_settings",
    "legal_values",
    "named_files",
    "parse_spec",
    "settings",
    "spec_hash",
    "with_preset",
]

Spec = ClassifySpec | BoundarySpec | SequenceSpec | StylizeSpec
SPECS: dict[str, type[Spec]] = {
    "classify": ClassifySpec,
    "boundary": BoundarySpec,
    "sequence": SequenceSpec,
    "stylize": StylizeSpec,
}
# Those that learn from data and are tested on others; a painting is one picture.
LEARNING_TASKS = ("classify", "boundary", "sequence")
# What may be changed while a run goes on, beside the learning rate.
STEERABLE: dict[str, tuple[str, ...]] = {
    "stylize": ("content_weight", "style_weight", "tv_weight", "style_blend", "size")
}


class InvalidSpec(ValueError):
    """A setting that cannot be used; its text is one sentence for a person."""


def parse_spec(data: Mapping[str, Any]) -> Spec:
    """The spec that a mapping (JSON, command line, form) asks for; raises InvalidSpec with one sentence."""
    task = data.get("task", "classify")
    if not isinstance(task, str) or task not in SPECS:
        raise InvalidSpec(f"There is no task {task!r}: choose one of {', '.join(SPECS)}.")
    try:
        return SPECS[task].model_validate(dict(data))
    except pydantic.ValidationError as error:
        raise InvalidSpec(_sentence(SPECS[task], error)) from error


def _sentence(spec_class: type[Spec], error: pydantic.ValidationError) -> str:
    """The first fault of a validation as one sentence that names the setting, the value and what is legal."""
    fault = error.errors()[0]
    by_name = {setting.name: setting for setting in settings(spec_class)}
    if not fault["loc"]:
        return str(fault["msg"]).removeprefix("Value error, ")
    name = str(fault["loc"][0])
    if name not in by_name:
        return f"There is no setting {name!r}: choose among {', '.join(by_name)}."
    return f"{by_name[name].label} cannot be {fault['input']!r}: it must be {legal_values(by_name[name])}."


def spec_hash(spec: Spec) -> str:
    """A short name of a spec's content: equal specs, equal hash (SHA-256 of the canonical JSON, 16 digits)."""
    canonical = json.dumps(spec.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]
