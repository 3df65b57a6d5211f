"""All paintings of the lab, small, newest first; one is chosen to be looked at, or its settings are used again."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard.language import _
from dashboard.listing import RunView
from dashboard.painting_files import RESULT, frames
from dashboard.painting_form import fill_painting_form
from dashboard.plain_text import escape_markdown, shorten
from dashboard.run_choice import choose
from dashboard.run_progress import goes_on, state_word
from dashboard.spec_form import changes_line
from dashboard.thumbnails import thumbnail
from trainers.specs import StylizeSpec, changed_settings

A_ROW, AT_ONCE = 4, 12


def draw_gallery(views: Sequence[RunView]) -> None:
    """Draws the paintings, a dozen at a time."""
    st.subheader(_("Gallery"))
    pages = -(-len(views) // AT_ONCE)
    page = st.pagination(pages, key="gallery_page") if pages > 1 else 1
    shown = views[(page - 1) * AT_ONCE : page * AT_ONCE]
    for first in range(0, len(shown), A_ROW):
        for column, view in zip(st.columns(A_ROW, gap="medium"), shown[first : first + A_ROW], strict=False):
            with column:
                _draw_one(view)


def _draw_one(view: RunView) -> None:
    assert isinstance(view.spec, StylizeSpec)
    run, name = view.run, view.about.title or view.run.name
    places = [run.artifacts / RESULT, *(path for _passes, path in frames(run)[-1:])]
    small = next((small for path in places if (small := thumbnail(path, 480)) is not None), None)
    if small is not None:
        st.image(small, width="stretch", alt=name)
    elif goes_on(view.status):  # its state may be another before the gallery is drawn again
        st.caption(_("No picture yet"))
    else:
        st.caption(_("No picture: {state}").format(state=state_word(view.status.state)))
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
        st.button(
            escape_markdown(shorten(name, 24)),
            key=f"look-{run.key}",
            type="tertiary",
            help=_("Look at this painting"),
            on_click=choose,
            args=([run.key],),
        )
        st.button(
            "",
            key=f"gallery-again-{run.key}",
            icon=":material/edit_note:",
            type="tertiary",
            help=_("Again with these settings"),
            on_click=fill_painting_form,
            args=(run, view.spec),
        )
    changed = {
        key: value for key, value in changed_settings(view.spec).items() if key not in ("content", "style")
    }
    st.caption(escape_markdown(changes_line(changed, view.spec.task) or _("All settings at their default")))
