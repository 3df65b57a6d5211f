"""What a page shows of somebody's own CSV file before anything is learned from it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from trainers.csv_column import read_columns

POINTS = 200  # of each column, for a drawing of its beginning


def look(path: Path) -> dict[str, Any]:
    """The columns of a file, ready for JSON; raises DatasetMissing with one sentence where none can be learned from.

    `columns` are those with a number in every line: each with the `word` that a spec names it by, its `number` from 1,
    the `count` of its numbers, the `lowest`, the `highest` and the `first` of them. `refused` names the others, each
    with its reason, and `passed_over` counts those that were not looked at.
    """
    found = read_columns(path)
    return {
        "columns": [
            {
                "word": column.word,
                "number": column.number,
                "count": len(column.values),
                "lowest": float(column.values.min()),
                "highest": float(column.values.max()),
                # A drawing shows no more digits than these.
                "first": [float(f"{value:.6g}") for value in column.values[:POINTS]],
            }
            for column in found.columns
        ],
        "refused": [[name, reason] for name, reason in found.refused],
        "passed_over": found.passed_over,
    }
