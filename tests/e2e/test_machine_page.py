"""The Machine page before a real browser: a training is seen at work, and its speed is compared only after it."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from tests.running import wait_until
from trainers.launchers import cancel, finished_comparison, read_comparison, submit
from trainers.runs import read_status
from trainers.specs import ClassifySpec

pytestmark = [pytest.mark.browser, pytest.mark.long, pytest.mark.timeout(400)]

SCREENSHOTS = Path(__file__).parent / "screenshots"
COMPARISON_MS = 120_000  # some processes, each of which imports TensorFlow


def test_a_training_is_seen_at_work_and_the_comparison_waits_until_it_ended(app, new_page):
    run = submit(ClassifySpec(epochs=5_000, pace=200), logdir=app.logdir, experiment="课", name="softmax-1")
    page = new_page()
    page.goto(f"{app.url}/machine?speed_model=softmax")
    row = page.get_by_role("row").filter(has_text="Trains")
    row.wait_for(timeout=90_000)
    process = wait_until(lambda: read_status(run.status_file).process)
    expect(row).to_contain_text(str(process.pid))
    expect(row).to_contain_text(re.compile(r"\d{3} MB|\d\.\d GB"))
    page.get_by_role("button", name="Compare speeds").click()
    page.get_by_text("softmax: waiting for 1 run to end").wait_for()
    page.screenshot(path=SCREENSHOTS / "machine-waiting.png")

    row.get_by_role("link").click()
    page.get_by_role("button", name="Stop").wait_for()
    assert parse_qs(urlsplit(page.url).query)["run"] == [run.key]

    page.go_back()
    page.get_by_text("softmax: waiting for 1 run to end").wait_for()
    cancel(run)
    page.get_by_text("softmax on mnist-5k, batches of 128").wait_for(timeout=COMPARISON_MS)
    expect(page.get_by_role("button", name="Compare speeds")).to_be_visible()
    report = finished_comparison(app.logdir, "softmax", "mnist-5k")
    assert report == read_comparison(app.logdir)
    assert report.began > read_status(run.status_file).finished
    page.get_by_test_id("stVegaLiteChart").scroll_into_view_if_needed()
    page.wait_for_timeout(1500)
    for width, height in ((1280, 900), (1920, 1080)):
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(1500)
        page.screenshot(path=SCREENSHOTS / f"machine-speed-{width}.png")
