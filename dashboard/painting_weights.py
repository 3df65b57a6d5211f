"""Weights of a painting's loss on a slider whose steps are factors, since weights act by their ratio."""

from __future__ import annotations

import math
from collections.abc import Iterable

import streamlit as st

from dashboard.language import _
from dashboard.spec_form import label_of
from trainers.specs import Setting

STEPS = (0.0, *(float(f"{digit}e{power}") for power in range(-1, 6) for digit in (1, 2, 5)), 1e6)


def weight_options(held: Iterable[object], most: float) -> list[float]:
    """The slider's values: 0, then two or three to each power of ten, and what is held already."""
    numbers = {number for one in held if (number := _number(one)) is not None and 0 <= number <= most}
    return sorted({*STEPS, *numbers})


def weight_word(value: float) -> str:
    """A weight as it stands on the slider and in the address."""
    return f"{value:.12g}"


def ratio_line(content_weight: float, style_weight: float) -> str:
    """What the two weights mean together, in one sentence."""
    if not content_weight or not style_weight:
        return _("Style only") if style_weight else _("Content only")
    return _("Style counts {ratio} × as much as content").format(
        ratio=f"{style_weight / content_weight:,.4g}"
    )


def draw_weight(setting: Setting, key: str) -> float:
    """The slider of one weight in a form."""
    held = (st.session_state.get(key), st.query_params.get(key), setting.default)
    return float(
        st.select_slider(
            label_of(setting),
            weight_options(held, setting.maximum or math.inf),
            value=float(setting.default),
            format_func=weight_word,
            key=key,
            help=_(setting.description) + ".",
            bind="query-params",
        )
    )


def _number(value: object) -> float | None:
    if not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
