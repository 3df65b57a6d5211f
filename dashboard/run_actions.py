"""What can be done with the chosen runs: look closer, repeat, pause, resume, stop, name, tag, archive, delete, undo."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from dashboard.language import _, counted
from dashboard.plain_text import escape_markdown, shorten
from dashboard.report_button import draw_report_button
from dashboard.run_choice import PARAMETER, choose
from dashboard.run_dialogs import (
    ask,
    change,
    delete_form,
    draw_dialog,
    edit_form,
    forget_deleted,
    just_deleted,
    tags_form,
)
from dashboard.run_problems import for_each
from dashboard.run_table import RunRow
from dashboard.services import Services
from dashboard.shown_runs import MOST_TOGETHER
from dashboard.spec_form import form_address
from trainers.runs import Run
from trainers.runs.trash import Trashed, restore
from trainers.specs import LEARNING_TASKS


def draw_actions(started: Services, rows: Sequence[RunRow]) -> None:
    """One line of links and buttons for the chosen runs; a hint where there are none."""
    if not rows:
        st.caption(
            _("Tick runs in the first column to draw them together, to stop, name, archive or delete them.")
        )
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="run_actions"):
        st.markdown(_chosen_line(rows), width="content")
        st.button(
            "",
            icon=":material/close:",
            type="tertiary",
            help=_("Choose none"),
            key="choose_none",
            on_click=choose,
            args=([],),
        )
        st.space("stretch")
        _draw_links(rows)
        if len({row.run.experiment for row in rows}) == 1:
            draw_report_button(rows[0].run.experiment)
        _draw_changes(started, rows)
    for row in rows:
        if row.remark:
            st.warning(f"**{escape_markdown(shorten(row.name))}**: {escape_markdown(row.remark)}")
    if len(rows) == 1:
        draw_dialog("edit", _("Name and note"), lambda: edit_form(started, rows[0]))
    draw_dialog("tags", _("Tags"), lambda: tags_form(started, rows))
    draw_dialog("delete", _("Delete?"), lambda: delete_form(started, rows))


def _chosen_line(rows: Sequence[RunRow]) -> str:
    if len(rows) == 1:
        return "**" + escape_markdown(shorten(rows[0].key)) + "**"
    return counted("**{n} run chosen**", "**{n} runs chosen**", len(rows)).format(n=len(rows))


def _draw_links(rows: Sequence[RunRow]) -> None:
    parameters = {PARAMETER: [row.key for row in rows]}
    if len(rows) <= MOST_TOGETHER:
        page = "dashboard/pages/train.py"
        st.page_link(page, label=_("Details"), icon=":material/school:", query_params=parameters)
    page = "dashboard/pages/tensor_board.py"
    st.page_link(page, label=_("TensorBoard"), icon=":material/monitoring:", query_params=parameters)
    if len(rows) == 1 and rows[0].spec is not None and rows[0].spec.task in LEARNING_TASKS:
        st.page_link(
            "dashboard/pages/train.py",
            label=_("Duplicate"),
            icon=":material/content_copy:",
            help=_("Opens the form with this run's settings, to change some and start another run."),
            query_params={
                **form_address(rows[0].spec),
                "experiment": rows[0].run.experiment,
                PARAMETER: rows[0].key,
            },
        )


def _draw_changes(started: Services, rows: Sequence[RunRow]) -> None:
    # Each acts in its callback: the table above may start the page over before a button here is reached.
    def offer(
        label: str, icon: str, runs: list[Run], act: Callable[[Run], object], meaning: str = ""
    ) -> None:
        if runs:
            st.button(
                label,
                icon=f":material/{icon}:",
                help=meaning or None,
                on_click=for_each,
                args=(runs, act, started),
            )

    offer(
        _("Pause"),
        "pause_circle",
        [row.run for row in rows if row.state == "running"],
        lambda run: started.ask(run, "pause"),
        _("Ends the trainer and gives processor and memory back; it resumes where it was."),
    )
    offer(_("Resume"), "play_circle", [row.run for row in rows if row.state == "paused"], started.resume)
    offer(_("Stop"), "stop_circle", [row.run for row in rows if row.goes_on], started.cancel)
    if len(rows) == 1:
        st.button(_("Edit"), icon=":material/edit:", help=_("Name and note"), on_click=ask, args=("edit",))
    st.button(_("Tags"), icon=":material/sell:", on_click=ask, args=("tags",))
    put_away = not all(row.archived for row in rows)
    word, icon = (_("Archive"), "archive") if put_away else (_("Unarchive"), "unarchive")
    offer(
        word,
        icon,
        [row.run for row in rows],
        lambda run: change(run, archived=put_away),
        _("Archived runs stay on the disk and leave the table."),
    )
    st.button(_("Delete"), icon=":material/delete:", on_click=ask, args=("delete",))


def draw_undo(started: Services) -> None:
    """Says what was deleted last, with a button that brings it back."""
    deleted = just_deleted()
    if not deleted:
        return
    with st.container(horizontal=True, vertical_alignment="center", border=True, key="undo"):
        first, n = escape_markdown(shorten(deleted[0].key)), len(deleted)
        sentence = counted("{run} is in the trash.", "{n} runs are in the trash.", n)
        st.markdown(sentence.format(run=first, n=n))
        st.space("stretch")
        st.button(_("Undo"), icon=":material/undo:", on_click=_bring_back, args=(started, deleted))
        st.button(_("Done"), type="tertiary", on_click=forget_deleted)


def _bring_back(started: Services, deleted: Sequence[Trashed]) -> None:
    forget_deleted()
    for_each(deleted, lambda trashed: restore(started.settings.logdir, trashed), started)
