"""The place in a form for a file of one's own: an upload, kept at once, and what is wrong with it.

    draw_upload(started, TABLE, "own_table", label, explanation, fill)

`fill` puts the path of the kept file into the form.
"""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from dashboard.plain_text import escape_markdown
from dashboard.services import Services
from dashboard.uploads import Kind, forget_unused, store
from trainers.runs import RunError, state_folder
from trainers.specs import named_files

Fill = Callable[[str], None]


def draw_upload(started: Services, kind: Kind, name: str, label: str, explanation: str, fill: Fill) -> None:
    """Draws the upload; `name` tells its widgets from those of other places."""
    number = st.session_state.setdefault(f"{name}_uploads", 0)
    key = f"{name}_upload_{number}"  # another widget after each upload: its bytes leave the memory
    st.file_uploader(
        label,
        type=[ending.removeprefix(".") for ending in kind.endings],
        key=key,
        max_upload_size=kind.largest_bytes // 1_000_000,
        help=explanation,
        on_change=_take,
        args=(started, kind, name, key, fill),
    )
    if problem := st.session_state.get(f"{name}_problem"):
        st.error(escape_markdown(problem))


def _take(started: Services, kind: Kind, name: str, key: str, fill: Fill) -> None:
    """Keeps an upload and fills the form with its path; forgets those that nobody needs."""
    uploaded = st.session_state.get(key)
    st.session_state[f"{name}_problem"] = ""
    if uploaded is None:
        return
    st.session_state[f"{name}_uploads"] += 1
    try:
        state = state_folder(started.settings.logdir)
        forget_unused(
            state, {path for view in started.runs() if view.spec for path in named_files(view.spec)}
        )
        path = store(state, uploaded.name, uploaded, kind)
    except RunError as error:
        st.session_state[f"{name}_problem"] = str(error)
        return
    fill(str(path))
