"""The trash on the Runs page: what lies there, how much room it takes, bringing back and emptying."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from dashboard.disk_use import bytes_in_words
from dashboard.language import _, counted
from dashboard.run_dialogs import ask, close, draw_dialog
from dashboard.run_problems import for_each
from dashboard.run_table import moment
from dashboard.services import Services
from trainers.runs.trash import Trashed, empty_trash, list_trash, restore


def draw_trash(started: Services) -> None:
    """A folded list of the deleted runs; nothing where there are none."""
    trash = list_trash(started.settings.logdir)
    if not trash:
        return
    size = bytes_in_words(sum(trashed.size for trashed in trash))
    title = counted("Trash: {n} run, {size}", "Trash: {n} runs, {size}", len(trash))
    with st.expander(title.format(n=len(trash), size=size), icon=":material/delete:", key="trash"):
        chosen = _ticked(trash)
        with st.container(horizontal=True):
            st.button(
                _("Bring back"),
                icon=":material/undo:",
                disabled=not chosen,
                on_click=lambda: for_each(
                    chosen, lambda trashed: restore(started.settings.logdir, trashed), started
                ),
            )
            label = _("Delete for good") if chosen else _("Empty the trash")
            st.button(label, icon=":material/delete_forever:", on_click=ask, args=("empty trash",))
    draw_dialog("empty trash", _("Delete for good?"), lambda: _empty_form(started, chosen or trash))


def _ticked(trash: Sequence[Trashed]) -> list[Trashed]:
    table = st.dataframe(
        pd.DataFrame(
            {
                "run": [trashed.key or trashed.path.name for trashed in trash],
                "deleted": [moment(trashed.deleted) for trashed in trash],
                "size": [trashed.size for trashed in trash],
            }
        ),
        column_config={
            "run": st.column_config.TextColumn(_("Run"), width="large"),
            "deleted": st.column_config.DatetimeColumn(
                _("Deleted"), format="calendar", timezone=st.context.timezone
            ),
            "size": st.column_config.NumberColumn(_("Size"), format="bytes"),
        },
        hide_index=True,
        # The ticks are row numbers: another trash is another table, without ticks.
        key=f"trash_{hash(tuple(trashed.path.name for trashed in trash))}",
        on_select="rerun",
        selection_mode="multi-row",
    )
    return [trash[row] for row in table.selection.rows if row < len(trash)]


def _empty_form(started: Services, zips: Sequence[Trashed]) -> None:
    sentence = counted(
        "{n} run is deleted for good, which frees {size}. This cannot be undone.",
        "{n} runs are deleted for good, which frees {size}. This cannot be undone.",
        len(zips),
    )
    st.markdown(sentence.format(n=len(zips), size=bytes_in_words(sum(trashed.size for trashed in zips))))
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button(_("Keep"), key="keep_trash"):
            close()
            st.rerun()
        if st.button(_("Yes, delete"), type="primary", key="empty_trash"):
            close()
            for_each([zips], lambda these: empty_trash(started.settings.logdir, these), started)
            st.rerun()
