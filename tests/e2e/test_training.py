"""A newcomer trains a network through the page; page, artifact and TensorBoard say the same."""

from __future__ import annotations

import json
import re
import shutil
import time
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.running import App, copy_run, started_app, wait_until
from trainers.runs import find_runs, read_status

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The app as it is found, with a spare."""
    logdir = tmp_path_factory.mktemp("newcomer") / "logs"
    logdir.mkdir()
    with started_app(logdir) as app:
        yield app


def metric(page: Page, label: str) -> str:
    """The value under a label, as it stands on the page."""
    box = page.get_by_test_id("stMetric").filter(has_text=label).last
    return box.get_by_test_id("stMetricValue").inner_text()


def percents(text: str) -> list[float]:
    return [float(number) for number in re.findall(r"[\d.]+", text)]


def curve(app: App, run: str, tag: str) -> list[tuple[float, int, float]]:
    """A curve as TensorBoard's own page gets it: wall time, step, value."""
    answer = httpx.get(
        f"{app.url}/tensorboard/data/plugin/scalars/scalars", params={"run": run, "tag": tag}, timeout=30
    )
    answer.raise_for_status()
    return [tuple(point) for point in answer.json()]


def test_the_accuracy_on_the_page_is_the_artifacts_and_tensorboards(app, page):
    page.goto(app.url)
    epochs = page.get_by_role("spinbutton", name="Epochs")
    epochs.fill("3")
    epochs.press("Enter")
    page.get_by_role("button", name="Start").click()
    page.get_by_text("Test accuracy", exact=True).first.wait_for(timeout=90_000)

    (run,) = find_runs(app.logdir)
    status = read_status(run.status_file)
    assert status.state == "completed"
    assert run.spec().epochs == 3

    evaluation = json.loads((run.artifacts / "evaluation.json").read_text())
    accuracy, error = percents(metric(page, "Test accuracy"))
    assert accuracy == round(evaluation["test_accuracy"] * 100, 1)
    assert error == round(evaluation["standard_error"] * 100, 1)
    right = sum(row[number] for number, row in enumerate(evaluation["confusion"]))
    assert right / evaluation["test_count"] == pytest.approx(evaluation["test_accuracy"])

    validation = wait_until(
        lambda: (points := curve(app, f"{run.key}/validation", "accuracy")) and len(points) == 3 and points,
        what="TensorBoard to have all three epochs",
    )
    assert percents(metric(page, "Validation")) == [round(validation[-1][2] * 100, 1)]
    assert validation[-1][1] == status.step
    assert len(curve(app, f"{run.key}/train", "loss")) == status.step


def test_two_who_press_start_at_once_get_a_run_each(app, new_page):
    before = {run.key for run in find_runs(app.logdir)}
    people = [new_page(), new_page()]
    for person in people:
        person.goto(app.url)
        person.get_by_role("button", name="Start").wait_for()
    moment = time.time() * 1000 + 1500
    for person in people:
        person.evaluate(
            """moment => {
                const start = [...document.querySelectorAll("button")].find(b => b.innerText.includes("Start"))
                setTimeout(() => start.click(), moment - Date.now())
            }""",
            moment,
        )
    started = wait_until(
        lambda: len(now := {run.key for run in find_runs(app.logdir)} - before) == 2 and now,
        what="a run for each",
    )
    for person in people:
        expect(person.get_by_test_id("stException")).to_have_count(0)
        expect(person.get_by_test_id("stAlert")).to_have_count(0)
    for run in find_runs(app.logdir):
        if run.key in started:
            wait_until(lambda run=run: read_status(run.status_file).state == "completed", seconds=90)


def test_a_run_deleted_by_hand_just_disappears(app, page, trained_run):
    kept = copy_run(trained_run, app.logdir, experiment="by hand", name="kept")
    gone = copy_run(trained_run, app.logdir, experiment="by hand", name="gone")
    address = f"?run={kept.key}&run={gone.key}"
    for path in ("", "runs", "tensor_board"):
        page.goto(f"{app.url}/{path}{address}")
        expect(page.get_by_text("gone").filter(visible=True).first).to_be_visible()
    page.goto(f"{app.url}/{address}")
    expect(page.get_by_text("Test accuracy", exact=True)).to_have_count(2)
    shutil.rmtree(gone.path)
    wait_until(
        lambda: gone.key not in httpx.get(f"{app.url}/tensorboard/data/runs", timeout=30).text,
        what="TensorBoard",
    )
    page.wait_for_timeout(2500)  # the page that shows it goes on asking for its curves
    expect(page.get_by_test_id("stException")).to_have_count(0)
    page.reload()
    expect(page.get_by_text("Test accuracy", exact=True)).to_have_count(1)
    expect(page.get_by_test_id("stException")).to_have_count(0)
    for path in ("runs", "tensor_board"):
        page.goto(f"{app.url}/{path}{address}")
        expect(page.get_by_test_id("stException")).to_have_count(0)
    shutil.rmtree(kept.path)
    page.goto(f"{app.url}/{address}")
    expect(page.get_by_test_id("stException")).to_have_count(0)
