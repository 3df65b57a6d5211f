"""What a network made of two kinds of points: its decision surface, live while it learns, and its history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dashboard.artifact_arrays import Arrays, read_arrays
from dashboard.language import _
from dashboard.plain_text import escape_markdown
from dashboard.run_progress import goes_on, percent
from dashboard.theme import theme_colour
from trainers.runs import DamagedFile, Run, Status
from trainers.specs import BoundarySpec

SIDE, SLIDE_SIDE = 460, 720  # pixels
_ARRAYS = ("steps", "accuracies", "probabilities", "across", "up", "positions", "labels")


@dataclass(frozen=True)
class Surface:
    """The surfaces of a run and the points it learns from.

    steps int64 [f] and accuracies float64 [f] (of the validation, after each step), probabilities float64 [f, n, m]
    of the second kind with rows from the bottom, at across float64 [m] and up float64 [n]; positions float64 [p, 2]
    and labels int64 [p], 0 or 1.
    """

    steps: NDArray[np.int64]
    accuracies: NDArray[np.float64]
    probabilities: NDArray[np.float64]
    across: NDArray[np.float64]
    up: NDArray[np.float64]
    positions: NDArray[np.float64]
    labels: NDArray[np.int64]


def read_surface(artifacts: Path) -> Surface | None:
    """The surfaces of a run, None where there are none (yet); raises DamagedFile."""
    problem = _("surface.npz is damaged, so no decision surface can be shown: start the run again.")
    return read_arrays(artifacts / "surface.npz", _ARRAYS, _surface, problem)


def _surface(arrays: Arrays) -> Surface:
    found = Surface(
        steps=arrays["steps"].astype(np.int64),
        accuracies=arrays["accuracies"].astype(np.float64),
        probabilities=arrays["probabilities"].astype(np.float64),
        across=arrays["across"].astype(np.float64),
        up=arrays["up"].astype(np.float64),
        positions=arrays["positions"].astype(np.float64),
        labels=arrays["labels"].astype(np.int64),
    )
    if not _fits(found):
        raise ValueError("the arrays do not fit each other")
    return found


def _fits(found: Surface) -> bool:
    frames, points = len(found.steps), len(found.labels)
    shape = (frames, found.up.size, found.across.size)
    return (
        found.probabilities.shape == shape
        and frames > 0
        and min(found.up.size, found.across.size) > 1
        and found.steps.shape == found.accuracies.shape == (frames,)
        and found.positions.shape == (points, 2)
        and found.labels.shape == (points,)
        and bool(np.isfinite(found.probabilities).all() and np.isfinite(found.positions).all())
        and bool((np.diff(found.steps) > 0).all() and np.isin(found.labels, (0, 1)).all())
    )


def draw_boundary(run: Run, status: Status, spec: BoundarySpec, *, present: bool) -> None:
    """Draws the numbers at the end, and the surface, anew every second while the run goes on."""
    watching = goes_on(status)
    if not watching:
        _draw_numbers(status)
    st.fragment(_draw_surface, run_every=1 if watching else None)(run, spec, present)


def _draw_numbers(status: Status) -> None:
    shown = [
        (_("Test accuracy"), "test_accuracy", _("On 1,000 points that the network never saw.")),
        (_("Validation"), "val_accuracy", _("On 500 other points that it was not trained on.")),
        (_("Training"), "train_accuracy", _("On the points that it was trained on, during the last epoch.")),
    ]
    with st.container(horizontal=True, gap="medium"):
        for label, name, meaning in shown:
            if (value := status.metrics.get(name)) is not None:
                st.metric(label, percent(value), help=meaning, width="content")


def _draw_surface(run: Run, spec: BoundarySpec, present: bool) -> None:
    try:
        surface = read_surface(run.artifacts)
    except DamagedFile as error:
        st.error(escape_markdown(error))
        return
    if surface is None:
        return
    frame = _draw_choice(run, surface.steps.tolist(), present)
    st.markdown("**" + _("What it says of every place in the plane") + "**  \n" + _frame_line(surface, frame))
    _draw_chart(run, surface, frame, present)
    if not present:
        st.caption(legend() + " " + explanation(spec))


def _draw_choice(run: Run, steps: list[int], present: bool) -> int:
    """The slider over the steps at which the surface was kept; gives the place of the chosen one.

    It stays with the newest until the reader moves it back, and follows again once moved to the end.
    """
    key, newest = f"surface_step-{run.key}", f"surface_newest-{run.key}"
    chosen = followed(st.session_state.get(key), st.session_state.get(newest), steps)
    st.session_state[key], st.session_state[newest] = chosen, steps[-1]
    if len(steps) > 1 and not present:
        st.select_slider(
            _("After step"),
            steps,
            key=key,
            format_func=lambda step: f"{step:,}",
            help=_("Move it to see how the boundary came about."),
        )
    return steps.index(st.session_state[key])


def followed(chosen: int | None, newest: int | None, steps: Sequence[int]) -> int:
    """Which step to show: the newest unless an older one was `chosen`; then the nearest to that."""
    if chosen is None or chosen == newest:
        return steps[-1]
    return min(steps, key=lambda step: abs(step - chosen))


def _frame_line(surface: Surface, frame: int) -> str:
    return _("after step {step}: {accuracy} of the validation points on the right side").format(
        step=f"{surface.steps[frame]:,}", accuracy=percent(float(surface.accuracies[frame]))
    )


def _draw_chart(run: Run, surface: Surface, frame: int, present: bool) -> None:
    # altair takes half a second to load: the first page, before any result, comes without it.
    from dashboard.charts.decision_surface import boundary_lines, surface_cells, surface_chart, surface_points

    place = (surface.probabilities[frame], surface.across, surface.up)
    chart = surface_chart(
        surface_cells(*place),
        boundary_lines(*place),
        surface_points(surface.positions, surface.labels),
        undecided=theme_colour("backgroundColor", "#ffffff"),
        ink=theme_colour("textColor", "#808080"),
        present=present,
        height=(SLIDE_SIDE if present else SIDE) + 20,
    )
    with st.container(width=SLIDE_SIDE if present else SIDE):  # as wide as high: a circle looks like one
        st.altair_chart(
            chart,
            width="stretch",
            key=f"surface-{run.key}",
            alt=_("Decision surface: which of two kinds the network takes each place of the plane for."),
        )


def legend() -> str:
    """What the colours mean."""
    return _(
        "Blue circles are of kind A, orange triangles of kind B; the ground is what the network says, the surer the "
        "stronger, and on the line it says both are as likely."
    )


def explanation(spec: BoundarySpec) -> str:
    """What the model of a spec can draw."""
    return {
        "logistic": _("Logistic regression can only draw a straight line: one side is A, the other B."),
        "one_hidden": _("Each hidden neuron draws one line; the boundary is put together from them."),
        "deep": _("Each hidden layer bends what the one before it sees, so the boundary may take any form."),
    }[spec.model]
