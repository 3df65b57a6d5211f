"""Every page as people see it: nothing leaves this machine, both themes, two widths, no hostile text at work."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.hostile import NAME, TITLE, make_hostile
from tests.running import App, copy_run
from trainers.runs import change_about, find_run, read_status, state_folder, write_json

pytestmark = pytest.mark.browser

PAGES = {
    "train": "",
    "paint": "paint",
    "runs": "runs",
    "compare": "compare",
    "sweep": "sweep",
    "tensorboard": "tensor_board",
    "machine": "machine",
    "presenting": "present",
}
SCREENSHOTS = Path(__file__).parent / "screenshots"

# The visible words of the page that are smaller than 24 pixels.
TOO_SMALL = """() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    const small = []
    while (walker.nextNode()) {
        const text = walker.currentNode.textContent.trim(), element = walker.currentNode.parentElement
        const box = element.getBoundingClientRect(), style = getComputedStyle(element)
        const shown = element.checkVisibility({opacityProperty: true, visibilityProperty: true}) &&
            box.width > 1 && box.height > 1
        const inWindow = box.bottom > 0 && box.right > 0 && box.left < innerWidth
        if (text && shown && inWindow && !["SCRIPT", "STYLE"].includes(element.tagName)
            && !(style.clip !== "auto" || style.clipPath !== "none") && parseFloat(style.fontSize) < 24)
            small.push(`${style.fontSize}: ${text.slice(0, 60)}`)
    }
    return small
}"""

# All in one breath, before Streamlit can have run the next slide.
PRESS_ALL = """keys => {
    for (const key of keys)
        document.body.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true, composed: true}))
}"""


@pytest.fixture(scope="module")
def lab(app, trained_run, compared, swept, painted_run):
    """The app with two finished trainings, a finished comparison, a finished sweep and a painting."""
    shutil.copytree(compared / "e", app.logdir / "e")
    shutil.copytree(swept / "s", app.logdir / "s")
    copy_run(painted_run, app.logdir)
    for name, title in (("softmax-1", ""), ("软件-2", "第二次 手写数字")):
        run = copy_run(trained_run, app.logdir, experiment="digits", name=name)
        change_about(run.path / "about.json", title=title, colour=0 if name == "softmax-1" else 1)
    return app


def is_drawn(page: Page) -> None:
    """Waits until Streamlit has run the page, and nothing on it is an exception."""
    page.get_by_test_id("stAppViewContainer").wait_for()
    expect(page.get_by_test_id("stStatusWidget")).to_have_count(0)
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0)
    expect(page.get_by_test_id("stException")).to_have_count(0)


def shows_its_content(page: Page, name: str, lab: App) -> None:
    """Waits until the page shows what it is there for: curves with their last values, TensorBoard's own."""
    if name in ("train", "runs"):
        last = read_status(find_run(lab.logdir, "digits/softmax-1").status_file).metrics["val_accuracy"]
        page.get_by_text(f"{last:.4f}", exact=True).first.wait_for()
    if name == "train":
        expect(page.get_by_text("Test accuracy", exact=True)).to_have_count(2)
    if name == "compare":
        page.get_by_text("of the test data correctly").wait_for()
    if name == "sweep":
        page.get_by_text("Best of 3 by validation").wait_for()
    if name == "tensorboard":
        page.frame_locator("iframe").get_by_text("accuracy").first.wait_for()
    if name == "paint":
        page.locator(".before-after .line").wait_for()
        page.get_by_text("total variation", exact=True).wait_for()
    if name == "machine":
        page.get_by_text("Web: these pages and TensorBoard").wait_for()
    if name == "presenting":
        page.get_by_role("heading").first.wait_for()
    is_drawn(page)


def test_an_address_that_names_no_page_shows_the_first_one_with_its_curves(lab, page):
    page.goto(f"{lab.url}/no-such-page?run=digits/softmax-1&run=digits/软件-2")
    shows_its_content(page, "train", lab)
    page.get_by_role("button", name="Close").click()  # Streamlit says that there is no such page
    page.get_by_role("combobox", name="Across").click()
    page.get_by_text(
        "time of day", exact=True
    ).click()  # the page runs again, and no longer knows what was asked for
    page.wait_for_url("**axis=**")
    page.wait_for_timeout(1500)  # one more question for what is new
    expect(page.get_by_text("The connection to the lab is lost")).to_have_count(0)
    shows_its_content(page, "train", lab)


@pytest.mark.parametrize("name", PAGES)
def test_every_page_asks_only_its_own_host(lab, page, witness, name):
    page.goto(f"{lab.url}/{PAGES[name]}?run=digits/softmax-1&run=digits/软件-2")
    shows_its_content(page, name, lab)
    page.wait_for_timeout(1500)  # charts ask once a second: one more question to be witnessed
    assert len(witness.requests) > 5, "the witness saw the page being loaded"
    assert witness.page_errors == []


@pytest.mark.long
@pytest.mark.parametrize("name", PAGES)
def test_every_page_has_its_picture_taken_in_both_themes_and_widths(lab, new_page, witness, name):
    page = new_page(width=1280, height=720)
    page.goto(f"{lab.url}/{PAGES[name]}?run=digits/softmax-1&run=digits/软件-2")
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        # TensorBoard is loaded anew in the other theme.
        page.wait_for_timeout(1500 if name == "tensorboard" else 300)
        shows_its_content(page, name, lab)
        for width, height in ((1280, 720), (1920, 1080)):
            page.set_viewport_size({"width": width, "height": height})
            page.wait_for_timeout(600)  # charts are drawn at the new width
            page.screenshot(path=SCREENSHOTS / f"{name}-{width}-{theme}.png")
    assert witness.page_errors == []


