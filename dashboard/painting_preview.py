"""About how a painting will look, a moment after a slider was moved: from a network that paints in one go."""

from __future__ import annotations

import streamlit as st

from dashboard.language import _
from dashboard.plain_text import escape_markdown
from dashboard.services import Services
from trainers.launchers import Failed, Pending
from trainers.specs import StylizeSpec

PATIENCE_SECONDS = 1.0


def draw_preview(spec: StylizeSpec, started: Services) -> None:
    """Draws the preview of a painting that could start, and looks again every second until there is one."""
    waiting = isinstance(started.inspector.preview(spec, wait_seconds=PATIENCE_SECONDS), Pending)
    st.fragment(_draw, run_every=1 if waiting else None)(spec, started, waiting)


def _draw(spec: StylizeSpec, started: Services, waiting: bool) -> None:
    answer = started.inspector.preview(spec)
    if waiting and not isinstance(answer, Pending):
        st.rerun()
    if isinstance(answer, Pending):
        st.caption(_("Getting ready for a preview …") if answer.starting else _("Previewing …"))
    elif isinstance(answer, Failed):
        st.caption(escape_markdown(_(answer.sentence)))
    else:
        st.image(answer, width="stretch", alt=_("Preview of the painting"))
        st.caption(_("Preview, approximate: another network made it in one go."))
