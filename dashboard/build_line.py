"""The line that says what will be built: layers, parameters, device and why; asked of the helper without waiting."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from dashboard.language import _, counted
from dashboard.layer_diagram import diagram, parameters
from trainers.launchers import Description, Failed, Inspector, Pending
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
    answer = inspector.describe(spec, wait_seconds=PATIENCE_SECONDS if inspector.is_awake else 0.0)
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
    """A network in one line: "3 layers with weights, 118,282 parameters, 118,016 multiply-adds for one image. …"."""
    # As the papers count: a normalisation has weights too, but belongs to the layer before it.
    weighted = sum(layer.multiply_adds > 0 for layer in built.layers)
    layers = counted("{n} layer with weights", "{n} layers with weights", weighted).format(n=weighted)
    return _("{layers}, {parameters}, {work}. Device: {device}.").format(
        layers=layers, parameters=parameters(built.parameters), work=work(built), device=built.device
    )


def why(answer: Description | Pending | Refusal) -> str | None:
    """Why it would be trained on that device, where that is known."""
    return answer.device_reason.rstrip(".") + "." if isinstance(answer, Description) else None


def work(built: Description) -> str:
    """How much arithmetic the network needs for one of what it sees."""
    sentences = {
        "image": _("{n} multiply-adds for one image"),
        "point": _("{n} multiply-adds for one point"),
        "window": _("{n} multiply-adds for one window"),
    }
    return sentences[built.example].format(n=f"{built.multiply_adds:,}")


def draw_layers(built: Description) -> None:
    """Draws the network that will be built."""
    with st.expander(_("The network"), expanded=True, icon=":material/layers:", key="network"):
        st.html(diagram(built))
