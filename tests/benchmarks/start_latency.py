"""From pressing Start to the first point on the chart, in a real browser: with the spare, and cold.

    python -m tests.benchmarks.start_latency [--samples 30] [--anew]

Cold means that the spare was killed just before, so that a new process imports TensorFlow first. Both kinds take
turns, so that a busy moment of the machine meets both. Every row is kept as soon as it is measured; what was cut
short goes on. The parts: Start to the trainer's first step (its wall time in the event file), from there to the
screen.
"""

from __future__ import annotations

import shutil
import signal
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx
import psutil
from playwright.sync_api import Page

from tests.benchmarks.measuring import keep_rows, kept_rows, percentile, report, sampling, table
from tests.benchmarks.watching import chromium_page, pressed_and_drawn, watch_for_the_first_point
from tests.running import App, started_app, wait_until
from trainers.launchers.spare import Spare, find_spares
from trainers.runs import FINISHED, Run, find_runs, read_status, state_folder

NAME = "start_latency"
KINDS = ("spare", "cold")


def main() -> None:
    """Measures what is missing and prints the table."""
    chosen = sampling(__doc__).parse_args()
    rows = kept_rows(NAME, anew=chosen.anew)
    with tempfile.TemporaryDirectory() as folder:
        logdir = Path(folder).resolve() / "logs"
        logdir.mkdir()
        with started_app(logdir) as app, chromium_page() as page:
            while kind := _next_kind(rows, chosen.samples):
                row = measure(app, page, kind)
                if row["kind"] == kind:  # else a new spare was faster than the press
                    rows.append(row)
                    keep_rows(NAME, rows)
                print(
                    {
                        name: round(value, 2) if isinstance(value, float) else value
                        for name, value in row.items()
                    }
                )
    report(summary(rows))


def _next_kind(rows: list[dict[str, Any]], samples: int) -> str | None:
    counts = {kind: sum(row["kind"] == kind for row in rows) for kind in KINDS}
    fewest = min(KINDS, key=lambda kind: counts[kind])
    return fewest if counts[fewest] < samples else None


def measure(app: App, page: Page, kind: str) -> dict[str, Any]:
    """One start with the settings a newcomer finds; leaves the log folder empty."""
    spare = ready_spare(app.logdir)
    page.goto(app.url)
    start = page.get_by_role("button", name="Start")
    start.wait_for()
    page.get_by_text("Device:").first.wait_for(timeout=90_000)  # the helper has answered and is idle
    page.wait_for_timeout(1500)
    watch_for_the_first_point(page)
    if kind == "cold":
        assert spare.process is not None
        psutil.Process(spare.process.pid).send_signal(signal.SIGKILL)
    start.click()
    began_as = kind_of_start(app.logdir, spare)
    pressed, drawn = pressed_and_drawn(page, seconds=60)
    (run,) = find_runs(app.logdir)
    first_step = wall_time_of_first_step(app, run)
    row = {
        "kind": began_as,
        "seconds": drawn - pressed,
        "to_first_step": first_step - pressed,
        "to_screen": drawn - first_step,
    }
    wait_until(lambda: read_status(run.status_file).state in FINISHED, seconds=60)
    page.goto("about:blank")
    shutil.rmtree(run.path.parent)
    return row


def ready_spare(logdir: Path) -> Spare:
    """The spare that waits with TensorFlow imported, once nothing else is at work."""

    def find() -> Spare | None:
        ready = [one for one in find_spares(state_folder(logdir)) if one.idle and one.ready and one.alive]
        return ready[0] if ready else None

    spare = wait_until(find, seconds=120, what="a spare")
    time.sleep(1.0)
    return spare


def kind_of_start(logdir: Path, spare: Spare) -> str:
    """Whether this spare, another one that was not ready yet, or a process of its own was given the run."""
    process = wait_until(
        lambda: next((read_status(run.status_file).process for run in find_runs(logdir)), None), seconds=60
    )
    if spare.process is None:
        return "cold"
    if process.pid == spare.process.pid:
        return "spare"
    pids = [one.process.pid for one in find_spares(state_folder(logdir)) if one.process is not None]
    return "half-ready spare" if process.pid in pids else "cold"


def wall_time_of_first_step(app: App, run: Run) -> float:
    """When the trainer had taken its first step, as TensorBoard has it (Unix seconds)."""
    answer = httpx.get(
        f"{app.url}/tensorboard/data/plugin/scalars/scalars",
        params={"run": f"{run.key}/train", "tag": "loss"},
    )
    answer.raise_for_status()
    return float(answer.json()[0][0])


def summary(rows: list[dict[str, Any]]) -> str:
    """The table of the README's claims: seconds."""
    lines = []
    for kind in KINDS:
        measured = [row for row in rows if row["kind"] == kind]
        if measured:
            seconds = [row["seconds"] for row in measured]
            parts = [
                percentile([row[part] for row in measured], 50) for part in ("to_first_step", "to_screen")
            ]
            lines.append(
                [kind, len(seconds), percentile(seconds, 50), percentile(seconds, 95), max(seconds), *parts]
            )
    heads = [
        "start",
        "samples",
        "median s",
        "p95 s",
        "longest s",
        "median s to first step",
        "then to the screen",
    ]
    return table(heads, lines)


if __name__ == "__main__":
    main()
