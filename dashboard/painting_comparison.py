"""The photo and its painting, one over the other, with a line to pull between them and a closer look.

Draws with a component of our own; the two pictures travel inside the page's own messages.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from dashboard.language import _
from dashboard.thumbnails import data_address, thumbnail

LARGEST_SHOWN = 1600  # pixels of the longest side
FOLDER = Path(__file__).parent / "before_after"

_slider = st.components.v2.component(
    "boardlab_before_after",
    css=(FOLDER / "before_after.css").read_text("utf-8"),
    js=(FOLDER / "before_after.js").read_text("utf-8"),
)


def draw_before_after(photo: Path, painting: Path, *, key: str) -> bool:
    """Draws the two as one picture with a movable line; whether both can be read."""
    before, after = thumbnail(photo, LARGEST_SHOWN), thumbnail(painting, LARGEST_SHOWN)
    if before is None or after is None:
        return False
    _slider(
        key=key,
        data={
            "before": data_address(before),
            "after": data_address(after),
            "words": {
                "slide": _("How much of the photo is shown, in percent"),
                "before": _("Photo"),
                "after": _("Painting"),
                "zoom": _("Closer"),
                "whole": _("Whole picture"),
            },
        },
    )
    return True
