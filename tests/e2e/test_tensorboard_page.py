"""The TensorBoard page in a real browser: just the runs asked for, the window filled, nothing loaded twice."""

from __future__ import annotations

import shutil
from urllib.parse import quote, urlsplit

import pytest
from playwright.sync_api import Frame, Locator, Page, expect

from tests.old_runs import old_run
from tests.running import App, started_app, wait_until

pytestmark = pytest.mark.browser

# They mean something in regular expressions, in HTML or in addresses; each has a near namesake.
NAMES = ["a.b (1)+[x]|", '数字 it\'s "so" & 50% <script>alert(1)<']
MANY = 170  # three TensorBoard runs each: more than the 500 above which TensorBoard ticks none


@pytest.fixture(scope="module")
def lab(app: App) -> App:
    template = old_run(app.logdir, "aXb", experiment="e")
    for name in [*NAMES, *(f"{name}2" for name in NAMES)]:
        shutil.copytree(template.path, app.logdir / "e" / name)
    return app


def opened(page: Page, lab: App, *keys: str) -> Frame:
    """TensorBoard's frame on its page, once it has drawn its rows."""
    query = "&".join(f"run={quote(key, safe='')}" for key in keys)
    page.goto(f"{lab.url}/tensor_board?{query}")
    return frame_of(page)


def frame_of(page: Page) -> Frame:
    frame = wait_until(
        lambda: page.locator("iframe").element_handle().content_frame(), what="TensorBoard's frame"
    )
    cells(frame, "run").first.wait_for(timeout=60_000)
    return frame


def cells(frame: Frame, column: str) -> Locator:
    return frame.locator(f"runs-data-table tb-data-table-content-cell.table-column-{column}")


def rows(frame: Frame) -> dict[str, bool]:
    """The runs in TensorBoard's own table, and whether each is ticked; at one moment."""
    found = frame.evaluate(
        """() => [...document.querySelectorAll("runs-data-table tb-data-table-content-row")].map((row) => [
            row.querySelector(".table-column-run").textContent.trim(),
            row.querySelector(".table-column-selected input").checked,
        ])"""
    )
    return dict(found)


def documents(requests: list[str]) -> list[str]:
    """The addresses at which TensorBoard's page itself was asked for."""
    paths = [urlsplit(url).path for url in requests]
    return [path for path in paths if "/tensorboard/" in path and path.endswith("/")]


def is_dark(frame: Frame) -> bool:
    return bool(frame.evaluate("document.body.classList.contains('dark-mode')"))


def test_a_link_shows_just_its_runs(lab, page):
    for name in NAMES:
        frame = opened(page, lab, f"e/{name}")
        assert rows(frame) == {f"e/{name}/train": True, f"e/{name}/validation": True}
    keys = [f"e/{name}" for name in NAMES]
    parts = {f"{key}/{part}": True for key in keys for part in ("train", "validation")}
    frame = opened(page, lab, *keys, "e/gone", "..", "../../etc")
    assert rows(frame) == parts, "what is not there harms nothing"


def test_choosing_runs_on_the_page_shows_just_them_here_and_in_a_window_of_their_own(lab, page):
    opened(page, lab)
    page.get_by_role("combobox").first.fill("aXb")
    page.get_by_role("option", name="e/aXb", exact=True).click()
    page.keyboard.press("Escape")  # the list stays open for a further choice
    parts = {"e/aXb/train": True, "e/aXb/validation": True}
    wait_until(
        lambda: page.wait_for_timeout(200) or rows(frame_of(page)) == parts, what="the rows of the chosen run"
    )
    assert "run=e%2FaXb" in page.url or "run=e/aXb" in page.url
    with page.context.expect_page() as news:
        page.get_by_role("link", name="Open in its own window").click()
    alone = news.value.main_frame
    cells(alone, "run").first.wait_for(timeout=60_000)
    assert rows(alone) == parts


@pytest.mark.long
def test_a_run_among_two_hundred_has_its_curves(logdir, page):
    for number in range(MANY):
        run = old_run(logdir, f"run-{number}", number=number, epochs=2)
        shutil.copytree(run.path / "validation", run.path, dirs_exist_ok=True)
    with started_app(logdir) as lab:
        frame = opened(page, lab, "old/run-7")
        assert rows(frame) == {f"old/run-7{part}": True for part in ("", "/train", "/validation")}
        frame.locator("scalar-card").first.wait_for()


@pytest.mark.parametrize("dark", [False, pytest.param(True, marks=pytest.mark.long)], ids=["light", "dark"])
def test_it_follows_the_theme_fills_the_window_and_is_loaded_once(lab, new_page, witness, dark):
    page = new_page(width=1280, height=720, dark=dark)
    frame = opened(page, lab, "e/aXb")
    assert is_dark(frame) == dark
    page.wait_for_timeout(5000)
    assert len(documents(witness.requests)) == 1, "no second loading once the theme is known"

    box = page.locator("iframe").bounding_box()
    assert box is not None
    assert 700 <= box["y"] + box["height"] <= 720, "it ends where the window ends"
    assert box["x"] + box["width"] >= 1255
    main = page.get_by_test_id("stMain")
    assert main.evaluate("element => element.scrollHeight - element.clientHeight") <= 0, (
        "one scroll bar, not two"
    )


def test_a_rerun_of_the_page_does_not_load_it_again(lab, page, witness):
    frame = opened(page, lab, "e/aXb")
    frame.evaluate("window.stillTheSame = true")
    before = len(witness.requests)
    page.get_by_role("button", name="Save view").click()
    page.get_by_label("Title of the view").fill("anything")
    page.get_by_label("Title of the view").press("Enter")
    page.wait_for_timeout(3000)
    old_run(lab.logdir, "new", experiment="e", number=3)  # the list of runs changes with the next rerun
    page.get_by_label("Title of the view").fill("something else")
    page.get_by_label("Title of the view").press("Enter")
    page.wait_for_timeout(3000)
    assert frame.evaluate("window.stillTheSame") is True
    assert documents(witness.requests[before:]) == []


def test_the_theme_changes_with_the_browsers(lab, page):
    assert not is_dark(opened(page, lab, "e/aXb"))
    page.emulate_media(color_scheme="dark")
    wait_until(lambda: page.wait_for_timeout(300) or is_dark(frame_of(page)), what="the dark theme")


def test_reloading_by_itself_is_on_unless_somebody_switched_it_off(lab, page):
    frame = opened(page, lab, "e/aXb")
    frame.locator("settings-button button").click()
    expect(frame.get_by_label("Reload data")).to_be_checked()
    frame.get_by_label("Reload data").uncheck()
    page.wait_for_timeout(1500)  # TensorBoard writes its settings down a little later
    frame = opened(page, lab, "e/aXb")
    frame.locator("settings-button button").click()
    expect(frame.get_by_label("Reload data")).not_to_be_checked()
