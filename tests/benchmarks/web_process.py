"""The web process: how soon its first page is there, how much memory it takes, and ten million points.

    python -m tests.benchmarks.web_process [--samples 30] [--anew] [--without-points]

Each sample starts the real app with a trained run and opens its first page in a browser that already runs: seconds
from the start of the process until the server answers, and until the page's words stand there. Right before, the same
is done with a page of Streamlit's that says one word: what of the time is the machine's and the framework's. Memory
is read after the first page, and again after the runs page, TensorBoard and its answers. The last part reads
10,000,000 points (20 runs of 10 tags of 50,000) and draws a million of them.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx
import psutil
from playwright.sync_api import Page

from tests.benchmarks.measuring import keep_rows, kept_rows, percentile, report, sampling, table
from tests.benchmarks.watching import chromium_page
from tests.dashboard.reading.event_files import line, write_events
from tests.running import App, run_command, started_app, wait_until

NAME, POINTS_NAME = "web_process", "web_process_points"
RUNS, TAGS, STEPS = 20, 10, 50_000
MOST_SECONDS, MOST_MEGABYTES = 3, 300


def main() -> None:
    """Measures what is missing and prints the tables."""
    parser = sampling(__doc__, rows="starts of the app")
    parser.add_argument("--without-points", action="store_true", help="leave the ten million points out")
    chosen = parser.parse_args()
    rows = kept_rows(NAME, anew=chosen.anew)
    points = kept_rows(POINTS_NAME, anew=chosen.anew)
    with tempfile.TemporaryDirectory() as folder, chromium_page() as page:
        logdir = Path(folder).resolve() / "start" / "logs"
        logdir.mkdir(parents=True)
        if len(rows) < chosen.samples:
            arguments = (
                "--dataset mnist-5k --model softmax --epochs 2 --experiment digits --run softmax".split()
            )
            run_command("classify", *arguments, "--logdir", str(logdir)).check_returncode()
        while len(rows) < chosen.samples:
            rows.append(measure_start(logdir, page))
            keep_rows(NAME, rows)
        if not points and not chosen.without_points:
            points = [measure_points(Path(folder).resolve() / "points" / "logs")]
            keep_rows(POINTS_NAME, points)
    report("\n\n".join([summary(rows), *map(summary_of_points, points[:1])]))


def measure_start(logdir: Path, page: Page) -> dict[str, Any]:
    """One row: a start of the app and what it holds."""
    with tempfile.TemporaryDirectory() as folder:
        bare = Path(folder) / "bare.py"
        bare.write_text('import streamlit\n\nstreamlit.write("softmax")\n')
        started = time.perf_counter()
        with started_app(logdir, "--server.headless=true", script=bare) as app:
            page.goto(app.url)
            page.get_by_text("softmax").first.wait_for()
            bare_seconds = time.perf_counter() - started
    started = time.perf_counter()
    with started_app(logdir) as app:
        answered = time.perf_counter() - started
        page.goto(app.url)
        page.get_by_text("softmax").first.wait_for()
        shown = time.perf_counter() - started
        first = _megabytes(app.process.pid)
        page.locator("canvas").first.wait_for()
        for path in ("runs", "tensor_board", "present"):
            page.goto(f"{app.url}/{path}")
            page.get_by_test_id("stMain").wait_for()
        httpx.get(f"{app.url}/tensorboard/data/plugins_listing", timeout=30)
        page.wait_for_timeout(2000)
        return {
            "bare_seconds": bare_seconds,
            "server_seconds": answered,
            "page_seconds": shown,
            "first_page_mb": first,
            "all_pages_mb": _megabytes(app.process.pid),
            "data_server_mb": _data_server_megabytes(app),
        }


def measure_points(logdir: Path) -> dict[str, Any]:
    """Ten million points: how soon they are there, what they take, and what drawing a million of them takes."""
    first = write_events(logdir / "many/run-00/train", {f"tag-{tag}": line(STEPS) for tag in range(TAGS)})
    for number in range(1, RUNS):
        folder = logdir / f"many/run-{number:02d}/train"
        folder.mkdir(parents=True)
        shutil.copy(first, folder / first.name)
    runs = [f"many/run-{number:02d}/train" for number in range(RUNS)]
    with started_app(logdir) as app:
        started = time.perf_counter()
        wait_until(lambda: _points(app, runs[-1], f"tag-{TAGS - 1}") == STEPS, seconds=300, what="all points")
        listed = time.perf_counter() - started
        pairs = [(name, value) for run in runs for name, value in (("run", run), ("tag", "tag-0"))]
        asked = time.perf_counter()
        answer = httpx.get(f"{app.url}/api/curves", params=[*pairs, ("smoothing", "0.9")], timeout=300)
        drawn = time.perf_counter() - asked
        assert sum(series["points"] for series in answer.json()["series"]) == RUNS * STEPS
        again = time.perf_counter()
        httpx.get(f"{app.url}/api/curves", params=[*pairs, ("smoothing", "0.9")], timeout=300)
        return {
            "points": RUNS * TAGS * STEPS,
            "read_seconds": listed,
            "data_server_mb": _data_server_megabytes(app),
            "first_answer_seconds": drawn,
            "next_answer_seconds": time.perf_counter() - again,
            "answer_kb": len(answer.content) / 1000,
            "web_process_mb": _megabytes(app.process.pid),
        }


def _points(app: App, run: str, tag: str) -> int:
    answer = httpx.get(f"{app.url}/api/curves", params={"run": run, "tag": tag}, timeout=60)
    return int(answer.json()["series"][0]["points"])


def _megabytes(pid: int) -> float:
    return psutil.Process(pid).memory_info().rss / 1e6


def _data_server_megabytes(app: App) -> float:
    return float(httpx.get(f"{app.url}/api/health").json()["data_server"]["memory_bytes"]) / 1e6


def summary(rows: list[dict[str, Any]]) -> str:
    """The table of the issue."""
    names = {
        "bare_seconds": "a page of one word: start to the first page, s",
        "server_seconds": "start to the server's first answer, s",
        "page_seconds": "start to the first page, s",
        "first_page_mb": "web process after the first page, MB",
        "all_pages_mb": "web process after every page and TensorBoard, MB",
        "data_server_mb": "data server, MB",
    }
    lines = [
        [text, len(rows), *(percentile([row[name] for row in rows], percent) for percent in (50, 95, 100))]
        for name, text in names.items()
        if rows
    ]
    goal = f"Goals: first page within {MOST_SECONDS} s, web process at most {MOST_MEGABYTES} MB."
    return f"{table(['measured', 'samples', 'median', 'p95', 'max'], lines)}\n\n{goal}"


def summary_of_points(row: dict[str, Any]) -> str:
    """What ten million points cost."""
    return table(["ten million points", "value"], [[name.replace("_", " "), row[name]] for name in row])


if __name__ == "__main__":
    main()
