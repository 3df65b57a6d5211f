"""Accuracy and loss of the chosen runs, live, with the two choices one would share: smoothing and the axis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from dashboard.curves.component import CurveSeries, curves
from dashboard.curves.positions import AXES, Axis
from dashboard.language import _
from dashboard.links import base_url
from trainers.runs import Status
from trainers.specs import Spec

HEIGHT, SLIDE_HEIGHT = 300, 330
_PARTS = ("train", "validation")


@dataclass(frozen=True)
class DrawnRun:
    """A run as a chart shows it: its key "experiment/run", what its legend says, colour, steps an epoch and task."""

    key: str
    label: str
    colour: str
    steps_per_epoch: float | None = None
    task: str = "classify"


def draw_choices(*, hidden: bool = False) -> tuple[float, Axis]:
    """Draws the choice of smoothing (TensorBoard's weight, 0 to 0.99) beside that of the axis; gives both.

    A slide hides them (`dashboard.slides`): left out, Streamlit would take them out of the address.
    """
    with st.container(key="hidden_choices" if hidden else "choices"):
        left, right = st.columns(2, gap="medium")
        with left:
            smoothing = st.slider(
                _("Smoothing"),
                0.0,
                0.99,
                0.0,
                0.01,
                key="smoothing",
                bind="query-params",
                help=_("How much each point is averaged with those before it. 0 draws what was measured."),
            )
        with right:
            axis = st.selectbox(_("Across"), AXES, format_func=axis_word, key="axis", bind="query-params")
    return smoothing, axis


def axis_word(axis: Axis) -> str:
    """What lies across the charts, in a word."""
    return {
        "step": _("step"),
        "epoch": _("epoch"),
        "relative": _("time trained"),
        "wall": _("time of day"),
    }[axis]


def say_left_out(shown: int, chosen: int) -> None:
    """Says that more runs are chosen than are shown; nothing where all of them are."""
    if chosen > shown:
        st.caption(
            _("The first {n} of {all} chosen runs are shown: more cannot be told apart.").format(
                n=shown, all=chosen
            )
        )


def draw_curves(runs: Sequence[DrawnRun], *, smoothing: float, axis: Axis, present: bool = False) -> None:
    """Draws what the runs measure; training is a full line, validation a dashed one of the same colour."""
    tags = measured(runs)
    for column, tag in zip(st.columns(len(tags), gap="medium"), tags, strict=True):
        with column:
            curves(
                [series(run, tag, part) for run in runs for part in measured_in(run.task, tag)],
                key=f"curves-{tag}",
                smoothing=smoothing,
                axis=axis,
                title=tag_word(tag),
                height=SLIDE_HEIGHT if present else HEIGHT,
                base_url=base_url(),
                present=present,
            )


def measured(runs: Sequence[DrawnRun]) -> list[str]:
    """The tags that are worth a chart for these runs, what is most looked at first."""
    tags = ("accuracy", "error", "loss")
    return [tag for tag in tags if any(measured_in(run.task, tag) for run in runs)]


def measured_in(task: str, tag: str) -> tuple[str, ...]:
    """In which parts a task measures something: nobody forecasts or paints an accuracy, say."""
    if tag == "loss":
        return _PARTS
    if task == "sequence":
        return ("validation",) if tag == "error" else ()
    return _PARTS if tag == "accuracy" and task != "stylize" else ()


def tag_word(tag: str) -> str:
    """What a chart of this tag is called."""
    return {"accuracy": _("Accuracy"), "error": _("Error one step ahead"), "loss": _("Loss")}[tag]


def task_of(spec: Spec | None) -> str:
    """A run's task; one whose spec cannot be read is taken for what most are."""
    return "classify" if spec is None else spec.task


def series(run: DrawnRun, tag: str, part: str) -> CurveSeries:
    """One line of a chart."""
    word = _("training") if part == "train" else _("validation")
    return CurveSeries(
        run=f"{run.key}/{part}",
        tag=tag,
        label=_("{run}, {part}").format(run=run.label, part=word),
        colour=run.colour,
        dashed=part == "validation",
        steps_per_epoch=run.steps_per_epoch,
    )


def steps_per_epoch(status: Status) -> float | None:
    """How many steps an epoch of a run has; None before its trainer has counted them."""
    if status.steps_per_epoch:
        return status.steps_per_epoch
    return status.total_steps / status.epochs if status.total_steps and status.epochs else None
