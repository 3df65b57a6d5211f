"""How the columns of the table of runs look: their titles, widths and number formats."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from dashboard.language import _
from dashboard.run_progress import state_word
from dashboard.run_table import RunRow, curve_range
from trainers.runs import State

WIDTHS = {
    "colour": 38,
    "name": 150,
    "tensorboard": 42,
    "experiment": 100,
    "state": 95,
    "progress": 95,
    "curve": 110,
    "test": 75,
    "validation": 82,
    "error_curve": 110,
    "test_error": 85,
    "validation_error": 115,
    "picture": 60,
    "loss_curve": 110,
    "total_loss": 95,
    "duration": 80,
    "remark": 150,
    "settings": 320,
    "tags": 140,
    "notes": 200,
    "created": 130,
    "size": 75,
}
STATE_COLOURS: dict[State, str] = {
    "queued": "#9aa0a6",
    "starting": "#56b4e9",
    "running": "#56b4e9",
    "paused": "#e69f00",
    "completed": "#009e73",
    "stopped": "#9aa0a6",
    "failed": "#d55e00",
    "damaged": "#d55e00",
}


def column_config(rows: Sequence[RunRow], *, scale: float = 1) -> dict[str, Any]:
    """How each column of `run_table.columns` is drawn; `scale` widens all of them, for large type."""
    config = st.column_config
    width = {name: round(scale * pixels) for name, pixels in WIDTHS.items()}
    low, high = curve_range(rows)
    return {
        "colour": config.ImageColumn("", width=width["colour"], help=_("The run's colour in every chart")),
        "name": config.TextColumn(_("Run"), width=width["name"]),
        "experiment": config.TextColumn(_("Experiment"), width=width["experiment"]),
        "state": config.MultiselectColumn(
            _("State"),
            width=width["state"],
            options=[state_word(state) for state in STATE_COLOURS],
            color=list(STATE_COLOURS.values()),
        ),
        "progress": config.ProgressColumn(
            _("Progress"), width=width["progress"], format="%.0f %%", min_value=0, max_value=100
        ),
        "curve": config.LineChartColumn(
            _("Accuracy"),
            width=width["curve"],
            y_min=low,
            y_max=high,
            help=_("Validation accuracy from the first to the last epoch; all rows have the same scale"),
        ),
        "test": config.NumberColumn(
            _("Test"), width=width["test"], format="%.2f %%", help=_("Accuracy on the test images")
        ),
        "validation": config.NumberColumn(
            _("Validation"),
            width=width["validation"],
            format="%.2f %%",
            help=_("Accuracy on the validation images after the last epoch"),
        ),
        "error_curve": config.LineChartColumn(
            _("Error"),
            width=width["error_curve"],
            help=_("Validation error from the first to the last epoch; each row has a scale of its own"),
        ),
        "test_error": config.NumberColumn(
            _("Test error"), width=width["test_error"], format="%.3g", help=_forecast_error()
        ),
        "validation_error": config.NumberColumn(
            _("Validation error"), width=width["validation_error"], format="%.3g", help=_forecast_error()
        ),
        "picture": config.ImageColumn(_("Picture"), width=width["picture"]),
        "loss_curve": config.LineChartColumn(
            _("Loss"),
            width=width["loss_curve"],
            help=_(
                "Total loss of the saved picture from the first to the last look; each row has a scale of its own"
            ),
        ),
        "total_loss": config.NumberColumn(
            _("Total loss"),
            width=width["total_loss"],
            format="localized",
            help=_(
                "Of the picture as it is saved: only paintings with the same pictures and weights compare"
            ),
        ),
        "duration": config.NumberColumn(_("Duration"), width=width["duration"], format="compact"),
        "settings": config.ListColumn(
            _("Settings"), width=width["settings"], help=_("The settings that differ from their default")
        ),
        "remark": config.TextColumn(_("Remark"), width=width["remark"]),
        "tags": config.MultiselectColumn(
            _("Tags"),
            width=width["tags"],
            options=sorted({tag for row in rows for tag in row.tags}),
            color="auto",
        ),
        "notes": config.TextColumn(_("Note"), width=width["notes"]),
        "tensorboard": config.LinkColumn(
            "",
            width=width["tensorboard"],
            display_text=":material/monitoring:",
            help=_("Open TensorBoard with just this run"),
        ),
        "created": config.DatetimeColumn(
            _("Started"), width=width["created"], format="calendar", timezone=st.context.timezone
        ),
        "size": config.NumberColumn(_("Size"), width=width["size"], format="bytes"),
    }


def _forecast_error() -> str:
    return _("Root mean square of the errors one step ahead, in the signal's own units")