def test_what_a_page_coloured_itself_follows_the_theme(lab, page):
    page.goto(f"{lab.url}/sweep")
    shows_its_content(page, "sweep", lab)
    bar = page.get_by_test_id("stLayoutWrapper").filter(has=page.locator(".st-key-start_bar")).last
    for scheme, ground in [("dark", "rgb(27, 33, 42)"), ("light", "rgb(244, 246, 249)")]:
        page.emulate_media(color_scheme=scheme)
        expect(bar).to_have_css("background-color", ground)


@pytest.mark.parametrize("name", ["train", "paint", "runs", "compare", "sweep", "tensorboard", "machine"])
def test_a_slide_is_legible_from_the_back_row(lab, new_page, name):
    page = new_page(width=1280, height=720)
    page.goto(f"{lab.url}/{PAGES[name]}?present=1&run=digits/softmax-1")
    words = {
        "paint": "small",
        "compare": "of the test data correctly",
        "sweep": "Best of 3 by validation",
        "tensorboard": "",
        "machine": "Processor",
    }
    page.get_by_test_id("stMain").get_by_text(words.get(name, "softmax-1")).filter(
        visible=True
    ).first.wait_for()
    is_drawn(page)
    expect(page.get_by_test_id("stSidebar")).to_have_count(0)
    if name == "train":
        page.get_by_text("Test accuracy", exact=True).wait_for()
    page.wait_for_timeout(1500)
    page.screenshot(path=SCREENSHOTS / f"slide-{name}.png")
    assert page.evaluate(TOO_SMALL) == []


@pytest.fixture
def three_views(lab):
    views = [
        {"title": "One run", "page": "", "query": "run=digits/softmax-1"},
        {"title": "All runs", "page": "runs", "query": ""},
        {"title": "Both", "page": "", "query": "run=digits/softmax-1&run=digits/软件-2&smoothing=0.5"},
    ]
    write_json(state_folder(lab.logdir) / "views.json", views)


@pytest.mark.usefixtures("three_views")
def test_the_arrow_keys_walk_the_saved_views(lab, new_page):
    page = new_page(width=1280, height=720)
    page.goto(f"{lab.url}/?present=1&view=1&run=digits/softmax-1")
    is_drawn(page)
    for key, path, number in [
        ("ArrowRight", "/runs", "2"),
        ("ArrowRight", "/", "3"),
        ("ArrowLeft", "/runs", "2"),
    ]:
        press_until(page, key, lambda url, goal=(path, number): at(url) == goal)
        is_drawn(page)
        expect(page.get_by_test_id("stSidebar")).to_have_count(0)
    press_until(page, "Escape", lambda url: at(url) == ("/runs", ""))
    expect(page.get_by_test_id("stSidebar")).to_be_visible()


@pytest.mark.usefixtures("three_views")
def test_keys_pressed_before_a_slide_is_drawn_lead_on_from_its_address(lab, page):
    for view, keys, arrives in [
        ("1", ["ArrowRight", "ArrowLeft"], "1"),
        ("1", ["ArrowRight", "ArrowRight", "ArrowLeft"], "2"),
        ("1", ["ArrowLeft"], "1"),
        ("3", ["ArrowRight"], "3"),
        ("", ["ArrowRight"], "1"),
        ("99", ["ArrowRight"], "1"),
        ("-1; x", ["ArrowRight"], "1"),
    ]:
        page.goto(f"{lab.url}/?present=1&run=digits/softmax-1&{urlencode({'view': view})}")
        page.get_by_text("Test accuracy", exact=True).wait_for()
        is_drawn(page)
        page.evaluate(PRESS_ALL, keys)
        assert at(page.url)[1] == arrives, (view, keys)


def press_until(page: Page, key: str, arrived: Callable[[str], bool]) -> None:
    """A key moves at once or, while the slide is still being made, not at all; as a presenter one presses again."""
    for _attempt in range(20):
        page.keyboard.press(key)
        page.wait_for_timeout(500)
        if arrived(page.url):
            return
    raise AssertionError(f"{key} did not lead on from {page.url}")


def at(url: str) -> tuple[str, str]:
    """The path of an address and the number of the view that it names."""
    parts = urlsplit(url)
    return parts.path, dict(parse_qsl(parts.query)).get("view", "")


def test_hostile_text_is_only_text(app, page, witness, trained_run, painted_run):
    """Names made by hand, titles, notes, logs, text summaries, projector labels: no script runs anywhere."""
    hostile = make_hostile(trained_run, app.logdir)
    painting = make_hostile(painted_run, app.logdir, name=f"{NAME} painting")
    address = "?" + urlencode({"run": [hostile.key, painting.key]}, doseq=True)
    for path in PAGES.values():
        page.goto(f"{app.url}/{path}{address}")
        is_drawn(page)
        page.wait_for_timeout(1500)
    page.goto(f"{app.url}/{address}")
    page.get_by_text(TITLE, exact=False).filter(visible=True).first.wait_for()
    for tab in ("text", "projector", "timeseries", "hparams"):
        page.goto(f"{app.url}/tensorboard/#{tab}")
        page.get_by_text("TensorBoard").first.wait_for()
        page.wait_for_timeout(3000)
        page.screenshot(path=SCREENSHOTS / f"hostile-{tab}.png")
    assert witness.dialogs == []
