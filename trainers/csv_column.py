"""One column of numbers out of a text file that somebody made. Nothing in it is believed, and nothing evaluated.

    column = read_column(Path("weather.csv"), "temperature")          # or "3", or "" for the first

Fields are separated by commas, semicolons or tabs; the first line may hold names. Whatever is wrong is said in one
sentence with the number of its line.
"""

from __future__ import annotations

import csv
import io
import math
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from trainers.datasets import DatasetMissing

LARGEST_BYTES = 100_000_000
MOST_VALUES = 1_000_000
_LINES_NAMED = 3
_SEPARATORS = ",;\t"
# Python's float() would also take "nan", "infinity" and "1_000".
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")


@dataclass(frozen=True)
class Column:
    """A column's `name` (its number where the file has no names) and its `values` float64 [n]."""

    name: str
    values: np.ndarray


def read_column(path: Path, wanted: str) -> Column:
    """The column called or numbered so, the first where `wanted` is empty; raises DatasetMissing with one sentence."""
    lines = _lines(path, _text(path))
    if not lines:
        raise DatasetMissing(f"{path.name} is empty: choose a file with a column of numbers.")
    first = lines[0][1]
    has_names = not any(_NUMBER.fullmatch(field.strip()) for field in first)
    place = _place(path, [field.strip() for field in first], has_names, wanted.strip())
    name = first[place].strip() if has_names and first[place].strip() else str(place + 1)
    rows = lines[1:] if has_names else lines
    if not rows:
        raise DatasetMissing(f"{path.name} has names in its first line and no numbers below them.")
    if len(rows) > MOST_VALUES:
        raise DatasetMissing(
            f"{path.name} has {len(rows):,} lines of values, more than the {MOST_VALUES:,} that are read: shorten it."
        )
    return Column(name, _numbers(path, name, rows, place))


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_BYTES + 1)
    except FileNotFoundError as error:
        raise DatasetMissing(f"There is no file {path}: check the path of the CSV file.") from error
    except OSError as error:
        raise DatasetMissing(f"The CSV file {path} cannot be read: {error.strerror}.") from error
    if len(content) > LARGEST_BYTES:
        raise DatasetMissing(
            f"{path.name} is larger than {LARGEST_BYTES // 1_000_000} MB: give a file with only what is needed."
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise DatasetMissing(
            f"{path.name} is not text in UTF-8 (line {line:,}): save it as CSV in UTF-8."
        ) from error


def _lines(path: Path, text: str) -> list[tuple[int, list[str]]]:
    """The fields of each line that is not empty, with the line's number from 1."""
    opening = text.lstrip("\r\n").partition("\n")[0]
    separator = max(_SEPARATORS, key=opening.count)  # the comma where there is none
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    found = []
    try:
        for fields in reader:
            if any(field.strip() for field in fields):
                found.append((reader.line_num, fields))
    except csv.Error as error:
        raise DatasetMissing(f"{path.name} is no CSV file in line {reader.line_num:,}: {error}.") from error
    return found


def _place(path: Path, first: list[str], has_names: bool, wanted: str) -> int:
    """Which field of each line is meant, from 0."""
    if not wanted:
        return 0
    if has_names and wanted in first:
        return first.index(wanted)
    if wanted.isascii() and wanted.isdecimal():
        if 1 <= int(wanted) <= len(first):
            return int(wanted) - 1
        raise DatasetMissing(f"{path.name} has no column {wanted}: choose a number from 1 to {len(first)}.")
    if not has_names:
        raise DatasetMissing(
            f"{path.name} has numbers in its first line and so no column named {wanted!r}: "
            f"choose a number from 1 to {len(first)}."
        )
    names = ", ".join(name for name in first[:20] if name)
    raise DatasetMissing(f"{path.name} has no column {wanted!r}: choose one of {names}.")


def _numbers(path: Path, name: str, rows: list[tuple[int, list[str]]], place: int) -> np.ndarray:
    """The field of each line as a number: float64 [n]."""
    values = np.empty(len(rows))
    faults: list[tuple[int, str]] = []  # line and what stands there
    for index, (line, fields) in enumerate(rows):
        said = fields[place].strip() if place < len(fields) else ""
        value = float(said) if _NUMBER.fullmatch(said) else math.nan
        if not math.isfinite(value):
            faults.append((line, said))
        values[index] = value
    if faults:
        raise DatasetMissing(_sentence(path, name, faults))
    return values


def _sentence(path: Path, name: str, faults: list[tuple[int, str]]) -> str:
    """Which lines have no number, the first few by what stands there instead."""
    named = ", ".join(
        f"line {line:,} ({said[:30]!r})" if said else f"line {line:,} (nothing)"
        for line, said in faults[:_LINES_NAMED]
    )
    more = f" and {len(faults) - _LINES_NAMED:,} more" if len(faults) > _LINES_NAMED else ""
    number = "number with a decimal point" if any("," in said for _line, said in faults) else "number"
    return f"{path.name} has no number in column {name} in {named}{more}: put a {number} there, or take the line out."
