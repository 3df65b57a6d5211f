"""A person brings two pictures, paints, moves a slider while it paints, looks at the result and takes it home."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.running import App, copy_run, wait_until
from tests.trainers.style import procedural
from trainers.runs import Run, answered_commands, find_runs, read_status
from trainers.style.pictures import save

# The first page of an app, the helper that previews and the painter's TensorFlow all come up one after another.
PATIENT_MS = 120_000
SCREENSHOTS = Path(__file__).parent / "screenshots"
pytestmark = [pytest.mark.browser, pytest.mark.timeout(420)]


def bring(page: Page, setting: str, picture: Path) -> None:
    """Uploads a picture for a setting, and waits until it is seen."""
    place = page.locator(f".st-key-stylize_{setting}_upload_0 input[type=file]")
    place.wait_for(state="attached", timeout=PATIENT_MS)
    place.set_input_files(picture)
    page.get_by_alt_text(picture.name).wait_for()


def test_of_ten_paintings_dropped_at_once_four_are_kept_and_the_others_are_told(app, page, tmp_path):
    pictures = [tmp_path / f"p{number}.png" for number in range(10)]
    for number, path in enumerate(pictures):
        save(path, procedural.waves(48 + number, 48))
    page.goto(f"{app.url}/paint")
    place = page.locator(".st-key-stylize_style_upload_0 input[type=file]")
    place.wait_for(state="attached", timeout=PATIENT_MS)
    place.set_input_files(pictures)
    expect(page.get_by_text("There is room for 4 at most: the others were left out.")).to_be_visible()
    expect(page.get_by_alt_text(re.compile(r"^p\d\.png$"))).to_have_count(4)


@pytest.mark.long
def test_a_photo_is_painted_steered_and_taken_home(app: App, page: Page, tmp_path: Path) -> None:
    save(tmp_path / "照片.png", procedural.scene(96, 64))
    save(tmp_path / "waves.png", procedural.waves())
    page.goto(f"{app.url}/paint?stylize_size=64&stylize_iterations=200&stylize_pace=2")
    expect(page.get_by_role("button", name="Paint", exact=True)).to_be_disabled(timeout=PATIENT_MS)
    bring(page, "content", tmp_path / "照片.png")
    bring(page, "style", tmp_path / "waves.png")
    page.wait_for_url(re.compile("stylize_style="))
    page.reload()
    page.get_by_alt_text("照片.png").wait_for(timeout=PATIENT_MS)
    page.get_by_alt_text("Preview of the painting").wait_for(timeout=PATIENT_MS)

    page.get_by_role("button", name="Paint", exact=True).click()
    page.wait_for_url(re.compile(r"run=paintings"))
    page.get_by_alt_text(re.compile("The painting after pass")).wait_for(timeout=PATIENT_MS)
    [run] = find_runs(app.logdir)
    slider = page.locator('[class*="st-key-steer-style_weight"]').get_by_role("slider")
    slider.focus()
    slider.press("ArrowRight")
    expect(page.get_by_text(re.compile("From step .* on: style weight 1000"))).to_be_visible()
    assert [command.kind for command in answered_commands(run.commands)] == ["settings"]
    assert read_status(run.status_file).steered == {"style_weight": 1000.0}

    page.get_by_role("button", name="Stop").click()
    page.get_by_text("stopped", exact=True).first.wait_for(timeout=PATIENT_MS)
    page.locator(".before-after .line").wait_for()
    with page.expect_download() as taken:
        page.get_by_test_id("stMainBlockContainer").get_by_role("button", name="PNG").click()
    picture = Image.open(io.BytesIO(Path(taken.value.path()).read_bytes()))
    assert picture.size == (64, 43)
    wait_until(lambda: (run.artifacts / "result.png").exists(), what="the result")


@pytest.mark.long
def test_nine_paintings_over_both_weights_come_from_one_press(app: App, page: Page, painted_run: Run) -> None:
    run = copy_run(painted_run, app.logdir)
    page.goto(f"{app.url}/paint?run={run.key}")
    page.get_by_role("button", name="Nine, over both weights").click(timeout=PATIENT_MS)
    page.wait_for_url(re.compile(r"run=weights-small"), timeout=PATIENT_MS)
    page.get_by_text("9 paintings that differ in this alone:").wait_for(timeout=3 * PATIENT_MS)
    painted = find_runs(app.logdir, "weights-small")
    assert {read_status(one.status_file).state for one in painted} == {"completed"}
    grid = page.locator("img[alt*='tyle weight']")
    expect(grid).to_have_count(9)
    grid.first.scroll_into_view_if_needed()
    wait_until(
        lambda: page.wait_for_timeout(200) or grid.evaluate_all("all => all.every((one) => one.naturalWidth)")
    )
    page.screenshot(path=SCREENSHOTS / "paint-series.png", full_page=True)
