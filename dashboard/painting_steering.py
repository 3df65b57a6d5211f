"""The sliders of a painting in progress: what is moved acts from its next pass on."""

from __future__ import annotations

import streamlit as st

from dashboard.language import _
from dashboard.painting_weights import ratio_line, weight_options, weight_word
from dashboard.run_buttons import attempt
from dashboard.services import Services
from dashboard.spec_form import label_of
from trainers.runs import Run, Status
from trainers.specs import Setting, StylizeSpec, settings

WEIGHTS = ("content_weight", "style_weight", "tv_weight")


@st.fragment
def draw_steering(run: Run, spec: StylizeSpec, status: Status, started: Services) -> None:
    """Draws them as the painting has them now; each move asks the painter for just what was moved."""
    known = {one.name: one for one in settings(StylizeSpec)}
    now = {name: _now(status, name, getattr(spec, name)) for name in WEIGHTS}
    for name in WEIGHTS:
        _draw_weight(run, known[name], now[name], started)
    st.caption(ratio_line(*(float(st.session_state.get(_key(run, name), now[name])) for name in WEIGHTS[:2])))
    if len(spec.style) > 1:
        _draw_blend(run, spec, status, started)
    _draw_rate(run, known["learning_rate"], spec, status, started)


def _draw_weight(run: Run, setting: Setting, value: float, started: Services) -> None:
    key = _key(run, setting.name)
    st.select_slider(
        label_of(setting),
        weight_options((value, st.session_state.get(key)), setting.maximum or 1e8),
        value=value,
        format_func=weight_word,
        key=key,
        help=_(setting.description) + ".",
        on_change=lambda: attempt(
            run, lambda: started.ask(run, "settings", {setting.name: float(st.session_state[key])})
        ),
    )


def _draw_blend(run: Run, spec: StylizeSpec, status: Status, started: Services) -> None:
    told = status.steered.get("style_blend")
    shares = told if isinstance(told, list) else list(spec.blend)
    keys = [_key(run, f"share-{number}") for number in range(len(spec.style))]

    def ask() -> None:
        blend = [float(st.session_state[key]) for key in keys]
        attempt(run, lambda: started.ask(run, "settings", {"style_blend": blend}))

    for number, (key, share) in enumerate(zip(keys, shares, strict=True), start=1):
        st.slider(
            _("Share of style {n}").format(n=number),
            0.0,
            1.0,
            min(1.0, share / (sum(shares) or 1.0)),
            0.05,
            key=key,
            on_change=ask,
        )


def _draw_rate(run: Run, setting: Setting, spec: StylizeSpec, status: Status, started: Services) -> None:
    key = _key(run, "learning_rate")
    value = spec.learning_rate if status.learning_rate is None else status.learning_rate
    options = [one for one in weight_options((value, st.session_state.get(key)), 1000) if 0 < one <= 1000]
    st.select_slider(
        label_of(setting),
        options,
        value=value,
        format_func=weight_word,
        key=key,
        help=_(setting.description) + ".",
        on_change=lambda: attempt(
            run, lambda: started.ask(run, "learning_rate", float(st.session_state[key]))
        ),
    )


def _now(status: Status, name: str, asked_for: float) -> float:
    told = status.steered.get(name)
    return float(told) if isinstance(told, int | float) else float(asked_for)


def _key(run: Run, name: str) -> str:
    return f"steer-{name}-{run.key}"
