"""What a run found out about itself, drawn as its task asks for: some show it while they learn, some at the end."""

from __future__ import annotations

from dashboard.boundary_result import draw_boundary
from dashboard.classify_result import draw_classification
from dashboard.run_progress import goes_on
from dashboard.sequence_result import draw_sequence
from trainers.runs import Run, Status
from trainers.specs import BoundarySpec, SequenceSpec, Spec, StylizeSpec


def draw_result(run: Run, status: Status, spec: Spec | None, *, present: bool, side_by_side: bool) -> None:
    """Draws what there is; `side_by_side` where there is room. Without a spec only a classification can be read."""
    if isinstance(spec, BoundarySpec):
        draw_boundary(run, status, spec, present=present)
    elif isinstance(spec, SequenceSpec):
        draw_sequence(run, status, present=present)
    elif not isinstance(spec, StylizeSpec) and not goes_on(status):
        draw_classification(run, status, present=present, side_by_side=side_by_side)
