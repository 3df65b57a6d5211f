"""The table of runs on the screen, and the line about the room that they take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from dashboard.disk_use import bytes_in_words, free_bytes
from dashboard.language import _, counted
from dashboard.links import base_url, page_url
from dashboard.painting_files import RESULT
from dashboard.reading import CurveEnds
from dashboard.run_choice import TABLE, show_ticks, take_ticks
from dashboard.run_columns import column_config
from dashboard.run_extra_columns import Column, column_format, column_values, shown_values
from dashboard.run_query import Value
from dashboard.run_table import RunRow, columns
from dashboard.services import Services
from dashboard.thumbnails import data_address, thumbnail
from trainers.runs.trash import list_trash

ROW_PIXELS = 35
PICTURE_PIXELS = 96
MOST_ROWS = 12  # the curves below stay in sight
SLIDE_SCALE = 1.75  # a slide's type is as much larger
MOST_SLIDE_ROWS = 8
ACCURACY = ("curve", "test", "validation")
ERROR = ("error_curve", "test_error", "validation_error")
LOSS = ("picture", "loss_curve", "total_loss")
SLIDE_ORDER = ("colour", "name", *ACCURACY, *ERROR, *LOSS, "duration", "settings")
TENSORBOARD_PAGE = "tensor_board"
ORDER = (
    "colour",
    "name",
    "tensorboard",
    "experiment",
    "state",
    "remark",
    "progress",
    *ACCURACY,
    *ERROR,
    *LOSS,
    "duration",
    "tags",
    "settings",
    "notes",
    "created",
    "size",
)


def summary_line(rows: Sequence[RunRow], started: Services) -> str:
    """How many runs there are, and what they take of the disk and of the memory."""
    free = free_bytes(started.settings.logdir)
    trash = sum(trashed.size for trashed in list_trash(started.settings.logdir))
    parts = [
        counted("{n} run", "{n} runs", len(rows)).format(n=len(rows)),
        _("{size} on disk").format(size=bytes_in_words(sum(row.size for row in rows))),
        _("{size} in the trash").format(size=bytes_in_words(trash)) if trash else "",
        _("{size} free").format(size=bytes_in_words(free)) if free is not None else "",
        _("curves take {size} of memory").format(
            size=bytes_in_words(started.reader.data_server.memory_bytes)
        ),
    ]
    return " · ".join(part for part in parts if part)


def draw_table(rows: Sequence[RunRow], extra: Sequence[Column], ends: CurveEnds) -> None:
    """Draws the rows with their ticks, and with `extra` columns; a tick changes the choice in the address."""
    ticked = show_ticks([row.key for row in rows])
    held = dict(zip(extra, column_values(rows, extra, ends), strict=True))
    formats = {column.key: column_format(column, known) for column, known in held.items()}
    st.dataframe(
        _with_extra(_frame(rows, ORDER), held),
        column_config={**column_config(rows), **formats},
        hide_index=True,
        height=_height(len(rows), MOST_ROWS, ROW_PIXELS),
        row_height=ROW_PIXELS,
        placeholder="–",
        key=TABLE,
        on_select=take_ticks,
        selection_mode="multi-row",
        # What is set by the state is told once, and lost where the next look replaces the table before it is drawn.
        selection_default={"selection": {"rows": ticked}},
    )


def draw_slide_table(rows: Sequence[RunRow]) -> None:
    """Draws the rows large and without ticks, to be read from the back row."""
    row_pixels = round(SLIDE_SCALE * ROW_PIXELS)
    st.dataframe(
        _frame(rows, SLIDE_ORDER),
        column_config=column_config(rows, scale=SLIDE_SCALE),
        hide_index=True,
        height=_height(len(rows), MOST_SLIDE_ROWS, row_pixels),
        row_height=row_pixels,
        placeholder="–",
    )


def _height(rows: int, most: int, row_pixels: int) -> int:
    return row_pixels * (1 + min(max(rows, 1), most)) + 3


def _frame(rows: Sequence[RunRow], order: Sequence[str]) -> pd.DataFrame:
    table = columns(rows)
    base = base_url()
    table["tensorboard"] = [page_url(base, TENSORBOARD_PAGE, runs=[row.key]) for row in rows]
    table["picture"] = [_picture(row) for row in rows]
    table["duration"] = list(pd.to_timedelta([_whole(row.seconds) for row in rows], unit="s"))
    frame = pd.DataFrame({name: table[name] for name in order if name in _told(rows)})
    # A column in which nothing is known yet is one of numbers all the same.
    numbers = [name for name in ("progress", *ACCURACY[1:], *ERROR[1:], *LOSS[2:]) if name in frame]
    return frame.astype(dict.fromkeys(numbers, float))


def _with_extra(frame: pd.DataFrame, held: Mapping[Column, Sequence[Value]]) -> pd.DataFrame:
    """The table with the chosen columns where one sees them: behind the state."""
    place = list(frame.columns).index("state") + 1
    for column, known in reversed(list(held.items())):
        frame.insert(place, column.key, shown_values(column, known))
    return frame


def _picture(row: RunRow) -> str | None:
    small = thumbnail(row.run.artifacts / RESULT, PICTURE_PIXELS) if row.judged_by == "loss" else None
    return None if small is None else data_address(small)


def _told(rows: Sequence[RunRow]) -> set[str]:
    """The columns without those that would say nothing about any of these rows."""
    says = {
        "progress": any(row.is_under_way for row in rows),
        "remark": any(row.remark for row in rows),
        "notes": any(row.notes for row in rows),
        "tags": any(row.tags for row in rows),
        **dict.fromkeys(ACCURACY, any(row.judged_by == "accuracy" for row in rows)),
        **dict.fromkeys(ERROR, any(row.judged_by == "error" for row in rows)),
        **dict.fromkeys(LOSS, any(row.judged_by == "loss" for row in rows)),
    }
    return {name for name in ORDER if says.get(name, True)}


def _whole(seconds: float | None) -> float | None:
    return None if seconds is None or abs(seconds) > 1e8 else float(round(seconds))
