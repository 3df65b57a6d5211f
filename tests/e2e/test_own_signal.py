"""A person brings a signal of their own: uploads a CSV, chooses a column, and sees it forecast."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.running import wait_until
from trainers.runs import find_run, read_json, read_status, state_folder

pytestmark = pytest.mark.browser

HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "水位 level.csv"
    lines = [f'"周, {place % 7}";{place};{math.sin(place / 5):.3f}' for place in range(600)]
    path.write_text("\n".join([f"{HOSTILE};place;水位", *lines]), encoding="utf-8")
    return path


@pytest.mark.long  # the page's own tests upload one, and a trainer's forecast from one
def test_an_uploaded_table_is_looked_into_and_a_column_of_it_forecast(app, table, page):
    page.goto(
        f"{app.url}/?task=sequence&sequence_signal=csv&sequence_model=rnn&sequence_epochs=2&sequence_width=8"
        "&sequence_window=20&sequence_horizon=30"
    )
    expect(page.get_by_role("combobox", name="Column")).to_be_disabled()
    page.locator('input[type="file"]').set_input_files(table)
    page.get_by_text("600 numbers, from 0 to 599: 420 to train, 90 to validate, 90 to test.").wait_for(
        timeout=100_000  # the helper imports TensorFlow meanwhile
    )
    [stored] = (state_folder(app.logdir) / "uploads").glob("*/*")
    assert (stored.name, stored.read_bytes()) == (table.name, table.read_bytes())
    expect(page.get_by_role("textbox", name="CSV file")).to_have_value(str(stored))
    page.get_by_text("1 left out").click()
    page.get_by_text(HOSTILE).wait_for()
    page.get_by_role("combobox", name="Column").click()
    page.get_by_role("option", name="水位").click()
    page.get_by_text("600 numbers, from -1 to 1: 420 to train, 90 to validate, 90 to test.").wait_for()
    page.get_by_text("multiply-adds for one window").wait_for()
    page.reload()
    page.get_by_text("600 numbers, from -1 to 1").wait_for()  # the address holds file and column
    page.get_by_role("button", name="Start").click()
    run = wait_until(lambda: find_run(app.logdir, "first/rnn-1"), what="the run")
    wait_until(lambda: read_status(run.status_file).state == "completed", seconds=120, what="the training")
    page.get_by_text("the test part, which it never saw").wait_for()
    page.get_by_text("How the error grows with the steps ahead").wait_for()
    spec = read_json(run.path / "spec.json")
    assert (spec["csv_file"], spec["column"]) == (str(stored), "水位")
    assert (run.path / "inputs" / "signal.csv").stat().st_nlink == 2
