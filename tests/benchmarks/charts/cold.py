"""One million points in event files, nothing read yet: how soon the first chart of them is there, and elsewhere.

    python -m tests.benchmarks.charts.cold [--samples 5] [--anew] [--others PYTHON]

The folder holds 50 runs of 10 tags of 2,000 points. Each sample reads it anew in processes of their own, one after the
other, the first of them another one each time; seconds count from where a process has its imports behind it until the
50 curves of one tag are there as a chart needs them.
  ours            the data server, the reader and the answer of /api/curves, thinned for 800 columns
  page            from the start of the web process until a browser that runs already shows the chart
  TensorBoard     its EventAccumulator with every scalar kept, without TensorFlow
  tbparse         its SummaryReader
  tb-like         from the start of its server, with an empty cache, until it has every run and answers for the tag
Who is not done after 200 s is stopped and stands in the table with that number. The last two are not ours to install:
`python -m venv X && X/bin/pip install tb-like tbparse`, then `--others X/bin/python`.
"""

from __future__ import annotations

import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Page

from tests.benchmarks.charts.live import started_harness
from tests.benchmarks.measuring import keep_rows, kept_rows, percentile, report, sampling, table
from tests.benchmarks.watching import chromium_page
from tests.dashboard.curves.growing_runs import grown_curve
from tests.dashboard.reading.event_files import write_events
from tests.running import REPOSITORY, find_free_port

NAME = "charts_cold"
RUNS, TAGS, STEPS = 50, 10, 2_000
FIRST_TAG = "accuracy"
MOST_SECONDS = 2
PATIENCE = 200.0

_OURS = """
import json, sys, time
from pathlib import Path
from dashboard.curves.growing import GrowingCurves
from dashboard.curves.window import View, Wanted, window
from dashboard.reading import DataServer, Reader
print("begin", flush=True)
server = DataServer(Path(sys.argv[1]))
server.start()
reader = Reader(server)
reader.start()
runs = sys.argv[3:]
while sum(sys.argv[2] in reader.tags(run) for run in runs) < len(runs):
    time.sleep(0.01)
answer = window(reader, GrowingCurves(), [Wanted(run, sys.argv[2]) for run in runs], View(smoothing=0.6))
json.dumps(answer)
print(sum(series["points"] for series in answer["series"]), flush=True)
reader.close()
server.close()
"""
_TENSORBOARD = """
import sys, types
sys.modules["tensorboard.compat.notf"] = types.ModuleType("tensorboard.compat.notf")
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
print("begin", flush=True)
count = 0
for run in sys.argv[3:]:
    events = EventAccumulator(f"{sys.argv[1]}/{run}", size_guidance={"scalars": 0})
    events.Reload()
    count += len(events.Scalars(sys.argv[2]))
print(count, flush=True)
"""
_TBPARSE = """
import sys
from tbparse import SummaryReader
print("begin", flush=True)
scalars = SummaryReader(sys.argv[1], extra_columns={"dir_name"}).scalars
print(int((scalars["tag"] == sys.argv[2]).sum()), flush=True)
"""


def main() -> None:
    """Measures what is missing and prints the table."""
    parser = sampling(__doc__, rows="readings by each", samples=5)
    parser.add_argument(
        "--others", help="a Python that has tb-like and tbparse; without it they are left out"
    )
    chosen = parser.parse_args()
    rows = kept_rows(NAME, anew=chosen.anew)
    with tempfile.TemporaryDirectory() as folder, chromium_page() as page:
        logdir = Path(folder).resolve() / "logs"
        if any(len(_seconds(rows, name)) < chosen.samples for name in readers(chosen.others)):
            write_a_million(logdir)
        for sample in range(chosen.samples):
            known = list(readers(chosen.others).items())
            for name, read in known[sample % len(known) :] + known[: sample % len(known)]:
                if len(_seconds(rows, name)) > sample:
                    continue
                rows.append({"reader": name, "seconds": read(logdir, page), "load": os.getloadavg()[0]})
                keep_rows(NAME, rows)
    report(summary(rows))


def readers(others: str | None) -> dict[str, Callable[[Path, Page], float]]:
    """Who reads the folder, and how it is asked: each gives the seconds until the curves were there."""
    own = {
        "ours": lambda logdir, _page: _process(sys.executable, _OURS, logdir),
        "page": _page_seconds,
        "TensorBoard": lambda logdir, _page: _process(others or sys.executable, _TENSORBOARD, logdir),
    }
    if others is None:
        return own
    return {
        **own,
        "tbparse": lambda logdir, _page: _process(others, _TBPARSE, logdir),
        "tb-like": lambda logdir, _page: _tb_like(others, logdir),
    }


