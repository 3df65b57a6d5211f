"""Rows of measurements: kept one by one, so that a benchmark that was cut short goes on; shown as a table.

Rows are kept apart by the machine and by the commit whose code they measured, so those of another machine or of other
code are never mixed with new ones; `report` says below each table where its rows are from.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import os
import platform
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from tests.running import REPOSITORY

RESULTS = Path(__file__).parent / "results"
CODE = (
    "trainers",
    "dashboard",
    "tests/benchmarks",
    "streamlit_app.py",
    "requirements.txt",
)  # what is measured


def sampling(
    description: str | None, *, rows: str = "rows of each kind", samples: int = 30
) -> argparse.ArgumentParser:
    """The options that every benchmark has: how many `rows` to measure, and whether to begin anew."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--samples", type=int, default=samples, help=f"{rows} (default: {samples})")
    parser.add_argument("--anew", action="store_true", help="forget the rows of earlier calls")
    return parser


def timed_sampling(
    description: str | None, *, rows: str, samples: int, seconds: float, row: tuple[str, ...]
) -> argparse.ArgumentParser:
    """The same for rows that last so many seconds; `--row`, for `measured_apart`, has these words behind it."""
    parser = sampling(description, rows=rows, samples=samples)
    text = f"how long each trains (default: {seconds:g})"
    parser.add_argument("--seconds", type=float, default=seconds, help=text)
    parser.add_argument("--row", nargs=len(row), metavar=row, help=argparse.SUPPRESS)
    return parser


def measured_apart(benchmark: str, *options: str) -> dict[str, Any]:
    """A benchmark's last line, as JSON, from a process of its own: TensorFlow settles its threads once."""
    command = [sys.executable, "-m", f"tests.benchmarks.{benchmark}", *options]
    done = subprocess.run(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True, check=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def kept_rows(name: str, *, anew: bool = False) -> list[dict[str, Any]]:
    """The rows that earlier calls measured of this code on this machine; none to begin `anew`."""
    path = _rows_file(name)
    return list(json.loads(path.read_text())["rows"]) if path.exists() and not anew else []


def keep_rows(name: str, rows: Sequence[Mapping[str, Any]]) -> Path:
    """Writes all rows with the machine and the code they are from; gives the file."""
    path = _rows_file(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_suffix(".aside")
    content = {"machine": machine(), "commit": code_version(), "rows": list(rows)}
    aside.write_text(json.dumps(content, indent=1) + "\n")
    aside.replace(path)
    return path


def report(text: str) -> None:
    """Prints a benchmark's tables, and on which machine and of which commit's code they were measured."""
    known = machine()
    print(
        f"{text}\n\nMeasured on {known['processor']}, {known['cores']} cores, {known['system']}, Python "
        f"{known['python']}; code of commit {code_version()}."
    )


def _rows_file(name: str) -> Path:
    known = machine()
    folder = re.sub(r"[^a-z0-9]+", "-", f"{known['processor']} {known['cores']} cores".lower()).strip("-")
    return RESULTS / folder / code_version() / f"{name}.json"


@cache
def code_version() -> str:
    """The last commit that changed what is measured; what is not committed yet is told by a name made of it."""
    commit = _git("log", "-1", "--format=%h", "--", *CODE).strip()
    if not commit:
        return "unknown"
    changes = _git("diff", "HEAD", "--", *CODE)
    for path in _git("ls-files", "--others", "--exclude-standard", "--", *CODE).splitlines():
        changes += f"{path}\n{(REPOSITORY / path).read_text(errors='replace')}"
    return f"{commit}-changed-{hashlib.sha256(changes.encode()).hexdigest()[:8]}" if changes else commit


def _git(*arguments: str) -> str:
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=REPOSITORY, capture_output=True, text=True, errors="replace", check=True
        )
    except (OSError, subprocess.CalledProcessError):  # a copy without its history
        return ""
    return done.stdout


@cache
def machine() -> dict[str, Any]:
    """What the numbers depend on."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "system": platform.platform(),
        "python": platform.python_version(),
    }


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    named = re.search(
        r"^model name\s*:\s*(.+)$", cpuinfo.read_text() if cpuinfo.exists() else "", re.MULTILINE
    )
    return named[1] if named else platform.processor() or platform.machine()


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that is at least as large as so many percent of all (nearest rank: a measured one)."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


def table(heads: Sequence[str], lines: Sequence[Sequence[Any]]) -> str:
    """A Markdown table; floats with two decimals."""
    shown = [[f"{cell:.2f}" if isinstance(cell, float) else str(cell) for cell in line] for line in lines]
    rule = ["---"] * len(heads)
    return "\n".join("| " + " | ".join(line) + " |" for line in [list(heads), rule, *shown])
