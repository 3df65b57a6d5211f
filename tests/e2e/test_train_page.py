"""The Train page's result and its way to a slide, by mouse and keys."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from dashboard.presenting import read_views, views_file
from tests.running import App, copy_run, wait_until
from trainers.runs import Run

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def run(app: App, trained_run: Run) -> Run:
    return copy_run(trained_run, app.logdir, experiment="result", name="softmax-1")


def parameters(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def escaped(page: Page) -> bool:
    """Whether Escape led back from a slide; its keys listen a moment after it is drawn."""
    page.keyboard.press("Escape")
    page.wait_for_timeout(500)
    return page.get_by_test_id("stSidebar").is_visible()


def test_hover_shows_the_count_and_a_click_shows_those_digits(app, run, page):
    confusion = np.array(json.loads((run.artifacts / "evaluation.json").read_text())["confusion"])
    wrong = confusion - np.diag(np.diag(confusion))
    true, predicted = np.unravel_index(wrong.argmax(), wrong.shape)
    count = int(wrong[true, predicted])
    page.goto(f"{app.url}/?run={run.key}")
    chart = page.get_by_test_id("stVegaLiteChart")
    chart.wait_for()
    heading = page.get_by_text(f"The {wrong.sum()} images it got wrong")
    heading.wait_for()
    cell = chart.locator(
        f'[aria-label*="It was: {true};"][aria-label*="The network said: {predicted};"]'
    ).first
    cell.scroll_into_view_if_needed()
    cell.hover()
    expect(page.locator("#vg-tooltip-element")).to_contain_text(str(count))
    cell.click()
    page.get_by_text(f"{count} images of {true} taken for {predicted}").wait_for()
    expect(page.locator(".boardlab-sheet figure")).to_have_count(min(count, 24))
    sheet = page.locator(".boardlab-sheet img").first
    assert f"It was {true}, the network said {predicted}" in (sheet.get_attribute("alt") or "")
    cell.dblclick()
    heading.wait_for()


def test_a_slide_and_back_keeps_view_and_form(app, run, page):
    address = f"{app.url}/?run={run.key}&smoothing=0.5&axis=epoch&model=mlp&epochs=7"
    page.goto(address)
    page.get_by_role("button", name="Present").click()
    expect(page.get_by_test_id("stSidebar")).not_to_be_visible()
    assert parameters(page) == parse_qs(urlsplit(address).query) | {"present": ["1"]}
    wait_until(lambda: escaped(page), what="Escape to lead back")
    assert parameters(page) == parse_qs(urlsplit(address).query)
    form = page.get_by_test_id("stSidebar")
    expect(form.get_by_role("spinbutton", name="Epochs")).to_have_value("7")


def test_a_saved_view_is_what_stood_in_the_address(app, run, page):
    page.goto(f"{app.url}/?run={run.key}&smoothing=0.5")
    page.get_by_role("combobox", name="Across").wait_for()
    page.get_by_role("button", name="Save view").click()
    page.get_by_role("textbox", name="Title of the view").fill("第一 [x](y)")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Add to the presentation").click()
    (view,) = wait_until(lambda: read_views(views_file(app.logdir)), what="the view to be saved")
    assert (view.title, view.page) == ("第一 [x](y)", "")
    assert dict(view.parameters) == {"run": run.key, "smoothing": "0.5"}
    page.get_by_role("link", name="Presenting").click()
    page.get_by_text("第一 [x](y)", exact=True).wait_for()
    page.get_by_role("button", name="Start presenting").click()
    expect(page.get_by_test_id("stSidebar")).not_to_be_visible()
    assert parameters(page) == {"run": [run.key], "smoothing": ["0.5"], "present": ["1"], "view": ["1"]}
