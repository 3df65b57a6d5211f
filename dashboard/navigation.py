"""The frame of every page: the menu, what must be said everywhere, and the demo's first experiment."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from dashboard.demo import start_demo
from dashboard.language import _
from dashboard.plain_text import escape_markdown
from dashboard.services import Services, services
from dashboard.settings import InvalidSetting
from dashboard.slide_frame import run_page
from dashboard.slides import is_presenting
from trainers.runs import RunError

PAGES = Path(__file__).parent / "pages"


def show_pages() -> None:
    """Runs the page that the address names, inside the frame."""
    # An emoji is drawn by the browser; a Material icon as page icon would be fetched from Google.
    st.set_page_config(page_title="BoardLab", page_icon="🔬", layout="wide")
    # The menu comes first: it gives the pages their addresses, whatever else is wrong.
    page = st.navigation(_pages(), position="hidden" if is_presenting() else "sidebar")
    started = _services_or_stop()
    _say_what_is_wrong(started)
    if started.settings.demo:
        _start_demo(started)
    run_page(page, started.settings.logdir)


def _pages() -> list[StreamlitPage]:
    entries = [
        ("train.py", _("Train"), ":material/school:"),
        ("paint.py", _("Paint"), ":material/brush:"),
        ("runs.py", _("Runs"), ":material/list:"),
        ("compare.py", _("Compare"), ":material/balance:"),
        ("sweep.py", _("Sweep"), ":material/travel_explore:"),
        ("tensor_board.py", _("TensorBoard"), ":material/monitoring:"),
        ("machine.py", _("Machine"), ":material/memory:"),
        ("present.py", _("Presenting"), ":material/slideshow:"),
    ]
    return [
        st.Page(PAGES / name, title=title, icon=icon, default=name == "train.py")
        for name, title, icon in entries
    ]


def _start_demo(started: Services) -> None:
    try:
        start_demo(started)
    except RunError as error:
        st.error(escape_markdown(error))


def _services_or_stop() -> Services:
    try:
        return services()
    except (RunError, InvalidSetting) as error:
        st.error(escape_markdown(error))
        st.stop()


def _say_what_is_wrong(started: Services) -> None:
    status = started.reader.data_server
    if started.problem:
        st.error(escape_markdown(started.problem))
    if status.problem:
        st.error(escape_markdown(status.problem))
    if status.is_heavy:
        st.warning(
            _("The curves take {size:.1f} GB of memory: delete old runs, or train with fewer steps.").format(
                size=status.memory_bytes / 1e9
            )
        )
