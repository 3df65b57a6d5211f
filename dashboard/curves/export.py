"""`GET /api/curves.csv`: every point of what a chart shows, none thinned, as a file that spreadsheets and pandas read.

It takes the questions of `/api/curves` and a `name` for the file. Columns: run, tag, step, wall_time (unix seconds) and
value, then the smoothed value where smoothing is asked for.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Sequence
from urllib.parse import quote

import numpy as np

from dashboard.curves.curve import Curve
from dashboard.curves.growing import GrowingCurves
from dashboard.curves.window import CurveReader, View, Wanted, bring, shown_points

ROWS_A_PIECE = 5_000
_LONGEST_NAME = 60
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_pieces(
    reader: CurveReader, curves: GrowingCurves, wanted: Sequence[Wanted], view: View
) -> Iterator[str]:
    """The text of the file, a piece at a time: the head, then curve by curve the points of the part that is shown.

    Numbers have the digits of the float32 that event files hold. A curve without points, or whose length of an epoch
    is not known where epochs are asked for, has no rows.
    """
    head = ["run", "tag", "step", "wall_time", "value"] + (["smoothed"] if view.smoothing else [])
    yield _lines([head])
    bring(reader, wanted, view)
    for one in wanted:
        found = shown_points(reader, curves, one, view)
        if found is None:
            continue
        curve, begin, end = found
        for first in range(begin, end, ROWS_A_PIECE):
            piece = slice(first, min(first + ROWS_A_PIECE, end))
            yield _lines(_rows(one, curve, piece, with_smoothed=bool(view.smoothing)))


def _rows(wanted: Wanted, curve: Curve, piece: slice, *, with_smoothed: bool) -> Iterator[list[str]]:
    names = [_text(wanted.run), _text(wanted.tag)]
    numbers = [_numbers(curve.values[piece])] + ([_numbers(curve.smoothed[piece])] if with_smoothed else [])
    for step, time, *values in zip(
        curve.steps[piece].tolist(), curve.times[piece].tolist(), *numbers, strict=True
    ):
        yield [*names, str(step), f"{time:.6f}", *values]


def _numbers(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> list[str]:
    """Nine digits tell all float32 apart."""
    return [f"{value:.9g}" for value in values.tolist()]


def _text(name: str) -> str:
    """A name that no spreadsheet takes for a formula."""
    return f"'{name}" if name.startswith(_FORMULA) else name


def _lines(rows: Iterator[list[str]] | list[list[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue()


def file_name(title: str) -> str:
    """A title as every file system takes it, without an ending; "curves" where nothing is left of it."""
    plain = "".join(" " if unicodedata.category(letter).startswith("C") else letter for letter in title)
    plain = re.sub(r"\s+", " ", re.sub(r'[\\/:*?"<>|]+', " ", plain)).strip(" .")
    return plain[:_LONGEST_NAME].strip(" .") or "curves"


def disposition(name: str) -> str:
    """The header Content-Disposition for a file of this name: plain letters, and the true ones (RFC 6266)."""
    plain = re.sub(r"[^A-Za-z0-9 ._-]+", "-", name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
