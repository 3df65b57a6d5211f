"""Compare, as a person does it: one press starts both arms, the bar moves, and the verdict stands there at the end."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.running import started_app, wait_until
from trainers.comparisons import find_comparisons
from trainers.runs import FINISHED, find_runs, read_status

pytestmark = pytest.mark.browser


def test_one_press_starts_a_matched_pair_and_stop_all_ends_it(
    logdir: Path, compared: Path, new_page, witness
):
    with started_app(logdir) as app:
        page = new_page()
        page.goto(f"{app.url}/compare")
        expect(page.get_by_role("heading", name="Compare")).to_be_visible()
        page.locator(".st-key-offer-activation").get_by_role("button").click()
        expect(page.get_by_role("heading", name="Activation: sigmoid or relu")).to_be_visible()
        expect(page.get_by_text("of 6 runs have ended")).to_be_visible()
        assert len(find_runs(logdir)) == 6 and list(find_comparisons(logdir)) == ["activation-1"]
        page.get_by_role("button", name="Stop all").click()
        wait_until(
            lambda: all(read_status(run.status_file).state in FINISHED for run in find_runs(logdir)),
            seconds=90,
            what="all runs to end",
        )
        expect(page.get_by_role("button", name="Stop all")).to_have_count(0)

        shutil.copytree(compared / "e", logdir / "e")
        page.goto(f"{app.url}/compare?comparison=e")
        expect(page.get_by_text("of the test data correctly")).to_be_visible()
        expect(page.get_by_text("How large the gradients are")).to_be_visible()
        chart = page.get_by_test_id("stVegaLiteChart")
        for word in ("hidden_1", "classes", "Norm of the gradient"):
            expect(chart.get_by_text(word)).to_be_visible()
        assert witness.page_errors == []
