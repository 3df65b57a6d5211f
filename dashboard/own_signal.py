"""A CSV of one's own in the form: an upload beside the path, the columns to choose from, and a look at the chosen one.

The helper process reads the file; what comes from people is escaped here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard.colours import PALETTE
from dashboard.language import _, counted
from dashboard.own_images import file_list, left_out_line
from dashboard.plain_text import escape_markdown
from dashboard.previews import PATIENCE_SECONDS, Answer, draw_soon
from dashboard.services import Services
from dashboard.spec_form import DrawSetting, fill_form, label_of, widget_key
from dashboard.upload_place import draw_upload
from dashboard.uploads import TABLE
from trainers.launchers import Failed, Pending
from trainers.specs import SequenceSpec, Setting, Spec

TASK = "sequence"
_REQUEST = "csv_columns"
_FILE = widget_key(TASK, "csv_file")


def own_widgets(started: Services) -> dict[str, DrawSetting]:
    """The widgets of the settings that a file decides about, for the form."""
    return {"column": partial(_draw_column, started)}


def draw_own_signal(started: Services, spec: Spec | None, places: Mapping[str, DeltaGenerator]) -> None:
    """Draws the upload below the path and, where a spec names a file, what is in its column below that."""
    if "csv_file" in places:
        with places["csv_file"]:
            _draw_upload(started)
    if "column" in places and isinstance(spec, SequenceSpec) and spec.csv_file is not None:
        with places["column"]:
            draw = partial(_draw_found, spec)
            draw_soon(started.inspector, _REQUEST, _about(spec.csv_file), draw)


def _draw_upload(started: Services) -> None:
    draw_upload(
        started,
        TABLE,
        "own_signal",
        _("Or upload a .csv"),
        _(
            "A table as text in UTF-8: a line for each moment, in the order of time, with commas, semicolons or tabs "
            "between the columns, and their names in the first line if they have any."
        ),
        lambda path: fill_form(TASK, {widget_key(TASK, "signal"): "csv", _FILE: path}),
    )


def _about(path: Path) -> SequenceSpec:
    """A spec that names a file and nothing else: its columns are asked for once, whichever is chosen."""
    return SequenceSpec(signal="csv", csv_file=path)


def _draw_column(started: Services, setting: Setting, key: str) -> str:
    """The list of the columns that the file has, once they are known; gives the chosen one, "" for the first."""
    columns = _columns(started)
    common: dict[str, Any] = {"key": key, "bind": "query-params"}
    held = st.session_state.get(key, st.query_params.get(key))
    if not columns:
        st.selectbox(
            label_of(setting),
            [held] if held else [],
            index=None,
            disabled=True,
            placeholder=_("The columns of your file"),
            **common,
        )
        return held or ""
    chosen = chosen_word(columns, held)
    if chosen != held:
        st.session_state[key] = chosen
    words = [str(column["word"]) for column in columns]
    return str(st.selectbox(label_of(setting), words, help=_("Those with a number in every line."), **common))


def _columns(started: Services) -> Sequence[Mapping[str, Any]]:
    """The columns of the file that the form names; none while they are not known, or where none can be read."""
    path = str(st.session_state.get(_FILE) or "")
    if not path:
        return ()
    answer = started.inspector.ask(_REQUEST, _about(Path(path)), wait_seconds=PATIENCE_SECONDS)
    return () if isinstance(answer, Pending | Failed) else answer["columns"]


def chosen_word(columns: Sequence[Mapping[str, Any]], held: str | None) -> str:
    """The column that was chosen, by its name or its number, as the list has it; the first where there is none such."""
    words = [column["word"] for column in columns]
    by_number = {str(column["number"]): column["word"] for column in columns}
    return str(held if held in words else by_number.get(held or "", words[0]))


def _draw_found(spec: SequenceSpec, _asked: Spec, answer: Answer) -> None:
    column = next((one for one in answer["columns"] if one["word"] == spec.column), None)
    if column is not None:
        from dashboard.charts.signal import signal_chart  # late: altair would delay the first page

        st.caption(escape_markdown(found_line(column, spec)))
        chart = signal_chart(column["first"], column["count"], colour=PALETTE[0])
        st.altair_chart(
            chart, key="own_signal_chart", width="stretch", alt=_("The first values of the column.")
        )
    refused = answer["refused"]
    if refused:
        label = ":orange[" + escape_markdown(left_out_line(len(refused))) + "]"
        with st.expander(label, key="own_signal_left_out", type="compact"):
            st.html(file_list(refused, len(refused)))
    if passed_over := answer["passed_over"]:
        line = counted(
            "The last column is not looked at: the file has very many.",
            "The last {n} columns are not looked at: the file has very many.",
            passed_over,
        )
        st.caption(line.format(n=f"{passed_over:,}"))


def found_line(column: Mapping[str, Any], spec: SequenceSpec) -> str:
    """What is in a column, in plain text: "1,000 numbers, from -3 to 12.5: 700 to train, 150 to validate, …"."""
    parts = spec.parts(column["count"])
    line = counted(
        "{count} number, from {lowest} to {highest}: {train} to train, {validation} to validate, {test} to test.",
        "{count} numbers, from {lowest} to {highest}: {train} to train, {validation} to validate, {test} to test.",
        column["count"],
    )
    return line.format(
        count=f"{column['count']:,}",
        lowest=f"{column['lowest']:,.6g}",
        highest=f"{column['highest']:,.6g}",
        train=f"{parts.train_until:,}",
        validation=f"{parts.validation_until - parts.train_until:,}",
        test=f"{parts.length - parts.validation_until:,}",
    )
