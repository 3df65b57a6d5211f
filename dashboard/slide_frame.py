"""Runs a page as the address asks: as a slide, or with the two buttons below the menu that make a slide of it."""

from __future__ import annotations

from pathlib import Path

import pydantic
import streamlit as st
from streamlit.navigation.page import StreamlitPage

from dashboard.language import _
from dashboard.lasting_press import lasting_button
from dashboard.plain_text import escape_markdown
from dashboard.presenting import InvalidView, View, change_views, read_views, views_file
from dashboard.run_choice import chosen_keys
from dashboard.shown_runs import run_labels
from dashboard.slides import hide_what_slides_hide, is_presenting, show_as_slide, view_here
from dashboard.theme import follow_theme
from trainers.runs import RunError


def run_page(page: StreamlitPage, logdir: Path) -> None:
    """Runs the page inside the frame; `logdir` says whose saved views the keys walk."""
    hide_what_slides_hide()
    follow_theme()
    if is_presenting():
        show_as_slide(_views(logdir))
        page.run()
    else:
        # Above the page's own part of the sidebar: that grows while it loads, and would push an open form away.
        offer = st.sidebar.container(horizontal=True)
        page.run()
        with offer:
            _offer_slide()
            _offer_saving(page, logdir)


def _views(logdir: Path) -> list[View]:
    """The saved views; a list that cannot be read is reported on its own page, not in front of an audience."""
    try:
        return read_views(views_file(logdir))
    except RunError:
        return []


def _offer_slide() -> None:
    st.button(
        _("Present"),
        key="present_this",
        icon=":material/slideshow:",
        type="tertiary",
        help=_("Show this page as a slide, without menu and in large type. Esc comes back."),
        on_click=_present,
    )


def _present() -> None:
    st.query_params["present"] = "1"


def _offer_saving(page: StreamlitPage, logdir: Path) -> None:
    with st.popover(_("Save view"), icon=":material/bookmark_add:", type="tertiary", key="save_view"):
        suggested = title_of(page.title, chosen_keys())
        title = st.text_input(_("Title of the view"), key="saved_title", placeholder=suggested, max_chars=120)
        if lasting_button(_("Add to the presentation"), key="save_this", icon=":material/add:"):
            try:
                view = view_here(title.strip() or suggested, page.url_path)
                change_views(views_file(logdir), lambda views: [*views, view])
            except pydantic.ValidationError:
                st.error(_("This view's address is too long to be saved: choose fewer runs."))
            except (RunError, InvalidView) as error:
                st.error(escape_markdown(error))
            else:
                st.toast(
                    _("Saved: it is the last view of the presentation."), icon=":material/bookmark_added:"
                )


def title_of(page: str, runs: list[str]) -> str:
    """What a view is called unless somebody names it: the page and the runs it shows."""
    shown = ", ".join(run_labels(runs).values())
    return (f"{page}: {shown}" if shown else page)[:120]
