"""What a form and a command line must know of a spec's field, and how a task's fields are listed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

import pydantic

Group = Literal["common", "network", "training", "data", "summaries", "machine"]
Kind = Literal["int", "float", "bool", "choice", "path", "text", "paths", "numbers"]
SEVERAL = ("paths", "numbers")  # kinds of settings that hold any number of values


def _separated(by: str) -> pydantic.BeforeValidator:
    """Takes what a text field gives, several values with a sign between them, for the values themselves."""

    def values(given: Any) -> Any:
        return [part.strip() for part in given.split(by) if part.strip()] if isinstance(given, str) else given

    return pydantic.BeforeValidator(values)


Paths = Annotated[tuple[Path, ...], _separated("\n")]
NotNegative = Annotated[float, pydantic.Field(ge=0, le=1e6)]
Numbers = Annotated[tuple[NotNegative, ...], _separated(",")]


def setting(
    default: Any,
    *,
    label: str,
    description: str,
    group: Group,
    unit: str = "",
    only_for: Mapping[str, tuple[str | bool, ...]] | None = None,
    logarithmic: bool = False,
    **bounds: Any,
) -> Any:
    """A pydantic field that also carries what a form and a command line need to show it."""
    extra: dict[str, Any] = {
        "group": group,
        "unit": unit,
        "only_for": {field: list(values) for field, values in (only_for or {}).items()},
        "logarithmic": logarithmic,
    }
    return pydantic.Field(default, title=label, description=description, json_schema_extra=extra, **bounds)


@dataclass(frozen=True)
class Setting:
    """One field of a spec, as a form or a command line shows it.

    `kind` is int, float, bool, choice, path, text, paths or numbers (these two hold a tuple); `only_for` names the
    fields and the values of theirs with which this setting has an effect (empty: always); bounds are None where there
    is none, and `exclusive_minimum` says that the minimum itself is not allowed.
    """

    name: str
    label: str
    description: str
    unit: str
    group: Group
    kind: Kind
    default: Any
    choices: tuple[str, ...]
    minimum: float | None
    maximum: float | None
    exclusive_minimum: bool
    exclusive_maximum: bool
    logarithmic: bool
    only_for: dict[str, tuple[str | bool, ...]]

    @property
    def option(self) -> str:
        """The command line's option, as `--learning-rate`."""
        return "--" + self.name.replace("_", "-")


def settings(spec_class: type[pydantic.BaseModel]) -> tuple[Setting, ...]:
    """The settings of a task in the order in which a form shows them."""
    return tuple(
        _as_setting(name, field) for name, field in spec_class.model_fields.items() if name != "task"
    )


def _as_setting(name: str, field: pydantic.fields.FieldInfo) -> Setting:
    extra = field.json_schema_extra
    assert isinstance(extra, dict) and not field.is_required()
    choices = tuple(get_args(field.annotation)) if get_origin(field.annotation) is Literal else ()
    bounds = {
        key: getattr(part, key)
        for part in (*field.metadata, *_metadata_of_values(field.annotation))
        for key in ("ge", "gt", "le", "lt")
        if hasattr(part, key)
    }
    only_for: Any = extra["only_for"]
    group: Any = extra["group"]
    kinds: dict[Any, Kind] = {
        int: "int",
        float: "float",
        bool: "bool",
        str: "text",
        tuple[Path, ...]: "paths",
        tuple[NotNegative, ...]: "numbers",
    }
    return Setting(
        name=name,
        label=str(field.title),
        description=str(field.description),
        unit=str(extra["unit"]),
        group=group,
        kind="choice" if choices else kinds.get(field.annotation, "path"),
        default=field.default,
        choices=choices,
        minimum=bounds.get("ge", bounds.get("gt")),
        maximum=bounds.get("le", bounds.get("lt")),
        exclusive_minimum="gt" in bounds,
        exclusive_maximum="lt" in bounds,
        logarithmic=bool(extra["logarithmic"]),
        only_for={field_name: tuple(values) for field_name, values in only_for.items()},
    )


def _metadata_of_values(annotation: Any) -> list[Any]:
    """The bounds of each of several numbers."""
    if annotation != tuple[NotNegative, ...]:
        return []
    return [part for field in get_args(NotNegative)[1:] for part in field.metadata]


def applies(setting: Setting, values: pydantic.BaseModel | Mapping[str, Any]) -> bool:
    """Whether a setting has an effect beside these values (a spec, or a form's half-filled mapping)."""
    known = values.model_dump() if isinstance(values, pydantic.BaseModel) else values
    return all(known.get(field) in allowed for field, allowed in setting.only_for.items())


def named_files(spec: pydantic.BaseModel) -> tuple[Path, ...]:
    """The files and folders that a spec names, in the order of its settings."""
    named = [getattr(spec, one.name) for one in settings(type(spec)) if one.kind in ("path", "paths")]
    several = [path for one in named for path in (one if isinstance(one, tuple) else (one,))]
    return tuple(path for path in several if path is not None)


def legal_values(setting: Setting) -> str:
    """What a setting may be, in words: "a whole number, at least 1 and at most 10000"."""
    if setting.kind == "choice":
        return "one of " + ", ".join(setting.choices)
    if setting.kind in ("path", "paths"):
        return "the path of a file" if setting.kind == "path" else "paths of files"
    if setting.kind == "bool":
        return "true or false"
    if setting.kind == "text":
        return "a short text"
    noun = {"int": "a whole number", "float": "a number", "numbers": "numbers, each"}[setting.kind]
    low = f"above {setting.minimum:g}" if setting.exclusive_minimum else f"at least {setting.minimum:g}"
    high = f"below {setting.maximum:.10g}" if setting.exclusive_maximum else f"at most {setting.maximum:.10g}"
    return f"{noun} {low} and {high}" if setting.kind == "numbers" else f"{noun}, {low} and {high}"


def changed_settings(spec: pydantic.BaseModel) -> dict[str, Any]:
    """The settings that differ from their default, by name."""
    return {
        setting.name: getattr(spec, setting.name)
        for setting in settings(type(spec))
        if getattr(spec, setting.name) != setting.default
    }


def effective_settings(spec: pydantic.BaseModel) -> dict[str, Any]:
    """The settings that have an effect in this spec, by name: what HParams and a comparison show."""
    return {
        setting.name: getattr(spec, setting.name)
        for setting in settings(type(spec))
        if applies(setting, spec)
    }
