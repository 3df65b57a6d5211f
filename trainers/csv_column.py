"""Columns of numbers out of a text file that somebody made. Nothing in it is believed, and nothing evaluated.

    column = read_column(Path("weather.csv"), "temperature")          # or "3", or "" for the first with numbers
    read_columns(Path("weather.csv")).columns                         # all those with a number in every line

Fields are separated by commas, semicolons or tabs; the first line may hold names. Whatever is wrong is said in one
sentence with the number of its line.
"""

from __future__ import annotations

import csv
import io
import math
import re
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import numpy as np

from trainers.datasets import DatasetMissing
from trainers.specs.sequence import LARGEST_FILE

LARGEST_BYTES = LARGEST_FILE
MOST_VALUES = 1_000_000
MOST_COLUMNS = 30  # that are looked at together: a file as large as may be takes half a minute
LONGEST_WORD = 200  # letters with which a spec can name a column
_LINES_NAMED = 3
_SEPARATORS = ",;\t"
# Python's float() would also take "nan", "infinity" and "1_000".
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")


@dataclass(frozen=True)
class Column:
    """A column's `name` (its number where the file has no names) and its `values` float64 [n].

    `number` counts columns from 1, and `word` is what `read_column` finds it by: its name, or else its number.
    """

    name: str
    values: np.ndarray
    number: int
    word: str


@dataclass(frozen=True)
class Columns:
    """The `columns` with a number in every line.

    `refused` are the names of the others, each with the reason, which goes on after the name; `passed_over` counts
    those beyond the first thirty.
    """

    columns: tuple[Column, ...]
    refused: tuple[tuple[str, str], ...]
    passed_over: int


@dataclass(frozen=True)
class _Table:
    """A file's `content`, how its fields are separated, the `names` in its first line and the `first` line of values.

    `width` is how many fields the first line has.
    """

    path: Path
    content: bytes
    separator: str
    names: tuple[str, ...] | None
    first: tuple[str, ...]
    width: int

    def name(self, place: int) -> str:
        """What a column is called, its number where it has no name."""
        return (self.names[place] if self.names else "") or str(place + 1)

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """The lines of values."""
        return islice(_lines(self.path, self.content, self.separator), 1 if self.names else 0, None)


@dataclass
class _Reading:
    """The numbers of one column so far, and where there is none: the first lines with what stands there instead."""

    values: array[float] = field(default_factory=lambda: array("d"))
    faults: list[tuple[int, str]] = field(default_factory=list)
    fault_count: int = 0
    has_comma: bool = False

    def take(self, line: int, said: str) -> None:
        value = float(said) if _NUMBER.fullmatch(said) else math.nan
        if not math.isfinite(value):
            self.fault_count += 1
            self.has_comma = self.has_comma or bool(
                "," in said and _NUMBER.fullmatch(said.replace(",", "", 1))
            )
            if len(self.faults) < _LINES_NAMED:
                self.faults.append((line, said))
        self.values.append(value)

    def lack(self) -> str:
        """Which lines have no number, the first few by what stands there instead, and what to do."""
        named = ", ".join(
            f"line {line:,} ({said[:30]!r})" if said else f"line {line:,} (nothing)"
            for line, said in self.faults
        )
        more = f" and {self.fault_count - _LINES_NAMED:,} more" if self.fault_count > _LINES_NAMED else ""
        number = "number with a decimal point" if self.has_comma else "number"
        return f"in {named}{more}: put a {number} there, or take the line out"


def read_column(path: Path, wanted: str) -> Column:
    """The column called or numbered so, the first with numbers where `wanted` is empty.

    Raises DatasetMissing with one sentence.
    """
    table = _table(path)
    place = _place(table, wanted.strip())
    [reading] = _read(table, [place])
    if reading.faults:
        raise _without_number(table, place, reading)
    return _column(table, place, reading)


def read_columns(path: Path) -> Columns:
    """All columns of a file; raises DatasetMissing with one sentence where none of them has a number in every line."""
    table = _table(path)
    places = range(min(table.width, MOST_COLUMNS))
    columns, refused = [], []
    readings = _read(table, places)
    for place, reading in zip(places, readings, strict=True):
        if reading.faults:
            refused.append((table.name(place), f"has no number {reading.lack()}"))
        elif _word(table, place):
            columns.append(_column(table, place, reading))
        else:
            refused.append((table.name(place), "cannot be told from another column: give it another name"))
    if not columns:
        place = _place(table, "")
        place = place if place in places else 0
        raise _without_number(table, place, readings[place])
    return Columns(tuple(columns), tuple(refused), table.width - len(places))


