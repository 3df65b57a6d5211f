"""How a setting's value is written in names of runs and in sentences."""

from __future__ import annotations

Value = bool | int | float | str


def value_word(value: Value) -> str:
    """The value as people write it: on, 0.5, relu."""
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:g}" if isinstance(value, float) else str(value)


def arm_word(field: str, value: Value) -> str:
    """What an arm is called: a choice by its name alone, as "relu"; a number or a switch with its setting."""
    return value if isinstance(value, str) else f"{field}={value_word(value)}"
