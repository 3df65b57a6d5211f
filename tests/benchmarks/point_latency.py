"""From a written point to the screen of a real browser, while a trainer uses all cores.

    python -m tests.benchmarks.point_latency [--seconds 90]

A convolutional network trains as fast as it can. Each point carries the moment it was measured; the chart tells
when it first showed that step or a later one. So a point's wait for its chunk to end, for the disk, the data server,
the reader and the browser are all in it.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import psutil
from playwright.sync_api import Page

from tests.benchmarks.measuring import keep_rows, percentile, report, table
from tests.benchmarks.watching import chromium_page, sightings, watch_every_step
from tests.running import App, started_app, wait_until
from trainers.launchers import cancel, submit
from trainers.runs import FINISHED, Run, read_status
from trainers.specs import ClassifySpec

NAME = "point_latency"
BUSY = ClassifySpec(model="simple_cnn", epochs=1000)


def main() -> None:
    """Measures once and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=90, help="how long to watch (default: 90)")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        logdir = Path(folder).resolve() / "logs"
        logdir.mkdir()
        with started_app(logdir) as app, chromium_page() as page:
            run = submit(BUSY, logdir=logdir, experiment="busy", name="cnn")
            page.goto(f"{app.url}/?run={run.key}")
            share = watch(page, run, chosen.seconds)
            seen = sightings(page)
            cancel(run)
            wait_until(lambda: read_status(run.status_file).state in FINISHED, seconds=120)
            rows = latencies(points(app, run), seen)
    keep_rows(NAME, rows)
    report(summary(rows, len(seen), share))


def watch(page: Page, run: Run, seconds: int) -> float:
    """Lets the page draw the run for a while; gives how many cores its trainer used meanwhile."""
    wait_until(lambda: read_status(run.status_file).step > 10, seconds=120, what="the first steps")
    page.locator("section.curves").first.wait_for()
    page.wait_for_timeout(3000)
    status = read_status(run.status_file)
    assert status.process is not None
    trainer = psutil.Process(status.process.pid)
    trainer.cpu_percent()
    watch_every_step(page)
    page.wait_for_timeout(seconds * 1000)
    return float(trainer.cpu_percent()) / 100


def points(app: App, run: Run) -> list[tuple[int, float]]:
    """Every point of the first chart's training curve: step and the moment it was measured (Unix seconds)."""
    address = f"{app.url}/tensorboard/data/plugin/scalars/scalars"
    answer = httpx.get(address, params={"run": f"{run.key}/train", "tag": "accuracy"}, timeout=60)
    answer.raise_for_status()
    return [(int(step), float(moment)) for moment, step, _ in answer.json()]


def latencies(points: list[tuple[int, float]], seen: list[tuple[int, float]]) -> list[dict[str, Any]]:
    """For each point that came while the page was watched: how long until a sighting of its step or a later one."""
    steps = np.maximum.accumulate([step for step, _ in seen])
    moments = [moment for _, moment in seen]
    rows = []
    for step, measured in points:
        sighting = int(np.searchsorted(steps, step))
        if steps[0] < step <= steps[-1]:
            rows.append({"step": step, "seconds": moments[sighting] - measured})
    return rows


def summary(rows: list[dict[str, Any]], refreshes: int, cores: float) -> str:
    """The table of the README's claim: seconds."""
    seconds = [row["seconds"] for row in rows]
    heads = ["points", "refreshes", "median s", "p95 s", "longest s", "cores the trainer used"]
    line = [len(rows), refreshes, percentile(seconds, 50), percentile(seconds, 95), max(seconds), cores]
    return table(heads, [line])


if __name__ == "__main__":
    main()
