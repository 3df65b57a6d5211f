"""All runs: find them, compare them, keep them in order."""

from __future__ import annotations

import streamlit as st

from dashboard.language import _
from dashboard.run_actions import draw_actions, draw_undo
from dashboard.run_choice import chosen_keys
from dashboard.run_comparison import draw_comparison
from dashboard.run_filter import Asked, draw_filter
from dashboard.run_group_table import draw_groups
from dashboard.run_list import draw_slide_table, draw_table, summary_line
from dashboard.run_overview import run_rows
from dashboard.run_parallel import draw_parallel
from dashboard.run_problems import draw_problems
from dashboard.run_table import RunRow
from dashboard.services import Services, services
from dashboard.slides import is_presenting
from dashboard.trash_list import draw_trash

LOOK_SECONDS = 2
PAGES = "dashboard/pages"
WIDE = "<style>.stMainBlockContainer {padding: 2.5rem 2.5rem 3rem}</style>"


def main() -> None:
    started = services()
    if is_presenting():
        draw_slide(started)
        return
    st.html(WIDE)
    st.title(_("Runs"))
    draw_problems()
    draw_undo(started)
    if started.runs():
        rows = run_rows(started.runs(), started.reader)
        asked = draw_filter(rows, started.reader)
        chosen = chosen_rows(rows)
        draw_rows(started, asked, fingerprint(chosen))
        draw_actions(started, chosen)
        draw_comparison(started, chosen)
    else:
        draw_nothing_yet(started)
    draw_trash(started)


def draw_slide(started: Services) -> None:
    """The curves of the chosen runs above their numbers; without a choice, the numbers of all runs."""
    draw_comparison(started, chosen_rows(run_rows(started.runs(), started.reader)), present=True)
    draw_slide_rows(started)


@st.fragment(run_every=LOOK_SECONDS)
def draw_slide_rows(started: Services) -> None:
    rows = run_rows(started.runs(), started.reader)
    draw_slide_table(chosen_rows(rows) or Asked().among(rows))


def chosen_rows(rows: list[RunRow]) -> list[RunRow]:
    """The chosen runs that still exist, in the order in which they were chosen."""
    known = {row.key: row for row in rows}
    return [known[key] for key in chosen_keys() if key in known]


def fingerprint(rows: list[RunRow]) -> list[tuple[object, ...]]:
    """What the buttons and charts below the table depend on."""
    return [(row.key, row.goes_on, row.archived, row.name, row.notes, row.tags, row.colour) for row in rows]


@st.fragment(run_every=LOOK_SECONDS)
def draw_rows(started: Services, asked: Asked, below: list[tuple[object, ...]]) -> None:
    """The table, drawn anew every two seconds; the rest of the page only when it has something else to say."""
    rows = run_rows(started.runs(), started.reader)
    if fingerprint(chosen_rows(rows)) != below or not rows:
        st.rerun()
    st.caption(summary_line(rows, started))
    found = asked.among(rows, started.ends)
    if not found:
        st.info(_("No run matches. Empty the boxes above to see all of them."))
        return
    if asked.group:
        draw_groups(found, asked.group)
    draw_table(found, asked.columns, started.ends)
    if asked.parallel:
        draw_parallel(found, [column.name for column in asked.columns if not column.which])


@st.fragment(run_every=LOOK_SECONDS)
def draw_nothing_yet(started: Services) -> None:
    if started.runs():
        st.rerun()
    with st.container(border=True, key="nothing_yet"):
        st.markdown("#### " + _("No runs yet"))
        st.markdown(
            _("A run is one training of one network. Start the first one, and it appears here at once.")
        )
        st.page_link(f"{PAGES}/train.py", label=_("Train a network"), icon=":material/school:")
        st.caption(_("Or from a terminal:"))
        st.code("python -m trainers classify --dataset mnist-5k --model softmax", language="bash")


main()
