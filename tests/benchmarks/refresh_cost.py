"""What one refresh of all curves costs the dashboard's process: 50 runs of 10 tags of 2,000 points, all looked at.

    python -m tests.benchmarks.refresh_cost [--samples 30] [--anew]

The data server is the real one; the reader's refresh is called by hand right after a load cycle, so that nothing else
is in the time. Three kinds take turns: nothing new, one run wrote a step, every run wrote a step (all million points
are to be fetched again; one step at a time, so that they stay a million). A refresh fetches only so many points, so
the last kind needs several, each of which counts as the longest of them; "refreshes" says how many. Processor
time is that of the whole process, gRPC's threads included.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

from dashboard.reading import DataServer, Reader
from tests.benchmarks.measuring import keep_rows, kept_rows, percentile, report, sampling, table
from tests.dashboard.reading.event_files import line, write_events

NAME = "refresh_cost"
KINDS = ("nothing new", "one run wrote", "every run wrote")
RUNS, TAGS, POINTS, MORE = 50, 10, 2_000, 1
MOST_SECONDS = 0.05


def main() -> None:
    """Measures what is missing and prints the table."""
    chosen = sampling(__doc__).parse_args()
    rows = kept_rows(NAME, anew=chosen.anew)
    missing = {kind: chosen.samples - sum(row["kind"] == kind for row in rows) for kind in KINDS}
    if max(missing.values()) > 0:
        with tempfile.TemporaryDirectory() as folder:
            bench = Bench(Path(folder).resolve())
            for number in range(max(missing.values())):
                for kind in [kind for kind in KINDS if missing[kind] > number]:
                    rows.append(bench.measure(kind))
                    keep_rows(NAME, rows)
            bench.close()
    report(summary(rows))


class Bench:
    """Fifty runs, a data server that has read them, and a reader somebody asked for every curve."""

    def __init__(self, logdir: Path) -> None:
        self._logdir = logdir
        self._runs = [f"many/run-{number:02d}/train" for number in range(RUNS)]
        self._tags = [f"tag-{number}" for number in range(TAGS)]
        self._steps = POINTS
        for run in self._runs:
            write_events(logdir / run, {tag: line(POINTS) for tag in self._tags})
        self._server = DataServer(logdir)
        self._server.start()
        self._reader = Reader(self._server)
        self._cycle = self._next_cycle(0)
        self._reader.refresh()

    def measure(self, kind: str) -> dict[str, Any]:
        """One row: a refresh after so much was written."""
        keys = [(run, tag) for run in self._runs for tag in self._tags]
        self._reader.many_series(keys)
        written = {"nothing new": 0, "one run wrote": 1, "every run wrote": RUNS}[kind]
        for run in self._runs[:written]:
            write_events(self._logdir / run, {tag: line(MORE, start=self._steps) for tag in self._tags})
        self._steps += MORE if written else 0
        # The cycle under way may have missed what was just written.
        self._cycle = self._next_cycle(self._next_cycle(self._server.cycle))
        before = {key: series.version for key, series in self._reader.many_series(keys).items()}
        costs: list[tuple[float, float]] = []
        while (changed := self._changed_since(before)) < written * TAGS or not costs:
            started, processor = time.perf_counter(), time.process_time()
            self._reader.refresh()
            costs.append((time.perf_counter() - started, time.process_time() - processor))
            assert len(costs) < RUNS, f"{changed} curves changed, not {written * TAGS}"
        seconds, processor = (max(cost) for cost in zip(*costs, strict=True))
        points = sum(series.steps.size for series in self._reader.many_series(keys).values())
        return {
            "kind": kind,
            "refreshes": len(costs),
            "seconds": seconds,
            "processor_seconds": processor,
            "points": points,
        }

    def _changed_since(self, versions: dict[tuple[str, str], int]) -> int:
        now = self._reader.many_series(versions)
        return sum(now[key].version != version for key, version in versions.items())

    def close(self) -> None:
        """Ends the data server."""
        self._server.close()
        self._reader.close()

    def _next_cycle(self, after: int) -> int:
        cycle = self._server.wait_for_cycle(after, seconds=30)
        assert cycle > after, "the data server has stopped"
        return cycle


def summary(rows: list[dict[str, Any]]) -> str:
    """The table of the issue."""
    lines = []
    for kind in KINDS:
        of_kind = [row for row in rows if row["kind"] == kind]
        if of_kind:
            processor = [1000 * row["processor_seconds"] for row in of_kind]
            seconds = [1000 * row["seconds"] for row in of_kind]
            lines.append(
                [
                    kind,
                    len(of_kind),
                    max(row["points"] for row in of_kind),
                    max(row["refreshes"] for row in of_kind),
                    *(percentile(processor, percent) for percent in (50, 95, 100)),
                    *(percentile(seconds, percent) for percent in (50, 95)),
                ]
            )
    heads = [
        "refresh",
        "samples",
        "points",
        "refreshes",
        "CPU ms median",
        "p95",
        "max",
        "wall ms median",
        "p95",
    ]
    return f"{table(heads, lines)}\n\nGoal: at most {1000 * MOST_SECONDS:.0f} ms in the dashboard's process."


if __name__ == "__main__":
    main()
