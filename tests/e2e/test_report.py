"""A report as a person gets it: read at its address, saved, opened without a server, shown as slides, printed."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.hostile import NOTES, TITLE
from tests.e2e.runs_table import wait_until_shown
from tests.old_runs import old_run

SCREENSHOTS = Path(__file__).parent / "screenshots"
pytestmark = pytest.mark.browser


def test_a_report_is_saved_read_offline_shown_as_slides_and_printed(app, page, new_page, tmp_path):
    about = {"title": TITLE, "notes": NOTES}
    run = old_run(app.logdir, "one", experiment="told 数字", model="mlp", number=1, about=about)
    other = old_run(app.logdir, "two", experiment="told 数字", model="mlp", depth=3, number=2)
    page.goto(f"{app.url}/runs?within=told 数字&run={run.key}")
    wait_until_shown(page, "two")
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Report", exact=True).click()
    expect(opened.value.get_by_role("heading", name="told 数字")).to_be_visible()
    assert opened.value.locator("svg path").count() == 4  # two charts of two runs
    opened.value.goto(opened.value.url + "#slides")
    opened.value.reload()
    expect(opened.value.get_by_role("heading", name="Curves")).to_be_hidden()
    opened.value.close()
    with page.expect_download() as saved:
        page.get_by_role("link", name="Save", exact=True).click()
    assert saved.value.suggested_filename == "told-数字-report.html"
    file = tmp_path / "report.html"
    saved.value.save_as(file)

    reader = new_page(offline=True)
    complaints: list[str] = []
    reader.on("console", lambda message: complaints.append(message.text))
    reader.goto(file.as_uri())
    expect(reader.get_by_role("heading", name="told 数字")).to_be_visible()
    expect(reader.get_by_text(f"--run={other.name}")).to_be_visible()
    assert reader.locator("svg path").count() == 4  # two charts of two runs
    reader.goto(file.as_uri() + "#slides")
    reader.reload()
    expect(reader.get_by_role("heading", name="told 数字")).to_be_visible()
    expect(reader.get_by_role("heading", name="Curves")).to_be_hidden()
    reader.keyboard.press("ArrowRight")
    expect(reader.get_by_role("heading", name="Curves")).to_be_visible()
    expect(reader.get_by_role("heading", name="told 数字")).to_be_hidden()
    reader.screenshot(path=SCREENSHOTS / "report-slide.png")
    reader.keyboard.press("Escape")
    expect(reader.get_by_role("heading", name="told 数字")).to_be_visible()
    expect(reader.get_by_role("heading", name="Curves")).to_be_visible()
    reader.emulate_media(media="print")
    assert reader.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert reader.pdf(path=SCREENSHOTS / "report.pdf", format="A4").count(b"/Type /Page\n") > 1
    assert complaints == []
