"""What a run found out about itself, drawn as its task asks for: some show it while they learn, some at the end."""

from __future__ import annotations

import streamlit as st

from dashboard.boundary_result import draw_boundary
from dashboard.classify_result import draw_classification
from dashboard.language import _
from dashboard.run_choice import PARAMETER
from dashboard.run_progress import goes_on
from dashboard.sequence_result import draw_sequence
from dashboard.thumbnails import thumbnail
from trainers.runs import Run, Status
from trainers.specs import BoundarySpec, SequenceSpec, Spec, StylizeSpec


def draw_result(run: Run, status: Status, spec: Spec | None, *, present: bool, side_by_side: bool) -> None:
    """Draws what there is; `side_by_side` where there is room. Without a spec only a classification can be read."""
    if isinstance(spec, BoundarySpec):
        draw_boundary(run, status, spec, present=present)
    elif isinstance(spec, SequenceSpec):
        draw_sequence(run, status, present=present)
    elif isinstance(spec, StylizeSpec):
        draw_link_to_painting(run)
    elif not goes_on(status):
        draw_classification(run, status, present=present, side_by_side=side_by_side)


def draw_link_to_painting(run: Run) -> None:
    """A painting small, and the way to the page where it is looked at and steered."""
    small = thumbnail(run.artifacts / "result.png", 640)
    if small is not None:
        st.image(small, alt=_("The painting so far"))
    st.page_link(
        "dashboard/pages/paint.py",
        label=_("Look at it on the Paint page"),
        icon=":material/brush:",
        query_params={PARAMETER: [run.key]},
    )
