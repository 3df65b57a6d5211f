"""What the form draws before a training starts: the learning rate's schedule and augmented images.

The helper process that has TensorFlow works them out with the code that trains; the page never waits for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard.augmentation_preview import variants_sheet
from dashboard.colours import PALETTE
from dashboard.language import _
from dashboard.plain_text import escape_markdown
from trainers.launchers import Failed, Inspector, Pending
from trainers.specs import ClassifySpec, Spec

PATIENCE_SECONDS = 0.1
AUGMENTING = ("shift", "rotation", "scale", "elastic")
# The settings that a drawing depends on: when another one changes, it stands still.
OF_OWN_IMAGES = ("dataset", "data_path", "image_size", "color")
_OF_SCHEDULE = (
    *OF_OWN_IMAGES,
    "train_share",
    "epochs",
    "steps",
    "batch_size",
    "learning_rate",
    "schedule",
    "decay_rate",
    "decay_epochs",
)
_OF_AUGMENTATION = (
    *OF_OWN_IMAGES,
    "mnist_file",
    "train_share",
    "seed",
    "features",
    "pooling",
    *AUGMENTING,
)

Answer = Mapping[str, Any]
Asked = TypeVar("Asked", bound=Spec)


def draw_previews(inspector: Inspector, spec: Spec, places: Mapping[str, DeltaGenerator]) -> None:
    """Draws what there is to see of a spec into the places below its settings."""
    if not isinstance(spec, ClassifySpec):
        return
    if spec.schedule != "constant" and "schedule" in places:
        with places["schedule"]:
            draw_soon(inspector, "schedule", about(spec, _OF_SCHEDULE), _draw_schedule)
    if is_augmented(spec) and "elastic" in places:
        with places["elastic"]:
            draw_soon(inspector, "augmentation", about(spec, _OF_AUGMENTATION), _draw_augmentation)


def is_augmented(spec: ClassifySpec) -> bool:
    """Whether the training images are changed at random."""
    return any(getattr(spec, name) for name in AUGMENTING)


def about(spec: ClassifySpec, names: tuple[str, ...]) -> ClassifySpec:
    """A spec with these settings only and all others at their default."""
    return ClassifySpec(**{name: getattr(spec, name) for name in names})


def draw_soon(inspector: Inspector, request: str, spec: Asked, draw: Callable[[Asked, Answer], None]) -> None:
    """Draws the helper's answer, and looks again every second until there is one."""
    waiting = isinstance(inspector.ask(request, spec, wait_seconds=PATIENCE_SECONDS), Pending)
    st.fragment(_draw_answer, run_every=1 if waiting else None)(inspector, request, spec, draw, waiting)


def _draw_answer(
    inspector: Inspector, request: str, spec: Asked, draw: Callable[[Asked, Answer], None], waiting: bool
) -> None:
    answer = inspector.ask(request, spec)
    if waiting and not isinstance(answer, Pending):
        st.rerun()
    if isinstance(answer, Pending):
        st.caption(_("Drawing …"))
    elif isinstance(answer, Failed):
        st.caption(escape_markdown(_(answer.sentence)))
    else:
        draw(spec, answer)


def _draw_schedule(spec: ClassifySpec, answer: Answer) -> None:
    from dashboard.charts.schedule import schedule_chart  # late: altair would delay the first page

    steps, epochs, rates = (answer[name] for name in ("steps", "epochs", "rates"))
    stepwise = spec.schedule == "step"
    chart = schedule_chart(steps, epochs, rates, colour=PALETTE[0], stepwise=stepwise)
    st.altair_chart(chart, key="schedule_chart", width="stretch")


def _draw_augmentation(spec: ClassifySpec, answer: Answer) -> None:
    st.html(variants_sheet(answer["originals"], answer["augmented"], on_black=answer["on_black"]))
    st.caption(_("Training images, framed, and what the network may see instead."))
