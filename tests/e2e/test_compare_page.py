"""Compare, as a person does it: one press starts both arms, the bar moves, and the verdict stands there at the end."""

from __future__ import annotations

import csv
import io
import re
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.running import App, started_app, wait_until
from trainers.comparisons import find_comparisons
from trainers.runs import FINISHED, find_runs, read_status

pytestmark = pytest.mark.browser


@pytest.mark.long
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


def chart(page: Page, title: str) -> Locator:
    found = page.get_by_role("region", name=title, exact=True)
    expect(found).to_have_attribute("data-state", "live")
    return found


def titles(page: Page) -> list[str]:
    return page.locator(".curves h4").all_inner_texts()


@pytest.mark.long
def test_whatever_is_seen_of_the_charts_is_a_link_and_goes_home_as_a_file(
    logdir: Path, compared: Path, new_page, witness, tmp_path
):
    shutil.copytree(compared / "e", logdir / "e")
    with started_app(logdir) as app:
        page = new_page()
        page.goto(f"{app.url}/compare?comparison=e&smoothing=0.6")
        loss = chart(page, "Training loss")
        expect(loss.locator(".entry .label")).to_have_text(
            ["sigmoid, mean of 2 seeds", "relu, mean of 2 seeds"]
        )
        expect(loss.locator(".entry .value").first).to_have_text(re.compile(r"[\d.]+ ± [\d.]+"))

        loss.locator("summary").click()
        with page.expect_download() as started:
            loss.get_by_role("button", name="All points").click()
        assert started.value.suggested_filename == "Training loss.csv"
        started.value.save_as(tmp_path / "loss.csv")
        rows = list(csv.DictReader(io.StringIO((tmp_path / "loss.csv").read_text())))
        assert {row["run"] for row in rows} == {
            f"e/{arm}-{seed}/train" for arm in ("sigmoid", "relu") for seed in (1, 2)
        }

        loss.get_by_role("button", name=re.compile("^relu, mean")).click()
        expect(page).to_have_url(re.compile("only="))
        box = loss.locator(".u-over").bounding_box()
        page.mouse.move(box["x"] + 0.2 * box["width"], box["y"] + 40)
        page.mouse.down()
        page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 40)
        page.mouse.up()
        expect(page).to_have_url(re.compile("zoom="))
        loss.get_by_role("button", name="Pin this chart to the top").click()
        expect(page).to_have_url(re.compile("pinned="))
        wait_until(
            lambda: titles(page) == ["Training loss", "Validation accuracy"], what="the pinned chart in front"
        )
        zoom = loss.get_attribute("data-zoom")
        assert zoom

        page.locator(".st-key-more_choices").get_by_role("button").click()
        page.get_by_role("textbox", name="Which charts").fill("gradient_norm/classes")
        page.keyboard.press("Enter")
        expect(page.get_by_role("region", name="gradient_norm/classes in training")).to_be_visible()

        other = new_page()
        other.goto(page.url)
        linked = chart(other, "Training loss")
        expect(linked).to_have_attribute("data-zoom", zoom)
        expect(linked).to_have_attribute("data-isolated", "relu")
        assert titles(other) == ["Training loss", "gradient_norm/classes in training"]
        linked.get_by_role("button", name="Show everything").click()
        expect(other).not_to_have_url(re.compile("zoom="))
        assert witness.page_errors == []


def enter(place: Locator, text: str) -> None:
    place.fill(text)
    place.press("Enter")


@pytest.mark.long  # the pages' own tests fill in the form from an address
def test_a_question_that_somebody_filled_in_is_asked_by_its_link(app: App, page: Page, new_page) -> None:
    page.goto(f"{app.url}/compare")
    page.get_by_role("combobox", name="Question").click()
    page.get_by_role("option", name="Adam against gradient descent").click()
    expect(page.get_by_text("2 arms × 3 seeds × 4 learning rates: 24 runs.")).to_be_visible()
    enter(page.get_by_role("spinbutton", name="Seeds"), "4")
    enter(page.get_by_role("spinbutton", name=re.compile("^Epochs")), "3")
    asked = "2 arms × 4 seeds × 4 learning rates: 32 runs."
    expect(page.get_by_text(asked)).to_be_visible()
    page.wait_for_url(re.compile("epochs=3"))
    other = new_page()
    other.goto(page.url)
    expect(other.get_by_text(asked)).to_be_visible()
    expect(other.get_by_role("spinbutton", name=re.compile("^Epochs"))).to_have_value("3")
    expect(other.get_by_role("combobox", name="Question")).to_have_value("Adam against gradient descent")


@pytest.mark.long  # the pages' own tests fill in the form from an address
def test_a_search_that_somebody_filled_in_is_asked_by_its_link(app: App, page: Page, new_page) -> None:
    page.goto(f"{app.url}/sweep")
    enter(page.get_by_role("textbox", name="Learning rate"), "0.01, 0.02, 0.05")
    page.get_by_text("Grid", exact=True).click()
    expect(page.get_by_text("3 runs, each with other settings.")).to_be_visible()
    enter(page.get_by_role("spinbutton", name="Budget (runs)"), "2")
    asked = "2 runs, each with other settings."
    expect(page.get_by_text(asked)).to_be_visible()
    page.wait_for_url(re.compile("sweep_budget=2"))
    other = new_page()
    other.goto(page.url)
    expect(other.get_by_text(asked)).to_be_visible()
    expect(other.get_by_role("textbox", name="Learning rate")).to_have_value("0.01, 0.02, 0.05")
