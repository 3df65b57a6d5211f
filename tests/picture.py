"""Takes the README's picture: two small networks learning side by side in the real app. `python -m tests.picture`"""

from __future__ import annotations

import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.machine import find_chromium
from tests.running import started_app, wait_until
from trainers.launchers import submit
from trainers.runs import find_runs, read_status
from trainers.specs import ClassifySpec

PICTURE = Path(__file__).resolve().parent.parent / ".github" / "pictures" / "train.png"
ARMS = ("sigmoid", "relu")


def take_picture(logdir: Path) -> None:
    """Trains both arms slowly and looks at the page when two thirds are done."""
    with started_app(logdir, BOARDLAB_LIMIT="2") as app, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox"])
        page = browser.new_page(
            viewport={"width": 1280, "height": 720}, color_scheme="light", device_scale_factor=1.5
        )
        for activation in ARMS:
            spec = ClassifySpec(model="mlp", activation=activation, epochs=15, pace=16)
            submit(spec, logdir=logdir, experiment="sigmoid-against-relu", name=activation)
        page.goto(app.url)
        runs = find_runs(logdir)
        wait_until(
            lambda: all((read_status(run.status_file).epoch or 0) >= 10 for run in runs),
            seconds=120,
            what="ten epochs",
        )
        page.wait_for_timeout(2000)
        PICTURE.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=PICTURE)
        browser.close()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        logs = Path(folder) / "logs"
        logs.mkdir()
        take_picture(logs)
