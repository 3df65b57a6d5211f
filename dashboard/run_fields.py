"""What is known of a run by name: its settings, its results, and what people say. Queries, columns and groups ask here.

A setting has the name that it has on the command line and in `spec.json`; a few have the short name that everybody
writes as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, get_args

from dashboard.run_query import Field, Kind, Value
from dashboard.spec_form import shown_value
from trainers.runs import State
from trainers.specs import SPECS, Setting, Spec, effective_settings, settings

if TYPE_CHECKING:
    from dashboard.run_table import RunRow

SHORT_NAMES = {
    "lr": "learning_rate",
    "act": "activation",
    "opt": "optimizer",
    "batch": "batch_size",
    "bs": "batch_size",
    "bn": "batch_norm",
    "wd": "weight_decay",
    "data": "dataset",
    "init": "initializer",
    "val_accuracy": "validation_accuracy",
    "val_error": "validation_error",
    "notes": "note",
    "duration": "seconds",
}
_NUMBER: frozenset[Kind] = frozenset({"number"})
_TEXT: frozenset[Kind] = frozenset({"text"})
RESULTS: Mapping[str, Field] = {
    "name": Field(_TEXT),
    "experiment": Field(_TEXT),
    "note": Field(_TEXT),
    "remark": Field(_TEXT),
    "tags": Field(frozenset({"list"})),
    "task": Field(_TEXT, frozenset(SPECS)),
    "state": Field(_TEXT, frozenset(get_args(State))),
    "archived": Field(frozenset({"switch"})),
    "accuracy": Field(_NUMBER),
    "test_accuracy": Field(_NUMBER),
    "validation_accuracy": Field(_NUMBER),
    "error": Field(_NUMBER),
    "test_error": Field(_NUMBER),
    "validation_error": Field(_NUMBER),
    "loss": Field(_NUMBER),
    "progress": Field(_NUMBER),
    "seconds": Field(_NUMBER),
    "bytes": Field(_NUMBER),
}


@lru_cache(maxsize=1)
def setting_fields() -> Mapping[str, Field]:
    """The settings of all tasks as fields, by name."""
    found: dict[str, Field] = {}
    for spec_class in SPECS.values():
        for setting in settings(spec_class):
            before = found.get(setting.name, Field(frozenset()))
            choices = before.choices | set(setting.choices)
            found[setting.name] = Field(before.kinds | {_kind(setting)}, choices)
    # Where tasks hold different kinds, not every word is one of the choices.
    return {name: field if len(field.kinds) == 1 else Field(field.kinds) for name, field in found.items()}


def _kind(setting: Setting) -> Kind:
    kinds: dict[str, Kind] = {"int": "number", "float": "number", "bool": "switch"}
    return kinds.get(setting.kind, "text")


def fields(rows: Iterable[RunRow]) -> dict[str, Field]:
    """All names that a query about these runs may use."""
    metrics = {name for row in rows for name in row.metrics if name.isidentifier()}
    known = {**dict.fromkeys(sorted(metrics), Field(_NUMBER)), **setting_fields(), **RESULTS}
    short = {name: known[long] for name, long in SHORT_NAMES.items() if long in known}
    return {**short, **known}


def values(row: RunRow) -> dict[str, Value]:
    """What is known of a run by name; accuracies lie in [0, 1], times are in seconds, sizes in bytes."""
    known: dict[str, Value] = {
        **row.metrics,
        **setting_values(row.spec),
        "name": row.name,
        "experiment": row.run.experiment,
        "note": row.notes,
        "remark": row.remark,
        "tags": row.tags,
        "task": row.spec.task if row.spec is not None else None,
        "state": row.state,
        "archived": row.archived,
        "accuracy": _first(row.test_accuracy, row.validation_accuracy),
        "test_accuracy": row.test_accuracy,
        "validation_accuracy": row.validation_accuracy,
        "error": _first(row.test_error, row.validation_error),
        "test_error": row.test_error,
        "validation_error": row.validation_error,
        "loss": _first(row.total_loss, row.metrics.get("test_loss"), row.metrics.get("val_loss")),
        "progress": row.progress,
        "seconds": row.seconds,
        "bytes": row.size,
    }
    return {**known, **{short: known.get(long) for short, long in SHORT_NAMES.items()}}


def _first(*candidates: float | None) -> float | None:
    return next((value for value in candidates if value is not None), None)


@lru_cache(maxsize=4096)
def setting_values(spec: Spec | None) -> Mapping[str, Value]:
    """The settings that have an effect in a run, by name; files and lists as they are shown."""
    if spec is None:
        return {}
    return {
        name: value if isinstance(value, bool | int | float | str) else _in_words(value)
        for name, value in effective_settings(spec).items()
    }


def _in_words(value: object) -> str | None:
    return None if value is None else shown_value(value)


@lru_cache(maxsize=512)
def setting_label(name: str) -> str:
    """A setting's English label, by its name in any task; the name itself for what is no setting."""
    for spec_class in SPECS.values():
        for setting in settings(spec_class):
            if setting.name == name:
                return setting.label
    return name
