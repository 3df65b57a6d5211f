"""Which layer sees what: the photo from the content of one layer alone, the style from the first layers alone.

Gatys, Ecker, Bethge (2015), arXiv:1508.06576, figure 1: painted from noise, with nothing to go by but the features of
one layer in the photo, or the Gram matrices of the first one, two, … five layers in the paintings.
"""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard.language import _
from dashboard.listing import RunView
from dashboard.painting_series import Series, alike, done_line, draw_member, draw_offer, small
from dashboard.run_progress import goes_on
from dashboard.services import Services
from trainers.specs import StylizeSpec
from trainers.specs.stylize import CONTENT_LAYERS, STYLE_LAYERS

PASSES = 100  # from noise it takes more than from the photo
# Style that counts for nothing is looked at where it costs little, and unlike any of the five: else one of the ten
# would differ from another in its weights alone, and belong to that series too.
_UNSEEN = (0.0, 1.0, 0.0, 0.0, 0.0)


def of_each_layer(spec: StylizeSpec) -> dict[str, StylizeSpec]:
    """Ten by the names of their runs: the content of five layers, and the style of the first one to five."""
    content = {
        f"content-{layer}": _from_noise(spec, content_layer=layer, style_layers=_UNSEEN, style_weight=0)
        for layer in CONTENT_LAYERS
    }
    style = {
        f"style-to-{layer}": _from_noise(
            spec, content_layer=CONTENT_LAYERS[0], style_layers=shares(number), content_weight=0
        )
        for number, layer in enumerate(STYLE_LAYERS, start=1)
    }
    return content | style


def shares(first: int) -> tuple[float, ...]:
    """The first so many style layers alike, the others not at all."""
    return tuple(float(place < first) for place in range(len(STYLE_LAYERS)))


LAYERS = Series("layers", ("content_layer", "style_layers", "content_weight", "style_weight"), of_each_layer)


def draw_layers(shown: RunView, started: Services) -> None:
    """Draws what each layer sees where the shown painting is one of the ten, and the button that paints them."""
    st.subheader(_("Which layer sees what"))
    watching = any(goes_on(view.status) for view in alike(started.runs(), shown, LAYERS.fields))
    st.fragment(_draw_found, run_every=2 if watching else None)(shown, started)
    draw_offer(shown, LAYERS, _("Ten, one for each layer"), started)


def _draw_found(shown: RunView, started: Services) -> None:
    found = alike(started.runs(), shown, LAYERS.fields)
    content, style = by_content_layer(found), by_style_layers(found)
    if len(content) + len(style) < 2:
        st.caption(
            _(
                "Paints from noise what each layer keeps: of the photo its content in one layer alone, of the "
                "paintings their style in the first layers alone. The deeper the layer, the less of single pixels "
                "is left of the content, and the larger the strokes of the style."
            )
        )
        return
    st.caption(done_line(found))
    _draw_strip(content, _("content of {layer}"))
    _draw_strip(style, _("style up to {layer}"))


def by_content_layer(views: Sequence[RunView]) -> dict[str, RunView]:
    """Those that have nothing but content to go by, by its layer."""
    return {
        view.spec.content_layer: view
        for view in views
        if isinstance(view.spec, StylizeSpec) and not view.spec.style_weight
    }


def by_style_layers(views: Sequence[RunView]) -> dict[str, RunView]:
    """Those that have nothing but style to go by, by the last of its layers."""
    last = {shares(number): layer for number, layer in enumerate(STYLE_LAYERS, start=1)}
    return {
        last[view.spec.style_layers]: view
        for view in views
        if isinstance(view.spec, StylizeSpec)
        and not view.spec.content_weight
        and view.spec.style_layers in last
    }


def _draw_strip(found: dict[str, RunView], words: str) -> None:
    for column, (layer, view) in zip(st.columns(5, gap="small"), sorted(found.items()), strict=False):
        with column:
            draw_member(view, words.format(layer=layer))


def _from_noise(spec: StylizeSpec, **changes: object) -> StylizeSpec:
    alone = {"content_weight": 1, "style_weight": 1, "tv_weight": 0, "content_blend": 1, "initial": "noise"}
    left_out = {"initial_file": None, "noise_blend": 0, "mask": None, "preserve_colours": False}
    return small(
        spec.model_copy(update={"iterations": PASSES}), passes=PASSES, **{**alone, **left_out, **changes}
    )
