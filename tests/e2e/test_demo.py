"""`make demo`: whoever opens the address first sees sigmoid and ReLU learn side by side."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.running import started_app, wait_until
from trainers.runs import find_runs, read_status

pytestmark = pytest.mark.browser


@pytest.mark.long
def test_the_first_browser_starts_both_arms_and_the_second_starts_nothing(logdir, new_page):
    with started_app(logdir, BOARDLAB_DEMO="1") as app:
        assert find_runs(logdir) == [], "nothing starts before somebody looks"
        first = new_page()
        first.goto(app.url)
        runs = wait_until(lambda: len(found := find_runs(logdir)) == 2 and found, what="both arms")
        assert {run.spec().activation for run in runs} == {"sigmoid", "relu"}
        wait_until(
            lambda: [read_status(run.status_file).state for run in runs] == ["running"] * 2,
            seconds=60,
            what="both arms to train at the same time",
        )
        for name in ("sigmoid", "relu"):
            expect(first.get_by_role("heading", name=name)).to_be_visible()
        expect(first.get_by_text("running", exact=True)).to_have_count(2)

        second = new_page()
        second.goto(app.url)
        expect(second.get_by_role("heading", name="relu")).to_be_visible()
        assert len(find_runs(logdir)) == 2


@pytest.mark.long
def test_the_demo_lasts_one_to_two_minutes(logdir, new_page):
    """As the trainers themselves tell it; the promise is about the lesson's length, not about this machine."""
    with started_app(logdir, BOARDLAB_DEMO="1") as app:
        page = new_page()
        page.goto(app.url)
        runs = wait_until(lambda: len(found := find_runs(logdir)) == 2 and found, what="both arms")
        wait_until(
            lambda: all(read_status(run.status_file).state == "completed" for run in runs),
            seconds=170,
            what="both arms to end",
        )
        seconds = [read_status(run.status_file).seconds for run in runs]
        assert all(60 <= lasted <= 120 for lasted in seconds), seconds
        expect(page.get_by_text("Test accuracy", exact=True)).to_have_count(2)
