"""The line that says what will be built: layers, parameters, device and why; asked of the helper without waiting."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from dashboard.language import _, counted
from dashboard.plain_text import escape_markdown
from trainers.launchers import Description, Failed, Inspector, Layer, Pending
from trainers.specs import Spec, spec_hash

PATIENCE_SECONDS = 0.2
RETRY_SECONDS = 10.0


@dataclass(frozen=True)
class Refusal:
    """Why a spec cannot be built, and when the helper said so (seconds of a steady clock)."""

    spec_hash: str
    sentence: str
    at: float


def ask(
    inspector: Inspector, spec: Spec, last: Refusal | None, now: Callable[[], float]
) -> Description | Pending | Refusal:
    """What `spec` would build. A refusal holds for ten seconds, so that a line on a page stays calm."""
    if last is not None and last.spec_hash == spec_hash(spec) and now() - last.at < RETRY_SECONDS:
        return last
    answer = inspector.describe(spec, wait_seconds=PATIENCE_SECONDS)
    if isinstance(answer, Failed):
        return Refusal(spec_hash(spec), answer.sentence, now())
    return answer


def sentence(answer: Description | Pending | Refusal) -> str:
    """The answer as one line of plain text."""
    match answer:
        case Pending(starting=True):
            return _("Getting TensorFlow ready to look at this network …")
        case Pending():
            return _("Looking at this network …")
        case Refusal():
            return _("This cannot be started: the top of the form says why.")
        case _description:
            return described(answer)


def described(built: Description) -> str:
    """A network in one line: "3 layers with weights, 118,282 parameters. Device: CPU. …"."""
    weighted = sum(layer.parameters > 0 for layer in built.layers)
    layers = counted("{n} layer with weights", "{n} layers with weights", weighted).format(n=weighted)
    return _("{layers}, {parameters} parameters. Device: {device}. {reason}").format(
        layers=layers,
        parameters=f"{built.parameters:,}",
        device=built.device,
        reason=built.device_reason.rstrip(".") + ".",
    )


def draw_layers(built: Description) -> None:
    """Draws the layers one below the other, folded away."""
    with st.expander(_("Layers"), icon=":material/layers:"):
        st.table(
            {
                _("Layer"): [escape_markdown(layer.kind) for layer in built.layers],
                _("Output"): [output_shape(layer) for layer in built.layers],
                _("Parameters"): [f"{layer.parameters:,}" for layer in built.layers],
            },
            border="horizontal",
            hide_index=True,
        )
        st.caption(
            _("{operations} multiply-adds for one image").format(operations=f"{built.multiply_adds:,}")
        )


def output_shape(layer: Layer) -> str:
    """A layer's output without the batch: "28 × 28 × 32"."""
    return " × ".join("?" if size is None else f"{size}" for size in layer.output_shape)
