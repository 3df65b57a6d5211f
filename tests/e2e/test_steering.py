"""A running training is slowed to a halt, paused and resumed by mouse; what happened is read from its event files."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.running import App, wait_until
from tests.trainers.conftest import curve
from trainers.launchers import submit
from trainers.runs import Run, is_alive, read_status
from trainers.specs import ClassifySpec

pytestmark = pytest.mark.browser

RATE = float(np.float32(0.0125))


@pytest.fixture(scope="module")
def run(app: App) -> Run:
    spec = ClassifySpec(epochs=500, pace=100)
    run = submit(spec, logdir=app.logdir, experiment="steered", name="softmax-1")
    wait_until(lambda: read_status(run.status_file).step > 0, seconds=90, what="the first steps")
    return run


def open_run(app: App, page: Page, run: Run) -> None:
    page.goto(f"{app.url}/?run={run.key}")
    page.get_by_role("button", name="Stop").wait_for()


def rates(run: Run) -> list[float]:
    return curve(run.path / "train", "learning_rate")[1].tolist()


def test_a_rate_set_on_the_page_is_in_the_curve(app: App, run: Run, page: Page) -> None:
    open_run(app, page, run)
    page.locator('[class*="st-key-rate-steered"] button').first.click()
    box = page.get_by_role("textbox", name="Learning rate")
    box.fill("0.0125")
    page.get_by_role("button", name="Set now").click()
    page.get_by_text("The learning rate is 0.0125 after step").wait_for()
    wait_until(lambda: rates(run)[-1] == RATE, what="the curve")
    assert rates(run)[0] == pytest.approx(0.001)


def test_a_pause_ends_the_process_and_a_resumed_run_goes_on_at_that_rate(
    app: App, run: Run, page: Page
) -> None:
    open_run(app, page, run)
    process = read_status(run.status_file).process
    assert process is not None
    page.get_by_role("button", name="Pause").click()
    resume = page.get_by_role("button", name="Resume")
    resume.wait_for()
    expect(page.get_by_text("paused", exact=True).first).to_be_visible()
    expect(page.get_by_role("button", name="Pause")).to_have_count(0)
    wait_until(lambda: not is_alive(process), what="the trainer to give its memory back")
    paused_at = read_status(run.status_file).step
    assert len(rates(run)) == paused_at

    resume.click()
    page.get_by_role("button", name="Pause").wait_for(timeout=90_000)
    wait_until(lambda: len(rates(run)) > paused_at + 50, what="further points")
    steps = curve(run.path / "train", "loss")[0].tolist()
    assert steps == list(range(1, len(steps) + 1))  # each step once, in order, across the pause
    assert set(rates(run)[paused_at:]) == {RATE}
    page.get_by_role("button", name="Stop").click()
    page.get_by_text("stopped", exact=True).first.wait_for(timeout=60_000)