def _table(path: Path) -> _Table:
    content = _content(path)
    separator = _separator(content)
    opening = [fields for _line, fields in islice(_lines(path, content, separator), 2)]
    if not opening:
        raise DatasetMissing(f"{path.name} is empty: choose a file with a column of numbers.")
    fields = tuple(said.strip() for said in opening[0])
    has_names = not any(map(_NUMBER.fullmatch, fields))
    return _Table(
        path=path,
        content=content,
        separator=separator,
        names=fields if has_names else None,
        first=tuple(said.strip() for said in opening[-1]),
        width=len(fields),
    )


def _content(path: Path) -> bytes:
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
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise DatasetMissing(
            f"{path.name} is not text in UTF-8 (line {line:,}): save it as CSV in UTF-8."
        ) from error
    return content


def _separator(content: bytes) -> str:
    """The most frequent separator of the first line outside of quotes, the comma where there is none."""
    opening = re.match(rb"(?:\xef\xbb\xbf)?\s*([^\r\n]*)", content)
    assert opening is not None  # it matches nothing too
    return max(_SEPARATORS, key=re.sub('"[^"]*"', "", opening[1].decode("utf-8")).count)


def _lines(path: Path, content: bytes, separator: str) -> Iterator[tuple[int, list[str]]]:
    """The fields of each line that is not empty, with the line's number from 1."""
    text = io.TextIOWrapper(io.BytesIO(content), encoding="utf-8-sig", newline="")
    reader = csv.reader(text, delimiter=separator)
    try:
        for fields in reader:
            if any(said.strip() for said in fields):
                yield reader.line_num, fields
    except csv.Error as error:
        raise DatasetMissing(f"{path.name} is no CSV file in line {reader.line_num:,}: {error}.") from error


def _place(table: _Table, wanted: str) -> int:
    """Which field of each line is meant, from 0."""
    path, names = table.path, table.names
    if not wanted:
        return next((place for place, said in enumerate(table.first) if _NUMBER.fullmatch(said)), 0)
    if names and wanted in names:
        return names.index(wanted)
    if wanted.isascii() and wanted.isdecimal():
        if 1 <= int(wanted) <= table.width:
            return int(wanted) - 1
        raise DatasetMissing(f"{path.name} has no column {wanted}: choose a number from 1 to {table.width}.")
    if not names:
        raise DatasetMissing(
            f"{path.name} has numbers in its first line and so no column named {wanted!r}: "
            f"choose a number from 1 to {table.width}."
        )
    known = ", ".join(name for name in names[:20] if name)
    raise DatasetMissing(f"{path.name} has no column {wanted!r}: choose one of {known}.")


def _word(table: _Table, place: int) -> str:
    """What `_place` finds a column by; "" where another one comes first under its name and its number."""
    words = [word for word in (table.name(place), str(place + 1)) if len(word) <= LONGEST_WORD]
    return next((word for word in words if _place(table, word) == place), "")


def _read(table: _Table, places: Sequence[int]) -> list[_Reading]:
    """The fields at some places of each line, as numbers."""
    readings = [_Reading() for _place in places]
    count = 0
    for line, fields in table.rows():
        count += 1
        if count > MOST_VALUES:
            raise DatasetMissing(
                f"{table.path.name} has more than the {MOST_VALUES:,} lines of values that are read: shorten it."
            )
        for place, reading in zip(places, readings, strict=True):
            reading.take(line, fields[place].strip() if place < len(fields) else "")
    if not count:
        raise DatasetMissing(f"{table.path.name} has names in its first line and no numbers below them.")
    return readings


def _column(table: _Table, place: int, reading: _Reading) -> Column:
    return Column(table.name(place), np.array(reading.values), place + 1, _word(table, place))


def _without_number(table: _Table, place: int, reading: _Reading) -> DatasetMissing:
    return DatasetMissing(f"{table.path.name} has no number in column {table.name(place)} {reading.lack()}.")
