"""Columns of one's choice in the table of runs: any setting, and the last or the best value of any curve.

A column has a name that stands in the address: a setting's own (`learning_rate`), or which value of which curve
(`best validation/accuracy`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd
import streamlit as st

from dashboard.language import _
from dashboard.reading import CurveEnds, Reader
from dashboard.run_fields import setting_fields, setting_label, setting_values
from dashboard.run_query import Value
from dashboard.run_table import RunRow
from dashboard.spec_form import shown_value

Which = Literal["", "last", "best"]
PARTS = ("validation", "train", "test")
WIDTH, CURVE_WIDTH = 105, 165
# What of a curve is best: everything else is the better the more of it there is.
THE_LESS_THE_BETTER = ("loss", "error", "seconds", "perplexity")


@dataclass(frozen=True)
class Column:
    """A setting of this name, or (`which`) the last or best value of the curve `part/name` of each run."""

    which: Which
    part: str
    name: str

    @property
    def key(self) -> str:
        """How addresses call it."""
        return f"{self.which} {self.part}/{self.name}" if self.which else self.name

    @property
    def title(self) -> str:
        """What stands above it, in the reader's language."""
        if not self.which:
            return _(setting_label(self.name))
        word = _("last") if self.which == "last" else _("best")
        return f"{word} {self.part}/{self.name}"

    @property
    def is_share(self) -> bool:
        """Whether its values are accuracies in [0, 1], which a table shows in percent."""
        return bool(self.which) and "accuracy" in self.name.rsplit("/", 1)[-1]


def column_of(key: str) -> Column | None:
    """The column that an address names, None for what is none."""
    if key in setting_fields():
        return Column("", "", key)
    word, space, curve = key.partition(" ")
    part, slash, name = curve.partition("/")
    if not (space and slash and part and name):
        return None
    if word == "last":
        return Column("last", part, name)
    return Column("best", part, name) if word == "best" else None


def offered(rows: Iterable[RunRow], reader: Reader) -> list[Column]:
    """All columns that say something about these runs: settings of their tasks, then curves by name."""
    seen = list(rows)
    set_somewhere = {name for row in seen for name in setting_values(row.spec)}
    curves = {(part, tag) for row in seen for part in PARTS for tag in reader.tags(f"{row.key}/{part}")}
    order = sorted(curves, key=lambda curve: (curve[1].count("/"), curve[1], PARTS.index(curve[0])))
    return [Column("", "", name) for name in setting_fields() if name in set_somewhere] + [
        Column(which, part, tag) for part, tag in order for which in _WHICH
    ]


_WHICH: tuple[Which, ...] = ("last", "best")


def column_values(rows: Sequence[RunRow], columns: Sequence[Column], ends: CurveEnds) -> list[list[Value]]:
    """What each column holds, a value a row, None where nothing is known."""
    wanted = {(f"{row.key}/{column.part}", column.name) for row in rows for column in columns if column.which}
    found = ends.ends(wanted)
    table: list[list[Value]] = []
    for column in columns:
        if not column.which:
            table.append([setting_values(row.spec).get(column.name) for row in rows])
            continue
        known = [found.get((f"{row.key}/{column.part}", column.name)) for row in rows]
        table.append([None if one is None else getattr(one, end_of(column)) for one in known])
    return table


def end_of(column: Column) -> Literal["last", "lowest", "highest"]:
    """Which end of a curve a column shows."""
    if column.which == "last":
        return "last"
    words = column.name.rsplit("/", 1)[-1].split("_")
    return "lowest" if any(word in THE_LESS_THE_BETTER for word in words) else "highest"


def is_numeric(values: Iterable[Value]) -> bool:
    """Whether a column holds numbers only, so that it is sorted and aligned as such."""
    return all(
        value is None or (isinstance(value, int | float) and not isinstance(value, bool)) for value in values
    )


def shown_values(column: Column, values: Sequence[Value]) -> pd.Series[Any]:
    """A column's values as the table holds them: accuracies in percent, numbers as numbers, all else in words."""
    if not is_numeric(values):
        return pd.Series([None if value is None else shown_value(value) for value in values], dtype=object)
    scale = 100.0 if column.is_share else 1.0
    numbers = [scale * value if isinstance(value, int | float) else None for value in values]
    return pd.Series(numbers, dtype=float)


def column_format(column: Column, values: Sequence[Value]) -> Any:
    """How such a column is drawn."""
    config = st.column_config
    width = CURVE_WIDTH if column.which else WIDTH
    if is_numeric(values):
        number = "%.2f %%" if column.is_share else "%.5g"
        return config.NumberColumn(column.title, width=width, format=number)
    return config.TextColumn(column.title, width=width)
