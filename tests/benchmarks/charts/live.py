"""Ten charts of many runs, live: what they cost browser and dashboard; one curve of a million points.

    python -m tests.benchmarks.charts.live [--samples 30] [--anew]

`live`: ten runs of 10,000 points in each of ten charts (the case that freezes MLflow's page for a minute), and
`50 runs` of 2,000 points in each (Trackio's known slow one). Real event files that grow by 2,000 points a second in
all, the real data server and reader, a real Chromium of 1280 × 900 scrolled to another chart before each sample of five
seconds. Main-thread tasks are the browser's own long-task entries; processor time is that of the web process alone. `a
million points`: smoothing and thinning one curve for a chart of 1,200 columns, then the same a second later with 1,000
points more, in processor time (what it costs) and wall time (what a busy machine makes of it).
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import psutil
from playwright.sync_api import Page

from dashboard.curves.growing import GrowingCurves
from dashboard.curves.window import View, Wanted, window
from tests.benchmarks.measuring import keep_rows, kept_rows, percentile, report, sampling, table
from tests.benchmarks.watching import chromium_page
from tests.dashboard.curves.growing_runs import GrownSeries, grown_curve
from tests.dashboard.reading.event_files import write_events
from tests.running import REPOSITORY, find_free_port, wait_until

NAME = "charts_live"
HARNESS = REPOSITORY / "tests" / "dashboard" / "curves" / "harness.py"
CHARTS, NEW_POINTS_A_SECOND = 10, 2_000
SAMPLE_SECONDS = 5.0
MILLION, SECOND_AFTER = 1_000_000, 1_000
TAGS = [f"{('accuracy', 'loss')[number % 2]}{number // 2 or ''}" for number in range(CHARTS)]


@dataclass(frozen=True)
class Case:
    """So many runs in each chart, of so many points at first."""

    runs: int
    points: int

    @property
    def more_a_second(self) -> int:
        """Steps that each run goes on by."""
        return NEW_POINTS_A_SECOND // (CHARTS * self.runs)


CASES = {"live": Case(runs=10, points=10_000), "50 runs": Case(runs=50, points=2_000)}


def main() -> None:
    """Measures what is missing and prints the tables."""
    chosen = sampling(__doc__).parse_args()
    rows = kept_rows(NAME, anew=chosen.anew)
    lives = [(partial(live, case), kind) for kind, case in CASES.items()]
    for measure, kind in [(a_million_points, "a million points"), *lives]:
        missing = chosen.samples - sum(row["kind"] == kind for row in rows)
        for row in measure(missing) if missing > 0 else ():
            rows.append({"kind": kind, **row})
            keep_rows(NAME, rows)
    report(summary(rows))


def a_million_points(samples: int) -> Iterator[dict[str, Any]]:
    """Rows of the pure part: everything between the reader's arrays and the answer's lists."""
    whole = grown_curve("e/r/train", "loss", MILLION + SECOND_AFTER)
    for _sample in range(samples):
        growing, reader = GrowingCurves(), _OneCurve(_beginning(whole, MILLION))
        view = View(smoothing=0.9, columns=1_200)
        watch = _Watch()
        first = window(reader, growing, [Wanted("e/r/train", "loss")], view)["series"][0]
        first_row = watch.read("first")
        reader.points = _beginning(whole, MILLION + SECOND_AFTER)
        watch = _Watch()
        after = window(reader, growing, [Wanted("e/r/train", "loss", have=first["have"])], view)["series"][0]
        after_row = watch.read("after")
        assert after["points"] == MILLION + SECOND_AFTER and len(after["x"]) < len(first["x"]) / 100
        yield {**first_row, **after_row, "drawn": len(first["x"])}


class _Watch:
    """Wall and processor time since it was made."""

    def __init__(self) -> None:
        self._wall, self._processor = time.perf_counter(), time.process_time()

    def read(self, name: str) -> dict[str, float]:
        wall, processor = time.perf_counter() - self._wall, time.process_time() - self._processor
        return {f"{name}_seconds": wall, f"{name}_processor_seconds": processor}


class _OneCurve:
    age = None

    def __init__(self, points: GrownSeries) -> None:
        self.points = points

    def series(self, run: str, tag: str) -> GrownSeries:
        return self.points

    def many_series(self, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], GrownSeries]:
        return dict.fromkeys(keys, self.points)

    def damage(self, run: str) -> None:
        return None


def _beginning(whole: GrownSeries, count: int) -> GrownSeries:
    # Copies, as the reader's arrays are new ones after every change.
    return GrownSeries(*(np.array(part[:count]) for part in (whole.steps, whole.wall_times, whole.values)))


def live(case: Case, samples: int) -> Iterator[dict[str, Any]]:
    """Rows of five seconds each on one page that stays open."""
    with tempfile.TemporaryDirectory() as folder:
        logdir = Path(folder).resolve()
        writer = _Writer(logdir, case)
        with started_harness(logdir) as (url, process), chromium_page() as page:
            page.add_init_script(_WATCH_LONG_TASKS)
            page.goto(f"{url}/?charts={CHARTS}&runs={case.runs}&validation=0&smoothing=0.6")
            page.locator(".curves[data-state=live]").nth(CHARTS - 1).wait_for()
            wait_until(lambda: _points(page) >= CHARTS * case.runs * case.points, what="all points")
            writer.start()
            page.wait_for_timeout(3_000)
            for sample in range(samples):
                yield _sample(page, process, sample % CHARTS)
            writer.stop()


def _sample(page: Page, process: psutil.Process, chart: int) -> dict[str, Any]:
    page.locator(".curves").nth(chart).scroll_into_view_if_needed()
    page.evaluate("window.longTasks.length = 0")
    points, processor, started = _points(page), sum(process.cpu_times()[:2]), time.perf_counter()
    page.wait_for_timeout(1_000 * SAMPLE_SECONDS)
    seconds = time.perf_counter() - started
    tasks = page.evaluate("window.longTasks")
    return {
        "longest_task_ms": max(tasks, default=0.0),
        "long_tasks": len(tasks),
        "web_process_share": (sum(process.cpu_times()[:2]) - processor) / seconds,
        "new_points_a_second": (_points(page) - points) / seconds,
        "load": os.getloadavg()[0],
    }


_WATCH_LONG_TASKS = """
window.longTasks = [];
new PerformanceObserver((list) => {
  for (const task of list.getEntries()) window.longTasks.push(task.duration);
}).observe({ type: "longtask", buffered: true });
"""


def _points(page: Page) -> int:
    charts = page.locator(".curves").all()
    return sum(int(chart.get_attribute("data-points") or 0) for chart in charts)


class _Writer:
    """Writes the first points into every curve, then goes on like so many trainers."""

    def __init__(self, logdir: Path, case: Case) -> None:
        self._logdir = logdir
        self._more = case.more_a_second
        names = [f"e/r{run}/train" for run in range(case.runs)]
        self._curves = {
            name: {tag: grown_curve(name, tag, 10 * case.points).values for tag in TAGS} for name in names
        }
        self._step = 0
        self._write(case.points)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._go_on, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._ended.set()
        self._thread.join()

    def _go_on(self) -> None:
        while not self._ended.wait(1.0):
            self._write(self._more)

    def _write(self, count: int) -> None:
        steps = range(self._step, self._step + count)
        for run, curves in self._curves.items():
            points = {
                tag: [(step + 1, float(values[step])) for step in steps] for tag, values in curves.items()
            }
            write_events(self._logdir / run, points)
        self._step += count


@contextmanager
def started_harness(logdir: Path) -> Iterator[tuple[str, psutil.Process]]:
    """The small app of charts over a real log folder: its address and its process."""
    port = find_free_port()
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "streamlit", "run", str(HARNESS), f"--server.port={port}"]
    options = ["--server.headless=true", "--server.address=127.0.0.1", "--browser.gatherUsageStats=false"]
    process = subprocess.Popen(
        [*command, *options],
        env={**os.environ, "BOARDLAB_CHARTS_LOGDIR": str(logdir)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until(lambda: _answers(url), seconds=60, what=f"the charts at {url}")
        yield url, psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(10)


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/_stcore/health", timeout=2).status_code == 200
    except httpx.TransportError:
        return False


def summary(rows: list[dict[str, Any]]) -> str:
    """The tables of the issue."""
    measures = [
        ("a million points", "smoothing and thinning, CPU ms", "first_processor_seconds", 1000, "≤ 100"),
        ("a million points", "the same, wall ms", "first_seconds", 1000, ""),
        ("a million points", "the second after, CPU ms", "after_processor_seconds", 1000, "≤ 5"),
        ("a million points", "the same, wall ms", "after_seconds", 1000, ""),
    ]
    for kind in CASES:
        measures += [
            (kind, "longest main-thread task in 5 s, ms", "longest_task_ms", 1, "≤ 200"),
            (kind, "web process, % of one core", "web_process_share", 100, "≤ 20"),
            (kind, "new points a second on the page", "new_points_a_second", 1, "2000 are written"),
            (kind, "load of the machine", "load", 1, ""),
        ]
    lines = []
    for kind, what, field, factor, goal in measures:
        values = [factor * row[field] for row in rows if row["kind"] == kind]
        if values:
            lines.append(
                [kind, what, len(values), *(percentile(values, part) for part in (50, 95, 100)), goal]
            )
    return table(["case", "measured", "samples", "median", "p95", "max", "goal"], lines)


if __name__ == "__main__":
    main()
