"""Data of one's own in the form of every page that trains: images for `classify`, a table for `sequence`."""

from __future__ import annotations

from collections.abc import Mapping

from streamlit.delta_generator import DeltaGenerator

from dashboard.own_images import draw_own_images
from dashboard.own_signal import draw_own_signal, own_widgets
from dashboard.services import Services
from dashboard.spec_form import Form, FormValue, draw_settings
from trainers.specs import Spec


def draw_settings_with_own_data(
    started: Services, task: str, given: Mapping[str, FormValue] | None = None
) -> Form:
    """Draws the settings of a task as `draw_settings` does; what a file of one's own decides about is listed."""
    return draw_settings(task, given, own=own_widgets(started) if task == "sequence" else None)


def draw_own_data(started: Services, spec: Spec | None, places: Mapping[str, DeltaGenerator]) -> None:
    """Draws the uploads below the paths and, where a spec names a file, what is in it; None where no spec is valid."""
    if "data_path" in places:
        with places["data_path"]:
            draw_own_images(started, spec)
    draw_own_signal(started, spec, places)
