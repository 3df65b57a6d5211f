"""What a finished classification found out: test accuracy, confusion matrix, the images it got wrong."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard.digits import contact_sheet
from dashboard.evaluation import Evaluation, Examples, read_evaluation, read_examples, read_left_out
from dashboard.language import _, counted
from dashboard.own_images import file_list, left_out_line
from dashboard.plain_text import escape_markdown
from dashboard.run_panel import draw_numbers
from dashboard.theme import is_dark
from trainers.runs import DamagedFile, Run, Status

MOST_MISTAKES = 24
MOST_CLASSES_DRAWN = 20  # so many fit beside each other with their names
PAIRS_SHOWN = 10


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
    if not present:
        _draw_left_out(run)


def _draw_left_out(run: Run) -> None:
    """The images that the run could not use, by name and reason."""
    try:
        left_out = read_left_out(run.artifacts)
    except DamagedFile as error:
        st.error(escape_markdown(error))
        return
    if left_out is not None:
        files = [(one.name, one.reason) for one in left_out.files]
        with st.expander(escape_markdown(left_out_line(left_out.count)), key=f"left-out-{run.key}"):
            st.html(file_list(files, left_out.count))


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
    shown = (
        _choose_classes(run, evaluation, present)
        if len(evaluation.class_names) > MOST_CLASSES_DRAWN
        else None
    )
    dark = is_dark()
    chart = confusion_chart(
        evaluation.confusion,
        evaluation.class_names,
        colours=("#4c8dd6", "#f0883e") if dark else ("#4a90d9", "#e8742c"),
        ink="#f2f2f2" if dark else "#1c1c1c",
        shown=shown,
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


def _choose_classes(run: Run, evaluation: Evaluation, present: bool) -> list[int]:
    """The classes to draw of many, by number: those with the most mistakes, until a reader chooses others."""
    names = evaluation.class_names
    confused = evaluation.confused_classes(MOST_CLASSES_DRAWN)
    if present:
        return confused
    pairs = evaluation.confused_pairs(PAIRS_SHOWN)
    if pairs:
        st.caption(_("Taken for another most often:") + " " + escape_markdown(pairs_line(pairs, names)))
    chosen: list[int] = st.multiselect(
        _("Classes in the matrix"),
        range(len(names)),
        default=confused,
        format_func=lambda number: names[number],
        max_selections=MOST_CLASSES_DRAWN,
        key=f"classes-{run.key}",
        help=_("{n} of {all} classes are drawn: at first those with the most mistakes.").format(
            n=len(confused), all=f"{len(names):,}"
        ),
    )
    return sorted(chosen) or confused


def pairs_line(pairs: Sequence[tuple[int, int, int]], names: Sequence[str]) -> str:
    """Which class was taken for which, in one line: "cat → dog (5), dog → cat (3)"."""
    return ", ".join(f"{names[true]} → {names[predicted]} ({count:,})" for true, predicted, count in pairs)


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
        st.html(contact_sheet(chosen, names, on_black=evaluation.on_black, present=present))


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
