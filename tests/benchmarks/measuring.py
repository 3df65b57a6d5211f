"""Rows of measurements: kept one by one, so that a benchmark that was cut short goes on; shown as a table."""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"


def sampling(
    description: str | None, *, rows: str = "rows of each kind", samples: int = 30
) -> argparse.ArgumentParser:
    """The options that every benchmark has: how many `rows` to measure, and whether to begin anew."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--samples", type=int, default=samples, help=f"{rows} (default: {samples})")
    parser.add_argument("--anew", action="store_true", help="forget the rows of earlier calls")
    return parser


def kept_rows(name: str) -> list[dict[str, Any]]:
    """The rows that earlier calls measured."""
    path = RESULTS / f"{name}.json"
    return list(json.loads(path.read_text())["rows"]) if path.exists() else []


def keep_rows(name: str, rows: Sequence[Mapping[str, Any]]) -> Path:
    """Writes all rows with the machine they are from; gives the file."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    aside = path.with_suffix(".aside")
    aside.write_text(json.dumps({"machine": machine(), "rows": list(rows)}, indent=1) + "\n")
    aside.replace(path)
    return path


def machine() -> dict[str, Any]:
    """What the numbers depend on."""
    return {"system": platform.platform(), "python": platform.python_version(), "cores": os.cpu_count()}


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that is at least as large as so many percent of all (nearest rank: a measured one)."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


def table(heads: Sequence[str], lines: Sequence[Sequence[Any]]) -> str:
    """A Markdown table; floats with two decimals."""
    shown = [[f"{cell:.2f}" if isinstance(cell, float) else str(cell) for cell in line] for line in lines]
    rule = ["---"] * len(heads)
    return "\n".join("| " + " | ".join(line) + " |" for line in [list(heads), rule, *shown])
