"""Presenting: the list of saved views, which the arrow keys walk in this order."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote_plus

import streamlit as st

from dashboard.language import _
from dashboard.plain_text import escape_markdown, shorten
from dashboard.presenting import (
    InvalidView,
    View,
    change_views,
    moved,
    read_views,
    removed,
    view_of,
    views_file,
)
from dashboard.services import services
from dashboard.slides import open_view
from trainers.runs import RunError


def main() -> None:
    started = services()
    st.title(_("Presenting"))
    path = views_file(started.settings.logdir)
    try:
        views = read_views(path)
    except RunError as error:
        st.error(
            escape_markdown(error) + " " + _("The next view you add begins a new list; the old file is kept.")
        )
        views = []
    if views:
        draw_start(views)
        for position in range(len(views)):
            draw_view(path, views, position)
    else:
        draw_nothing_yet()
    draw_adding(path, started.settings.base_path)


def draw_start(views: list[View]) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(
            _("Start presenting"), type="primary", icon=":material/slideshow:", key="start_presenting"
        ):
            open_view(views[0], 0)
        st.caption(_("→ next view · ← the one before · Esc leaves"), width="content")


def draw_view(path: Path, views: list[View], position: int) -> None:
    view = views[position]
    with st.container(horizontal=True, vertical_alignment="center", border=True, gap="small"):
        st.markdown(f"**{position + 1}**", width=32)
        with st.container(gap=None):
            st.text(view.title)
            st.caption(escape_markdown(shorten("/" + unquote_plus(view.address()), 100)))
        if draw_icon(f"open-{position}", "open_in_full", _("Show this view")):
            open_view(view, position)
        if draw_icon(f"up-{position}", "arrow_upward", _("Earlier"), disabled=position == 0):
            change(path, lambda now: moved(now, position, -1))
        if draw_icon(f"down-{position}", "arrow_downward", _("Later"), disabled=position == len(views) - 1):
            change(path, lambda now: moved(now, position, +1))
        if draw_icon(f"remove-{position}", "delete", _("Remove from the list")):
            change(path, lambda now: removed(now, view))


def draw_icon(key: str, icon: str, meaning: str, *, disabled: bool = False) -> bool:
    return st.button("", key=key, icon=f":material/{icon}:", help=meaning, type="tertiary", disabled=disabled)


def draw_nothing_yet() -> None:
    st.markdown(
        _(
            "A list of views is a talk: each is a page with its runs, its smoothing and its axis, shown large "
            "enough for the back row. Open a page, arrange it as you want it seen, and press **Save view** in "
            "the menu on the left, or paste an address here."
        )
    )


def draw_adding(path: Path, base_path: str) -> None:
    with st.form("add_view", clear_on_submit=True, border=False):
        st.subheader(_("Add a view by its address"))
        title = st.text_input(
            _("Title"), max_chars=120, key="view_title", placeholder=_("Sigmoid learns slowly")
        )
        address = st.text_input(
            _("Address"), key="view_address", placeholder=_("from the browser's address bar")
        )
        pressed = st.form_submit_button(_("Add"), icon=":material/add:")
    if pressed:
        try:
            view = view_of(title, address, base_path=base_path)
        except InvalidView as error:
            st.error(escape_markdown(error))
        else:
            change(path, lambda now: [*now, view])


def change(path: Path, how: Callable[[list[View]], list[View]]) -> None:
    try:
        change_views(path, how)
    except (RunError, InvalidView) as error:
        st.error(escape_markdown(error))
    else:
        st.rerun()


main()
