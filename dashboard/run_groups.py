"""The runs of the table in groups: those that share a value, with the mean and the spread of their results."""

from __future__ import annotations

import math
import statistics
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from dashboard.run_fields import values
from dashboard.run_query import Value
from dashboard.run_table import RunRow

# What groups are compared by, each with where a row has it.
MEASURES: Mapping[str, Callable[[RunRow], float | None]] = {
    "test_accuracy": lambda row: row.test_accuracy,
    "validation_accuracy": lambda row: row.validation_accuracy,
    "test_error": lambda row: row.test_error,
    "validation_error": lambda row: row.validation_error,
    "total_loss": lambda row: row.total_loss,
    "seconds": lambda row: row.seconds if row.state == "completed" else None,
}
OTHER_FIELDS = ("experiment", "task", "state")  # beside the settings


@dataclass(frozen=True)
class Spread:
    """`n` runs have a number: its mean, and their standard deviation (of a sample; None for one run)."""

    n: int
    mean: float
    deviation: float | None


@dataclass(frozen=True)
class Group:
    """The runs that share a value (None: it has no effect there, or is not known), and the spread of each measure."""

    value: Value
    count: int
    measures: Mapping[str, Spread]


def grouped(rows: Iterable[RunRow], field: str) -> list[Group]:
    """One group for each value of a field, numbers in their order, words in theirs, what is not known last."""
    groups: dict[Value, list[RunRow]] = defaultdict(list)
    for row in rows:
        groups[values(row).get(field)].append(row)
    return [_group(value, groups[value]) for value in sorted(groups, key=_place)]


def _place(value: Value) -> tuple[int, float, str]:
    if value is None:
        return (2, 0.0, "")
    if isinstance(value, bool | int | float):
        return (0, float(value), "")
    return (1, 0.0, str(value))


def _group(value: Value, rows: Sequence[RunRow]) -> Group:
    spreads = {name: spread(measure(row) for row in rows) for name, measure in MEASURES.items()}
    return Group(value, len(rows), {name: one for name, one in spreads.items() if one is not None})


def spread(numbers: Iterable[float | None]) -> Spread | None:
    """Mean and standard deviation of those that are known and finite; None where none is."""
    known = [number for number in numbers if number is not None and math.isfinite(number)]
    if not known:
        return None
    deviation = statistics.stdev(known) if len(known) > 1 else None
    return Spread(len(known), statistics.fmean(known), deviation)
