"""A form made from a spec: one widget a setting, so that a new field of a spec is a new widget.

The widgets' keys are bound to the address, so an address holds the whole form. What the widgets hold (`form_values`)
and the spec they ask for (`spec_from_form`) are plain functions, each other's inverse.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.errors import StreamlitAPIException

from dashboard.language import _, counted
from trainers.specs import (
    SEVERAL,
    SPECS,
    Group,
    InvalidSpec,
    Setting,
    Spec,
    applies,
    changed_settings,
    parse_spec,
    settings,
)

FormValue = str | int | float | bool
# Draws the widget of one setting under a key, and gives what it holds.
DrawSetting = Callable[[Setting, str], FormValue | None]
LETTERS_IN_A_ROW = 20  # choices with more letters than fit beside each other in the sidebar become a list
# Streamlit draws a compact heading at six tenths of the ink, too pale to be read by everybody.
_SECTIONS = '<style>[class*="st-key-settings_"] summary {opacity: 1}</style>'
# Settings below which there is room for a drawing.
ILLUSTRATED = ("schedule", "elastic", "data_path", "csv_file", "column")

PLACEHOLDERS = {"data_path": "/path/to/folder, .zip or .npz", "csv_file": "/path/to/file.csv"}


@dataclass
class Form:
    """What the widgets hold, by setting (None where the reader emptied one), and the places for drawings below some."""

    values: dict[str, FormValue | None] = field(default_factory=dict)
    places: dict[str, DeltaGenerator] = field(default_factory=dict)


def form_values(spec: Spec) -> dict[str, FormValue]:
    """What the widgets hold for a spec, by setting: choices, paths and logarithmic numbers as text."""
    return {
        setting.name: widget_value(setting, getattr(spec, setting.name)) for setting in settings(type(spec))
    }


def form_state(spec: Spec) -> dict[str, FormValue]:
    """The same by the widgets' keys, the task among them: what a session's state needs to fill the form."""
    by_key = {widget_key(spec.task, name): value for name, value in form_values(spec).items()}
    return {"task": spec.task, **by_key}


def widget_key(task: str, name: str) -> str:
    """The key of a setting's widget, its name in the address. Tasks share names, but not what may be chosen."""
    return name if task == next(iter(SPECS)) else f"{task}_{name}"


def fill_form(task: str, held: Mapping[str, FormValue]) -> None:
    """Fills a task's widgets, by key, and the address with them: for a button's callback.

    Streamlit keeps the address in step with widgets that stand there already, but not with those that a new
    value of another one brings; without this a reload would lose what they hold.
    """
    st.session_state.update(held)
    keys = {setting.name: widget_key(task, setting.name) for setting in settings(SPECS[task])}
    for key, text in _in_address(task, {name: held.get(key) for name, key in keys.items()}).items():
        with suppress(StreamlitAPIException):  # the widget stands there already, and says it itself
            st.query_params[key] = text


def form_address(spec: Spec) -> dict[str, str]:
    """The address's parameters with which the form holds a spec: what differs from the default, and the task."""
    return {"task": spec.task, **_in_address(spec.task, form_values(spec))}


def _in_address(task: str, held: Mapping[str, FormValue | None]) -> dict[str, str]:
    """What widgets say in the address, by key: those that have an effect and do not hold their default."""
    return {
        widget_key(task, setting.name): str(value).lower() if setting.kind == "bool" else str(value)
        for setting in settings(SPECS[task])
        if (value := held.get(setting.name)) not in (None, widget_value(setting, setting.default))
        and applies(setting, held)
    }


def spec_from_form(task: str, values: Mapping[str, FormValue | None]) -> Spec:
    """The spec that the widgets ask for; raises InvalidSpec with one sentence.

    Settings without an effect beside the others are left out: what is not shown does not count. An empty
    widget means the default.
    """
    known = {setting.name: values.get(setting.name, setting.default) for setting in settings(SPECS[task])}
    asked = {
        setting.name: known[setting.name]
        for setting in settings(SPECS[task])
        if known[setting.name] not in (None, "") and applies(setting, known)
    }
    return parse_spec({"task": task, **asked})


def draw_settings(
    task: str,
    given: Mapping[str, FormValue] | None = None,
    own: Mapping[str, DrawSetting] | None = None,
) -> Form:
    """Draws the settings that have an effect: the common ones first, the rest folded away, a section each group.

    What is `given` is decided elsewhere: it counts, and has no widget here. `own` draws some of them, by name, in a
    way of its own.
    """
    form, own = Form(dict(given or {})), own or {}
    _draw_group(task, "common", form, own)
    changed = changed_by_group(task, held_values(task))
    st.html(_SECTIONS)
    with st.container(gap="xsmall"):
        for group, heading in headings().items():
            if _has_settings(task, group, form):
                with st.expander(_label(heading, changed[group]), key=f"settings_{group}", type="compact"):
                    _draw_group(task, group, form, own)
    return form


def held_values(task: str) -> dict[str, FormValue | None]:
    """What the widgets are about to hold, by setting, before they are drawn: from the session or the address."""
    keys = {setting.name: widget_key(task, setting.name) for setting in settings(SPECS[task])}
    return {name: st.session_state.get(key, st.query_params.get(key)) for name, key in keys.items()}


def changed_by_group(task: str, values: Mapping[str, FormValue | None]) -> Counter[Group]:
    """How many settings of each group differ from their default; none where the values make no spec."""
    try:
        changed = changed_settings(spec_from_form(task, values))
    except InvalidSpec:  # the page says so where it draws them
        return Counter()
    return Counter(one.group for one in settings(SPECS[task]) if one.name in changed)


