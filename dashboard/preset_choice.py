"""Presets at the top of the form: one choice fills the settings, and a line says what they show.

Some may compute in bfloat16 where the machine does. Which precision that is says the helper process, which has
TensorFlow; it is asked before anybody chooses, and the page never waits for it long.
"""

from __future__ import annotations

from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard.language import _
from dashboard.plain_text import escape_markdown
from dashboard.spec_form import FormValue, changes_line, fill_form, held_values, widget_key, widget_value
from trainers.launchers import Failed, Inspector, Pending
from trainers.specs import PRESETS, ClassifySpec, Preset, Setting, Spec, settings

KEY = "preset"
PATIENCE_SECONDS = 0.3
PRECISION = "precision"
SLOW = "float32"  # which every machine computes in
_WAITS = "preset_waits_for_precision"


def draw_presets(inspector: Inspector) -> DeltaGenerator:
    """The widget for the preset; gives the place below it."""
    precision = precision_here(inspector)
    if precision is not None and st.session_state.pop(_WAITS, False):
        fill_form("classify", {widget_key("classify", PRECISION): precision})
    st.selectbox(
        _("Preset"),
        list(PRESETS),
        index=None,
        format_func=lambda name: _(PRESETS[name].title),
        key=KEY,
        placeholder=_("Choose one to fill the form"),
        help=_("Fills the form with settings that belong together; each can be changed afterwards."),
        on_change=_fill,
        args=(inspector,),
    )
    return st.container()


def say_preset(place: DeltaGenerator, spec: Spec, inspector: Inspector) -> None:
    """Says what the chosen preset shows, in which precision, and what was changed since it filled the form."""
    preset = PRESETS.get(st.session_state.get(KEY) or "")
    if preset is None:
        return
    waits = bool(st.session_state.get(_WAITS))
    precision = SLOW if waits else precision_here(inspector) or SLOW
    parts = [_(preset.explanation)]
    if preset.fast_precision and not waits:
        parts.append(_precision_words(precision))
    if changed := changed_since(preset, spec, precision):
        parts.append(_("Changed since: {changes}.").format(changes=changes_line(changed)))
    with place:
        st.caption(escape_markdown(" ".join(parts)))
        if waits:
            st.fragment(_wait_for_precision, run_every=1)(inspector)


def precision_here(inspector: Inspector, *, wait_seconds: float = 0.0) -> str | None:
    """The precision for presets that may choose it, on the device that the form asks for; None while that is not known.

    A helper that cannot say is taken for a machine that computes in float32.
    """
    device = held_values("classify")["device"]
    spec = ClassifySpec(device="cpu") if device == "cpu" else ClassifySpec()
    answer = inspector.ask(PRECISION, spec, wait_seconds=wait_seconds)
    if isinstance(answer, Pending):
        return None
    return SLOW if isinstance(answer, Failed) else str(answer[PRECISION])


def _precision_words(precision: str) -> str:
    if precision == SLOW:
        return _(
            "bfloat16 would be faster, but this machine does not compute in it: "
            "float32 is chosen, which learns as well."
        )
    return _("This machine computes in {precision}, which the preset uses for speed.").format(
        precision=precision
    )


def _wait_for_precision(inspector: Inspector) -> None:
    if precision_here(inspector) is not None:
        st.rerun()
    st.caption(_("Asking whether this machine computes in bfloat16 …"))


def changed_since(preset: Preset, spec: Spec, precision: str = SLOW) -> dict[str, Any]:
    """The settings of a spec that are not those of the preset, by name; `precision` is the fastest here."""
    return {
        one.name: getattr(spec, one.name)
        for one in settings(ClassifySpec)
        if _is_filled(preset, one) and getattr(spec, one.name) != _value(preset, one, precision)
    }


def filled(preset: Preset, precision: str = SLOW) -> dict[str, FormValue]:
    """What the form's widgets hold after a preset has filled them, by key; `precision` is the fastest here.

    Files, the machine and what is written for TensorBoard are not its business, unless it names them.
    """
    return {
        widget_key("classify", one.name): widget_value(one, _value(preset, one, precision))
        for one in settings(ClassifySpec)
        if _is_filled(preset, one)
    }


def _fill(inspector: Inspector) -> None:
    chosen = st.session_state.get(KEY)
    if chosen is None:
        return
    preset = PRESETS[chosen]
    precision = precision_here(inspector, wait_seconds=PATIENCE_SECONDS)
    st.session_state[_WAITS] = preset.fast_precision and precision is None
    fill_form("classify", filled(preset, precision or SLOW))


def _is_filled(preset: Preset, one: Setting) -> bool:
    is_other_business = one.kind == "path" or one.group in ("machine", "summaries")
    return one.name in preset.settings or one.name == PRECISION or not is_other_business


def _value(preset: Preset, one: Setting, precision: str) -> Any:
    fast = {PRECISION: precision} if preset.fast_precision else {}
    return {**fast, **preset.settings}.get(one.name, one.default)
