"""Presets at the top of the form: one choice fills the settings, and a line says what they show."""

from __future__ import annotations

from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard.language import _
from dashboard.plain_text import escape_markdown
from dashboard.spec_form import FormValue, changes_line, fill_form, widget_key, widget_value
from trainers.specs import PRESETS, ClassifySpec, Preset, Setting, Spec, settings

KEY = "preset"


def draw_presets() -> DeltaGenerator:
    """The widget for the preset; gives the place below it."""
    st.selectbox(
        _("Preset"),
        list(PRESETS),
        index=None,
        format_func=lambda name: _(PRESETS[name].title),
        key=KEY,
        placeholder=_("Choose one to fill the form"),
        help=_("Fills the form with settings that belong together; each can be changed afterwards."),
        on_change=_fill,
    )
    return st.container()


def say_preset(place: DeltaGenerator, spec: Spec) -> None:
    """Says what the chosen preset shows, and what was changed since it filled the form."""
    preset = PRESETS.get(st.session_state.get(KEY) or "")
    if preset is None:
        return
    line = _(preset.explanation)
    if changed := changed_since(preset, spec):
        line += " " + _("Changed since: {changes}.").format(changes=changes_line(changed))
    place.caption(escape_markdown(line))


def changed_since(preset: Preset, spec: Spec) -> dict[str, Any]:
    """The settings of a spec that are not those of the preset, by name."""
    return {
        one.name: getattr(spec, one.name)
        for one in settings(ClassifySpec)
        if _is_filled(preset, one) and getattr(spec, one.name) != _value(preset, one)
    }


def filled(preset: Preset) -> dict[str, FormValue]:
    """What the form's widgets hold after a preset has filled them, by key.

    Files, the machine and what is written for TensorBoard are not its business, unless it names them.
    """
    return {
        widget_key("classify", one.name): widget_value(one, _value(preset, one))
        for one in settings(ClassifySpec)
        if _is_filled(preset, one)
    }


def _fill() -> None:
    chosen = st.session_state.get(KEY)
    if chosen is not None:
        fill_form("classify", filled(PRESETS[chosen]))


def _is_filled(preset: Preset, one: Setting) -> bool:
    return one.name in preset.settings or not (one.kind == "path" or one.group in ("machine", "summaries"))


def _value(preset: Preset, one: Setting) -> Any:
    return preset.settings.get(one.name, one.default)