def _label(heading: str, changed: int) -> str:
    """A section's heading, with how many of its settings were changed: one sees it folded."""
    if not changed:
        return heading
    return f"{heading} :gray[· {counted('{n} changed', '{n} changed', changed).format(n=changed)}]"


def headings() -> dict[Group, str]:
    """The groups of settings that are folded away, in their order, with their headings."""
    return {
        "network": _("Network"),
        "training": _("Training"),
        "data": _("Data"),
        "summaries": _("What TensorBoard gets"),
        "machine": _("Machine"),
    }


def _has_settings(task: str, group: Group, form: Form) -> bool:
    """Whether any setting of a group has an effect beside what is drawn so far."""
    return any(_is_drawn(one, group, form) for one in settings(SPECS[task]))


def _is_drawn(setting: Setting, group: Group, form: Form) -> bool:
    return setting.group == group and setting.name not in form.values and applies(setting, form.values)


def _draw_group(task: str, group: Group, form: Form, own: Mapping[str, DrawSetting]) -> None:
    for setting in settings(SPECS[task]):
        if _is_drawn(setting, group, form):
            draw = own.get(setting.name, draw_setting)
            form.values[setting.name] = draw(setting, widget_key(task, setting.name))
            if setting.name in ILLUSTRATED:
                form.places[setting.name] = st.container()


def draw_setting(setting: Setting, key: str) -> FormValue | None:
    """The widget of one setting; None where the reader emptied it."""
    label = label_of(setting)
    common: dict[str, Any] = {"key": key, "help": _(setting.description) + ".", "bind": "query-params"}
    default = widget_value(setting, setting.default)
    if setting.kind == "choice":
        return _draw_choice(setting, label, common)
    if setting.kind == "bool":
        return st.toggle(label, value=bool(default), **common)
    if setting.kind == "path":
        placeholder = _(PLACEHOLDERS.get(setting.name, "/path/to/file"))
        return st.text_input(label, value=default, placeholder=placeholder, **common)
    if setting.kind == "paths":
        return st.text_area(label, value=default, placeholder=_("/path/to/file"), height=100, **common)
    if setting.kind in ("text", "numbers"):
        return st.text_input(label, value=default, **common)
    if setting.logarithmic:
        options = typical_values(setting)
        return st.selectbox(
            label, options, index=options.index(str(default)), accept_new_options=True, **common
        )
    number = int if setting.kind == "int" else float
    return st.number_input(
        label,
        value=number(setting.default),
        min_value=None if setting.minimum is None else number(setting.minimum),
        max_value=None if setting.maximum is None else number(setting.maximum),
        step=step_of(setting),
        format="%d" if setting.kind == "int" else "%g",
        **common,
    )


def _draw_choice(setting: Setting, label: str, common: dict[str, Any]) -> str | None:
    if sum(map(len, setting.choices)) <= LETTERS_IN_A_ROW:
        chosen: str | None = st.segmented_control(
            label, setting.choices, default=setting.default, required=True, width="stretch", **common
        )
    else:
        chosen = st.selectbox(label, setting.choices, index=setting.choices.index(setting.default), **common)
    return chosen


def label_of(setting: Setting) -> str:
    """A setting's label with its unit: "Batch size (images)"."""
    said_already = setting.unit.lower() in ("", setting.label.lower())
    return _(setting.label) if said_already else f"{_(setting.label)} ({_(setting.unit)})"


def widget_value(setting: Setting, value: Any) -> FormValue:
    """What a setting's widget holds for a value of the spec."""
    if setting.kind in ("choice", "path", "text"):
        return "" if value is None else str(value)
    if setting.kind in SEVERAL:
        return ("\n" if setting.kind == "paths" else ", ").join(map(str, value))
    if setting.kind == "bool":
        return bool(value)
    if setting.logarithmic:
        return repr(float(value))
    return int(value) if setting.kind == "int" else float(value)


def typical_values(setting: Setting) -> list[str]:
    """A few values either side of a logarithmic setting's default, a factor of about three apart, as text."""
    default = float(setting.default)
    around = [float(f"{default * factor * 10.0**power:.6g}") for power in range(-3, 4) for factor in (1, 3)]
    low = setting.minimum if setting.minimum is not None else 0.0
    high = min(setting.maximum if setting.maximum is not None else 1.0, 1.0)
    return [repr(value) for value in sorted({*around, default}) if low < value <= high or value == default]


def step_of(setting: Setting) -> int | float:
    """How much one press of + or - changes a number: 1, less where the range or the default is small."""
    assert setting.minimum is not None and setting.maximum is not None
    reach = setting.maximum - setting.minimum
    if setting.kind == "int" or reach > 20:
        return 1 if setting.kind == "int" else 1.0
    if reach > 1 and setting.default < 0.01 and not setting.unit:
        return 0.0001  # a strength, as of a penalty: only small ones are of use
    return 0.05 if reach <= 5 else 0.5


def shown_value(value: Any) -> str:
    """A setting's value as a reader sees it: "0.001", "1,000", "on", "mnist-5k"; a file by its name."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return _("on") if value else _("off")
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, tuple):
        return ", ".join(map(shown_value, value)) or "–"
    return value.name if isinstance(value, Path) else str(value)


def changes_line(changed: Mapping[str, Any], task: str = "classify") -> str:
    """The settings that differ from their default as one line of plain text: "Model mlp · Epochs 20"."""
    labels = {setting.name: _(setting.label) for setting in settings(SPECS[task])}
    return " · ".join(f"{labels.get(name, name)} {shown_value(value)}" for name, value in changed.items())
