"""What a finished classification found out: test accuracy, confusion matrix, the images it got wrong."""

from __future__ import annotations

import streamlit as st

from dashboard.digits import contact_sheet
from dashboard.evaluation import Evaluation, Examples, read_evaluation, read_examples
from dashboard.language import _, counted
from dashboard.plain_text import escape_markdown
from dashboard.run_panel import draw_numbers
from trainers.runs import DamagedFile, Run, Status

MOST_MISTAKES = 24


def draw_classification(run: Run, status: Status, *, present: bool, side_by_side: bool) -> None:
    """Draws the numbers and, where the run was tested, matrix and images: beside each other if there is room."""
    evaluation, examples = None, None
    try:
        evaluation = read_evaluation(run.artifacts)
        examples = read_examples(run.artifacts)
    except DamagedFile as error:
        st.error(escape_markdown(error))
    if not (present and evaluation is not None):  # a slide has its number in the head
        draw_numbers(status, evaluation)
    if evaluation is not None:
        _draw_details(run, evaluation, examples, present, side_by_side)


@st.fragment
def _draw_details(
    run: Run, evaluation: Evaluation, examples: Examples | None, present: bool, side_by_side: bool
) -> None:
    matrix, images = st.columns([6, 5], gap="large") if side_by_side else (st.container(), st.container())
    with matrix:
        cell = _draw_matrix(run, evaluation, present)
    with images:
        if examples is not None:
            _draw_images(evaluation, examples, cell, present)


def _draw_matrix(run: Run, evaluation: Evaluation, present: bool) -> tuple[int, int] | None:
    # altair takes half a second to load: the first page, before any result, comes without it.
    from dashboard.charts.confusion import SELECTION, chosen_cell, confusion_chart

    # The counts lie above the cells: let the mouse through to what it points at.
    st.html('<style>[class*="st-key-confusion-"] .mark-text.role-mark text {pointer-events: none}</style>')
    st.markdown("**" + _("What was taken for what") + "**")
    dark = st.context.theme.type == "dark"
    chart = confusion_chart(
        evaluation.confusion,
        evaluation.class_names,
        colours=("#4c8dd6", "#f0883e") if dark else ("#4a90d9", "#e8742c"),
        ink="#f2f2f2" if dark else "#1c1c1c",
        present=present,
    )
    state = st.altair_chart(
        chart,
        width="stretch",
        key=f"confusion-{run.key}",
        on_select="rerun",
        selection_mode=SELECTION,
        alt=_("Confusion matrix: rows are the true classes, columns what the network said."),
    )
    return chosen_cell(state["selection"])


def _draw_images(
    evaluation: Evaluation, examples: Examples, cell: tuple[int, int] | None, present: bool
) -> None:
    names = evaluation.class_names
    if cell is None or max(cell) >= len(names):
        chosen = examples.mistakes(MOST_MISTAKES)
        heading = mistakes_heading(evaluation.mistakes, len(chosen))
        hint = _("Surest mistakes first. Click a cell of the matrix to see its images.")
    else:
        chosen = examples.cell(*cell)
        heading = cell_heading(
            names[cell[0]], names[cell[1]], evaluation.confusion[cell[0]][cell[1]], len(chosen)
        )
        hint = _("Surest first. Double-click the matrix to see all mistakes again.")
    st.markdown(f"**{escape_markdown(heading)}**")
    if len(chosen):
        if not present:
            st.caption(hint)
        st.html(contact_sheet(chosen, names, present=present))


def mistakes_heading(mistakes: int, shown: int) -> str:
    """What stands above the mistakes: how many there are, and how many of them are shown."""
    if mistakes == 0:
        return _("It got every test image right")
    said = counted("The image it got wrong", "The {n} images it got wrong", mistakes).format(
        n=f"{mistakes:,}"
    )
    return said if shown >= mistakes else _("{said}: {shown} of them").format(said=said, shown=shown)


def cell_heading(true: str, predicted: str, images: int, shown: int) -> str:
    """What stands above the images of one cell."""
    if images == 0:
        return _("No {true} was taken for {predicted}").format(true=true, predicted=predicted)
    if true == predicted:
        said = counted("{n} image of {true}, recognised", "{n} images of {true}, recognised", images)
    else:
        said = counted(
            "{n} image of {true} taken for {predicted}", "{n} images of {true} taken for {predicted}", images
        )
    whole = said.format(n=f"{images:,}", true=true, predicted=predicted)
    return whole if shown >= images else _("{said}: {shown} of them").format(said=whole, shown=shown)
