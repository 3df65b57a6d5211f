"""The question in the form of a comparison: from a preset or from the address into the widgets, and into the address.

`?compare_preset=activation&compare_field=activation&compare_values=sigmoid&compare_values=relu&compare_tune=true`.
What is held equal is in the address already: its widgets are bound to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from dashboard.address import say
from dashboard.preset_choice import filled
from dashboard.spec_form import fill_form
from trainers.comparisons import COMPARISON_PRESETS, MOST_VALUES, ComparisonPreset, comparable_settings
from trainers.specs import LEARNING_TASKS, Preset, Setting

PRESET, FIELD, VALUES, TUNE = "compare_preset", "compare_field", "compare_values", "compare_tune"
LONGEST_TEXT = 200


def take(preset: ComparisonPreset) -> None:
    """Fills the form with a preset's question; for a callback, or before anything is drawn."""
    st.session_state[PRESET] = preset.name
    st.session_state[FIELD] = preset.field
    st.session_state[TUNE] = preset.tune
    setting = next(one for one in comparable_settings("classify") if one.name == preset.field)
    st.session_state[values_key("classify", setting)] = as_held(setting, preset.values)
    held = filled(Preset(preset.name, preset.title, preset.explanation, preset.shared))
    fill_form("classify", held)


def take_from_address() -> bool:
    """Fills the form with the question that the address asks; False where it asks none. Before anything is drawn.

    Anybody can write an address: what is no such setting and no such value is left out.
    """
    task = st.query_params.get("task", LEARNING_TASKS[0])
    if task not in LEARNING_TASKS:
        return False
    asked = st.query_params.get(FIELD)
    setting = next((one for one in comparable_settings(task) if one.name == asked), None)
    if setting is None:
        return False
    preset = st.query_params.get(PRESET)
    st.session_state[PRESET] = preset if preset in COMPARISON_PRESETS else None
    st.session_state[FIELD] = setting.name
    st.session_state[TUNE] = st.query_params.get(TUNE) == "true"
    values = st.query_params.get_all(VALUES)
    if setting.kind == "choice":
        values = [value for value in dict.fromkeys(values) if value in setting.choices][:MOST_VALUES]
    if values and setting.kind != "bool":
        st.session_state[values_key(task, setting)] = as_held(setting, values)
    return True


def say_in_address(task: str, setting: Setting) -> None:
    """Lets the address ask what the widgets hold; after they were drawn."""
    held = st.session_state.get(values_key(task, setting), ())
    preset = st.session_state.get(PRESET) if task == LEARNING_TASKS[0] else None
    say(PRESET, [preset] if preset else [])
    say(FIELD, [setting.name])
    say(VALUES, [held] if isinstance(held, str) else [str(value) for value in held])
    say(TUNE, ["true"] if st.session_state.get(TUNE) else [])


def values_key(task: str, setting: Setting) -> str:
    """The key of the widget for a setting's values: each setting has its own, so that none is lost."""
    return f"compare_values_{task}_{setting.name}"


def as_held(setting: Setting, values: Sequence[Any]) -> Any:
    """What the widget for a setting's values holds."""
    if setting.kind == "choice":
        return [str(value) for value in values]
    text = ", ".join(f"{value:g}" if isinstance(value, float) else str(value) for value in values)
    return text[:LONGEST_TEXT]


def first_values(setting: Setting) -> tuple[Any, Any]:
    """Two values to begin with: the default and one that differs visibly, both within the bounds."""
    if setting.kind == "choice":
        return setting.choices[0], setting.choices[1]
    default = setting.default
    another = default / 2 if default else 0.5
    if setting.logarithmic:
        another = default * 3
    if setting.kind == "int":
        another = default * 2 if default else 2
    if setting.maximum is not None and another > setting.maximum:
        another = default / 2 if setting.kind != "int" else default // 2
    return default, another