def write_a_million(logdir: Path) -> None:
    """The folder, its runs alike, and beside it `flat` with links to them: tb-like looks no deeper than one level."""
    tags = [FIRST_TAG, *(f"loss{number}" for number in range(1, TAGS))]
    curves = {tag: grown_curve(runs()[0], tag, STEPS) for tag in tags}
    first = write_events(
        logdir / runs()[0],
        {tag: zip(one.steps.tolist(), one.values.tolist(), strict=True) for tag, one in curves.items()},
    )
    flat = logdir.parent / "flat"
    flat.mkdir()
    for run in runs():
        if not (logdir / run).exists():
            shutil.copytree(first.parent, logdir / run)
        (flat / _flat(run)).symlink_to(logdir / run)


def runs() -> list[str]:
    """The names of the runs."""
    return [f"e/r{number}/train" for number in range(RUNS)]


def _flat(run: str) -> str:
    return run.split("/")[1]


def _process(python: str, code: str, logdir: Path) -> float:
    """The seconds until the process said how many points it has; PATIENCE where it has not by then."""
    command = [python, "-c", code, str(logdir), FIRST_TAG, *runs()]
    options = {"cwd": REPOSITORY, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "text": True}
    with _ended(subprocess.Popen(command, **options)) as process:
        assert process.stdout.readline() == "begin\n"
        started = time.perf_counter()
        ready, _writable, _failed = select.select([process.stdout], [], [], PATIENCE)
        if not ready:
            return PATIENCE
        said = process.stdout.readline()
        seconds = time.perf_counter() - started
    assert said.strip() == str(RUNS * STEPS), f"{RUNS * STEPS} points were to come, not {said!r}"
    return seconds


def _page_seconds(logdir: Path, page: Page) -> float:
    started = time.perf_counter()
    with started_harness(logdir) as (url, _process):
        page.goto(f"{url}/?charts=1&runs={RUNS}&validation=0&smoothing=0.6")
        page.wait_for_function(_DRAWN, arg=RUNS * STEPS, timeout=1000 * PATIENCE)
        return time.perf_counter() - started


_DRAWN = """points => {
  const find = (root) => [...root.querySelectorAll("*")].flatMap((part) => [
    ...(part.matches("section.curves") ? [part] : []), ...(part.shadowRoot ? find(part.shadowRoot) : [])]);
  return find(document).some((chart) => Number(chart.dataset.points) === points && Number(chart.dataset.drawn) > 0);
}"""


def _tb_like(python: str, logdir: Path) -> float:
    port = find_free_port()
    with tempfile.TemporaryDirectory() as cache:
        started = time.perf_counter()
        command = [
            str(Path(python).with_name("tblike")),
            str(logdir.parent / "flat"),
            "--port",
            str(port),
            "--cache-dir",
            cache,
        ]
        with _ended(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)):
            url = f"http://127.0.0.1:{port}/api"
            while time.perf_counter() - started < PATIENCE and _tb_likes_curves(url) < RUNS:
                time.sleep(0.02)
            return min(PATIENCE, time.perf_counter() - started)


def _tb_likes_curves(url: str) -> int:
    """How many curves of the tag it answers with, in its own number of points."""
    try:
        answer = httpx.post(
            f"{url}/series", json={"run_ids": [_flat(run) for run in runs()], "tags": [FIRST_TAG]}, timeout=60
        )
    except httpx.TransportError:
        return 0
    return len(answer.json()["series"]) if answer.status_code == 200 else 0


@contextmanager
def _ended(process: subprocess.Popen[Any]) -> Iterator[subprocess.Popen[Any]]:
    try:
        yield process
    finally:
        process.terminate()
        process.wait(10)


def _seconds(rows: list[dict[str, Any]], name: str) -> list[float]:
    return [row["seconds"] for row in rows if row["reader"] == name]


def summary(rows: list[dict[str, Any]]) -> str:
    """The table of the issue."""
    ours = percentile(_seconds(rows, "ours"), 50)
    lines = []
    for name in dict.fromkeys(row["reader"] for row in rows):
        values = _seconds(rows, name)
        median = percentile(values, 50)
        lines.append(
            [name, len(values), median, percentile(values, 95), max(values), f"{median / ours:.1f}×"]
        )
    goal = f"Goal: the first chart within {MOST_SECONDS} s."
    heads = ["reader of 1,000,000 points", "samples", "median s", "p95", "max", "of ours"]
    return f"{table(heads, lines)}\n\n{goal}"


if __name__ == "__main__":
    main()
