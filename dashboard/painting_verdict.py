"""What keeps a painting from being painted, said before Paint is pressed, and the size that would fit."""

from __future__ import annotations

import streamlit as st

from dashboard.language import _
from dashboard.painting_choice import absence
from dashboard.plain_text import escape_markdown
from dashboard.services import Services
from dashboard.spec_form import widget_key
from trainers.launchers import Failed, Fit, Pending
from trainers.specs import StylizeSpec

PATIENCE_SECONDS = 0.3
ROUNDED_TO = 16  # pixels
SPARE = 0.95  # of the largest size: what is free changes a little from one moment to the next


def what_lacks(spec: StylizeSpec) -> str:
    """What a painting needs before it can start, in one sentence; "" where it has all."""
    if spec.content is None:
        return _("Choose a photo to paint.")
    if not spec.style:
        return _("Choose a painting whose style the photo shall take.")
    if spec.initial == "file" and spec.initial_file is None:
        return _("Choose the picture to start from.")
    given = (spec.content, *spec.style, spec.initial_file, spec.mask)
    return next((absence(path) for path in given if path is not None and not path.exists()), "")


def fit(spec: StylizeSpec, started: Services) -> Fit | Pending | Failed:
    """What the painter's own checks say of a painting that lacks nothing."""
    return started.inspector.fit(spec, wait_seconds=PATIENCE_SECONDS)


def draw_verdict(spec: StylizeSpec, told: Fit | Pending | Failed, started: Services) -> None:
    """Says what is wrong with what was chosen, and looks again every second until that is known."""
    waiting = isinstance(told, Pending)
    st.fragment(_draw, run_every=1 if waiting else None)(spec, started, waiting)


def _draw(spec: StylizeSpec, started: Services, waiting: bool) -> None:
    told = started.inspector.fit(spec)
    if waiting and not isinstance(told, Pending):
        st.rerun()
    if isinstance(told, Failed):
        st.caption(escape_markdown(_(told.sentence)))
    elif isinstance(told, Fit) and told.problem:
        st.warning(escape_markdown(_(told.problem)))
        _offer(spec, told)


def _offer(spec: StylizeSpec, told: Fit) -> None:
    size = int(told.largest * SPARE) // ROUNDED_TO * ROUNDED_TO
    if 0 < size < spec.size and st.button(
        _("Paint it at {size} pixels").format(size=f"{size:,}"),
        key="take_size",
        icon=":material/photo_size_select_large:",
        on_click=_take_size,
        args=(spec, size),
    ):
        st.rerun()  # the size stands in the form, and this is but a part of it


def _take_size(spec: StylizeSpec, size: int) -> None:
    st.session_state[widget_key(spec.task, "size")] = size
