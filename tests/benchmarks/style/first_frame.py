"""From pressing Paint to the painting's first frame on the page, in a real browser, with the warm spare.

    python -m tests.benchmarks.style.first_frame [--samples 30] [--anew]

A photo and a painting of the lab's own samples, and the settings that a newcomer finds: 512 pixels. Each painting is
stopped as soon as its first frame was seen.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from tests.benchmarks.measuring import keep_rows, kept_rows, percentile, report, sampling, table
from tests.benchmarks.start_latency import kind_of_start, ready_spare
from tests.benchmarks.watching import chromium_page, pressed_and_drawn, watch_for_the_first_frame
from tests.running import App, started_app, wait_until
from trainers.runs import FINISHED, find_runs, read_status

NAME = "first_frame"
PICTURES = "stylize_content=china&stylize_style=waves"
GOAL = 4


def main() -> None:
    """Measures what is missing and prints the table."""
    chosen = sampling(__doc__, rows="paintings begun").parse_args()
    rows = kept_rows(NAME, anew=chosen.anew)
    with tempfile.TemporaryDirectory() as folder:
        logdir = Path(folder).resolve() / "logs"
        logdir.mkdir()
        with started_app(logdir) as app, chromium_page() as page:
            while len(rows) < chosen.samples:
                rows.append(measure(app, page))
                keep_rows(NAME, rows)
                print(rows[-1], flush=True)
    report(summary(rows))


def measure(app: App, page: Page) -> dict[str, Any]:
    """One painting from Paint to its first frame; leaves the log folder empty."""
    spare = ready_spare(app.logdir)
    page.goto(f"{app.url}/paint?{PICTURES}")
    page.get_by_alt_text("Preview of the painting").wait_for(timeout=120_000)  # the helper is idle
    paint = page.get_by_role("button", name="Paint", exact=True)
    page.wait_for_timeout(1500)
    watch_for_the_first_frame(page)
    paint.click()
    began_as = kind_of_start(app.logdir, spare)
    pressed, drawn = pressed_and_drawn(page, seconds=120)
    (run,) = find_runs(app.logdir)
    page.get_by_role("button", name="Stop", exact=True).click()
    wait_until(lambda: read_status(run.status_file).state in FINISHED, seconds=120)
    page.goto("about:blank")
    shutil.rmtree(run.path.parent)
    return {"kind": began_as, "seconds": drawn - pressed}


def summary(rows: list[dict[str, Any]]) -> str:
    """The table: seconds."""
    lines = []
    for kind in dict.fromkeys(row["kind"] for row in rows):
        seconds = [row["seconds"] for row in rows if row["kind"] == kind]
        lines.append([kind, len(seconds), percentile(seconds, 50), percentile(seconds, 95), max(seconds)])
    told = table(["start", "samples", "median s", "p95 s", "longest s"], lines)
    return f"{told}\n\nGoal: {GOAL} s with the warm spare."


if __name__ == "__main__":
    main()
