"""What one look at the table of 200 old runs costs: query, columns of curves, groups, lines.

    python -m tests.benchmarks.run_table_cost [--samples 20] [--anew]

The table looks every two seconds. Two ways to get at the columns' values take turns in one process: as the page does
(`CurveEnds`, which reads a curve again only when it grew), and reading every event file anew; both give the same.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from dashboard.listing import Listing
from dashboard.reading import CurveEnds, DataServer, Reader
from dashboard.reading.ends import curve_ends
from dashboard.run_extra_columns import Column, column_of, column_values, end_of
from dashboard.run_fields import fields
from dashboard.run_filter import Asked
from dashboard.run_groups import grouped
from dashboard.run_overview import run_rows
from dashboard.run_parallel import drawable
from dashboard.run_query import Value, parse_query
from dashboard.run_table import RunRow
from tests.benchmarks.measuring import keep_rows, kept_rows, percentile, report, sampling, table
from tests.old_runs import old_run
from tests.running import wait_until
from trainers.comparisons.event_files import EventFolders

NAME = "run_table_cost"
KINDS = ("as the page looks", "every event file anew")
RUNS, EPOCHS = 200, 60
QUERY = 'model == "mlp" and lr < 1'
COLUMNS = ("best validation/accuracy", "last train/loss")


def main() -> None:
    """Measures what is missing and prints the table."""
    chosen = sampling(__doc__, samples=20).parse_args()
    rows = kept_rows(NAME, anew=chosen.anew)
    missing = {kind: chosen.samples - sum(row["kind"] == kind for row in rows) for kind in KINDS}
    if max(missing.values()) > 0:
        with tempfile.TemporaryDirectory() as folder:
            bench = Bench(Path(folder).resolve() / "logs")
            for number in range(max(missing.values())):
                for kind in [kind for kind in KINDS if missing[kind] > number]:
                    rows.append({"kind": kind, "seconds": bench.look(kind)})
                    keep_rows(NAME, rows)
            bench.close()
    report(summary(rows))


class Bench:
    """Two hundred old runs, and all that the page's process has for them."""

    def __init__(self, logdir: Path) -> None:
        for number in range(RUNS):
            old_run(logdir, f"run-{number}", number=number, epochs=EPOCHS, model="mlp", depth=1 + number % 3)
        self._logdir = logdir
        self._listing = Listing(logdir)
        self._listing.refresh()
        self._server = DataServer(logdir)
        self._server.start()
        self._reader = Reader(self._server)
        self._reader.start()
        wait_until(lambda: len(self._reader.runs()) == 2 * RUNS, seconds=120, what="all curves")
        self._ends = CurveEnds(self._reader)
        self._columns = [column for key in COLUMNS if (column := column_of(key)) is not None]
        assert self._values("as the page looks") == self._values("every event file anew")

    def look(self, kind: str) -> float:
        """Seconds of one look at the table."""
        began = time.perf_counter()
        rows = run_rows(self._listing.views, self._reader)
        found = Asked(query=parse_query(QUERY, fields(rows))).among(rows)
        assert len(found) == RUNS
        self._values(kind, found)
        grouped(found, "depth")
        drawable(found)
        return time.perf_counter() - began

    def _values(self, kind: str, rows: Sequence[RunRow] | None = None) -> list[list[Value]]:
        seen = run_rows(self._listing.views, self._reader) if rows is None else rows
        if kind == "as the page looks":
            return column_values(seen, self._columns, self._ends)
        files = EventFolders(self._logdir)
        return [[_end(files, row, column) for row in seen] for column in self._columns]

    def close(self) -> None:
        """Ends the data server."""
        self._reader.close()
        self._server.close()


def _end(files: EventFolders, row: RunRow, column: Column) -> float | None:
    key = (f"{row.key}/{column.part}", column.name)
    ends = curve_ends(files.curves([key])[key].values)
    return None if ends is None else float(getattr(ends, end_of(column)))


def summary(rows: list[dict[str, Any]]) -> str:
    """Milliseconds of both ways, and how many times longer the second takes."""
    medians = {}
    lines = []
    for kind in KINDS:
        seconds = [1000 * row["seconds"] for row in rows if row["kind"] == kind]
        if seconds:
            medians[kind] = percentile(seconds, 50)
            lines.append([kind, len(seconds), medians[kind], percentile(seconds, 95)])
    text = table([f"one look at {RUNS} runs", "samples", "ms median", "p95"], lines)
    if len(medians) == len(KINDS):
        text += f"\n\nReading anew takes {medians[KINDS[1]] / medians[KINDS[0]]:.1f} times as long."
    return text


if __name__ == "__main__":
    main()
