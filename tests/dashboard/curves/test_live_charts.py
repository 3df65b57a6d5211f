"""Charts in a real browser: they live by themselves, and what a person chose to see stays."""

import re
import time

import pytest
from playwright.sync_api import Page, expect

from dashboard.curves.smoothing import smoothed
from tests.dashboard.curves.growing_runs import GrowingReader
from tests.running import wait_until

pytestmark = pytest.mark.browser


def root(page: Page, number: int = 0):
    return page.locator(".curves").nth(number)


def data(page: Page, name: str, number: int = 0) -> str:
    return root(page, number).get_attribute(f"data-{name}") or ""


def points(page: Page, number: int = 0) -> int:
    return int(data(page, "points", number))


def place(page: Page, across: float, down: float = 0.5, number: int = 0) -> tuple[float, float]:
    """Where a part of the drawing is on the page."""
    # It is made anew with another axis: for a moment it has no place.
    drawing = root(page, number).locator(".u-over")
    box = wait_until(drawing.bounding_box, what="the drawing")
    return box["x"] + across * box["width"], box["y"] + down * box["height"]


def drag(page: Page, start: float, end: float, number: int = 0) -> None:
    page.mouse.move(*place(page, start, number=number))
    page.mouse.down()
    page.mouse.move(*place(page, (start + end) / 2, number=number))
    page.mouse.move(*place(page, end, number=number))
    page.mouse.up()


def zoom(page: Page, number: int = 0) -> tuple[float, ...]:
    return tuple(float(edge) for edge in data(page, "zoom", number).split(",") if edge)


def coloured_pixels(page: Page, colour: str) -> int:
    """How many pixels of the canvas have this colour."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return root(page).evaluate(
        """(root, [red, green, blue]) => {
            const canvas = root.querySelector("canvas");
            const {data} = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
            let count = 0;
            for (let i = 0; i < data.length; i += 4)
                count += data[i] === red && data[i + 1] === green && data[i + 2] === blue && data[i + 3] === 255;
            return count;
        }""",
        [red, green, blue],
    )


def test_curves_grow_by_themselves(harness, open_charts):
    harness.steer(points=1000, rate=200)
    page = open_charts("runs=2")
    before, updated = points(page), data(page, "updated-at")
    wait_until(lambda: points(page) > before + 500, what="new points")
    assert int(data(page, "last-step")) > 1000
    assert data(page, "updated-at") > updated
    assert data(page, "series") == "4"
    expect(page.get_by_text("reruns: 0")).to_be_visible()


def test_every_curve_is_drawn_in_the_colour_of_its_run(harness, open_charts):
    harness.steer(points=5000)
    page = open_charts("runs=2&smoothing=0.9")
    assert min(coloured_pixels(page, "#0072B2"), coloured_pixels(page, "#D55E00")) > 500
    assert coloured_pixels(page, "#009E73") == 0


def test_hover_tells_the_true_values_of_all_runs_highest_first(harness, open_charts):
    harness.steer(points=20_000)
    page = open_charts("runs=4&smoothing=0.6&validation=0")
    page.mouse.move(*place(page, 0.4))
    panel = root(page).locator(".hover")
    expect(panel).to_be_visible()
    expect(root(page)).to_have_attribute("data-hover-exact", "true")
    step = int(re.sub(r"\D", "", panel.locator(".place").inner_text()))
    reader = GrowingReader(points=20_000)
    truth = {}
    for run, name in enumerate(["Sigmoid", "ReLU", "Tanh", "ELU"]):
        series = reader.series(f"e/r{run}/train", "accuracy")
        truth[name] = (smoothed(series.values, 0.6)[step - 1], series.values[step - 1])
    rows = [row.inner_text().split() for row in panel.locator("tr").all()]
    assert [row[0] for row in rows] == sorted(truth, key=truth.get, reverse=True)
    for name, smooth, written in rows:
        assert (float(smooth), float(written)) == pytest.approx(truth[name], abs=6e-5)
    page.mouse.move(0, 0)
    expect(panel).to_be_hidden()


def test_the_legend_isolates_a_curve_and_shows_all_again_by_keyboard(harness, open_charts):
    harness.steer(points=3000)
    page = open_charts("runs=2&smoothing=0")
    assert coloured_pixels(page, "#0072B2") > 300
    button = root(page).get_by_role("button", name=re.compile(r"^ReLU [\d.]+$"))
    button.focus()
    page.keyboard.press("Enter")
    expect(root(page)).to_have_attribute("data-isolated", "ReLU")
    expect(button).to_have_attribute("aria-pressed", "true")
    wait_until(lambda: coloured_pixels(page, "#0072B2") == 0, what="the other run to go")
    assert coloured_pixels(page, "#D55E00") > 300
    page.keyboard.press("Space")
    expect(root(page)).to_have_attribute("data-isolated", "")
    wait_until(lambda: coloured_pixels(page, "#0072B2") > 300, what="the other run to come back")


def test_the_legend_tells_the_newest_values(harness, open_charts):
    harness.steer(points=3000)
    page = open_charts("runs=1&smoothing=0.6&validation=0")
    values = GrowingReader(points=3000).series("e/r0/train", "accuracy").values
    entry = root(page).locator(".entry")
    assert float(entry.locator(".value").inner_text()) == pytest.approx(smoothed(values, 0.6)[-1], abs=6e-5)
    assert float(entry.locator(".written").inner_text()) == pytest.approx(values[-1], abs=6e-5)


def test_zoom_brings_detail_and_a_double_click_shows_everything(harness, open_charts):
    harness.steer(points=200_000)
    page = open_charts("runs=1&smoothing=0&validation=0")
    assert int(data(page, "drawn")) < 5000
    drag(page, 0.5, 0.504)
    wait_until(lambda: len(zoom(page)) == 2, what="the zoom")
    left, right = zoom(page)
    assert 90_000 < left < right < 110_000
    # Every step of the part that is shown is there now, and little beyond it.
    wait_until(lambda: abs(int(data(page, "drawn")) - (right - left)) < 30, what="the detail")
    page.get_by_role("slider").press("ArrowRight")
    wait_until(
        lambda: abs(int(data(page, "drawn")) - 2 * (right - left)) < 60,
        what="the smoothed curve beside the raw",
    )
    assert zoom(page) == (left, right)
    page.get_by_text("Charts", exact=True).click()
    expect(root(page)).to_have_count(0)
    page.get_by_text("Charts", exact=True).click()
    expect(root(page)).to_have_attribute("data-zoom", f"{left},{right}")
    page.mouse.dblclick(*place(page, 0.5))
    expect(root(page)).to_have_attribute("data-zoom", "")
    wait_until(lambda: int(data(page, "drawn")) > 1000, what="the whole")
    drag(page, 0.2, 0.6)
    page.get_by_role("button", name="Show everything").click()
    expect(root(page)).to_have_attribute("data-zoom", "")


def test_without_points_the_chart_says_when_they_come(harness, open_charts):
    harness.steer(points=0)
    page = open_charts("runs=1")
    expect(root(page).get_by_text("No points yet.")).to_be_visible()
    harness.steer(points=50)
    wait_until(lambda: points(page) == 50, what="the first points")
    expect(root(page).get_by_text("No points yet.")).to_be_hidden()


def test_damage_is_told_and_hostile_text_is_only_text(harness, open_charts, witness):
    harness.steer(points=500, damage="e/r0/train:curve ends at step 7: <img src=x onerror=alert(1)>")
    page = open_charts("runs=2&name0=<script>alert(1)</script>")
    note = root(page).locator(".notes")
    expect(note).to_contain_text(
        "<script>alert(1)</script>: curve ends at step 7: <img src=x onerror=alert(1)>"
    )
    page.mouse.move(*place(page, 0.5))
    expect(root(page).locator(".hover")).to_contain_text("<script>alert(1)</script>")
    assert root(page).locator("img, script").count() == 0
    assert witness.dialogs == []
    harness.steer(damage="e/r0/train:")


def test_a_lost_connection_is_told_and_comes_back(harness, open_charts):
    harness.steer(points=500, rate=100)
    page = open_charts("runs=1")
    harness.steer(cut=1)
    expect(root(page).get_by_text("The connection to the lab is lost.")).to_be_visible()
    assert points(page) >= 500, "what was drawn stays"
    before = points(page)
    harness.steer(cut=0)
    expect(root(page).get_by_text("The connection to the lab is lost.")).to_have_count(0)
    wait_until(lambda: points(page) > before, what="the curves to go on")


def test_a_chart_asks_right_after_the_next_reading(harness, open_charts, witness):
    """Where the curves are always 0.7 s old it has 0.3 s to wait, and a whole second where they were just read."""
    harness.steer(points=500)
    page = open_charts("runs=1")
    asked = []
    for age in (0.0, 0.7):
        harness.steer(age=age)
        page.wait_for_timeout(1200)  # the pause that was planned before passes
        before = sum("/api/curves" in url for url in witness.requests)
        page.wait_for_timeout(4000)
        asked.append(sum("/api/curves" in url for url in witness.requests) - before)
    assert asked[1] >= 1.6 * asked[0] > 0


def test_nothing_is_asked_while_nobody_looks_and_all_is_caught_up(harness, open_charts, witness):
    harness.steer(points=500, rate=100)
    page = open_charts("runs=1")
    hide = """hidden => {
        Object.defineProperty(document, "hidden", {value: hidden, configurable: true});
        document.dispatchEvent(new Event("visibilitychange"));
    }"""
    page.evaluate(hide, True)
    page.wait_for_timeout(1500)
    asked, before = sum("/api/curves" in url for url in witness.requests), points(page)
    page.wait_for_timeout(2500)
    assert sum("/api/curves" in url for url in witness.requests) == asked
    assert points(page) == before
    page.evaluate(hide, False)
    wait_until(lambda: points(page) > before + 200, what="the curves to catch up")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_curves_and_text_stand_out_in_both_themes(harness, open_charts, dark):
    harness.steer(points=2000)
    page = open_charts("runs=2&smoothing=0.9", dark=dark)
    ink = root(page).evaluate("root => getComputedStyle(root).color")
    brightness = sum(int(part) for part in re.findall(r"\d+", ink)[:3]) / 3
    assert brightness > 200 if dark else brightness < 90
    assert coloured_pixels(page, "#D55E00") > 500


def test_on_a_slide_all_text_can_be_read_from_the_back_row(harness, open_charts):
    harness.steer(points=2000)
    page = open_charts("runs=2&smoothing=0.9&present=1", height=720)
    page.mouse.move(*place(page, 0.5))
    expect(root(page).locator(".hover")).to_be_visible()
    sizes = root(page).evaluate(
        """root => [...root.querySelectorAll("*")]
            .filter(node => [...node.childNodes].some(child => child.nodeType === 3 && child.data.trim()))
            .map(node => [node.textContent, parseFloat(getComputedStyle(node).fontSize)])"""
    )
    assert len(sizes) > 8
    assert [text for text, size in sizes if size < 24] == []


def test_the_chart_follows_the_width_of_the_window(harness, open_charts):
    harness.steer(points=2000)
    page = open_charts("runs=1", width=1280)
    width = root(page).locator("canvas").bounding_box()["width"]
    page.set_viewport_size({"width": 800, "height": 900})
    wait_until(
        lambda: root(page).locator("canvas").bounding_box()["width"] < width - 300, what="a narrower chart"
    )
    assert root(page).locator("canvas").bounding_box()["width"] > 400


def test_the_axis_is_changed_by_a_rerun_and_the_chart_stays(harness, open_charts):
    harness.steer(points=2000)
    page = open_charts("runs=1")
    root(page).evaluate("root => root.witness = 'the same element'")
    drag(page, 0.3, 0.6)
    wait_until(lambda: len(zoom(page)) == 2, what="the zoom")
    for axis, pattern in [
        ("epoch", r"Epoch [\d.]+"),
        ("relative", "After .*s"),
        ("wall", r"At \d\d:\d\d:\d\d"),
    ]:
        page.get_by_role("combobox").click()
        page.get_by_role("option", name=axis).click()
        expect(root(page)).to_have_attribute("data-zoom", "")
        page.mouse.move(*place(page, 0.5))
        expect(root(page).locator(".hover .place")).to_have_text(re.compile(pattern))
    assert root(page).evaluate("root => root.witness") == "the same element"


@pytest.mark.timeout(240)
@pytest.mark.parametrize("seconds", [12, pytest.param(60, marks=pytest.mark.long)])
def test_zoom_hover_isolation_and_scroll_survive_live_data_and_reruns(harness, open_charts, seconds):
    harness.steer(points=5000, rate=100)
    page = open_charts("charts=3&runs=10&smoothing=0.6", width=900)
    page.wait_for_function("document.querySelectorAll('.stBidiComponent').length >= 3")
    expect(root(page, 2)).to_have_attribute("data-state", "live")
    drag(page, 0.3, 0.6)
    wait_until(lambda: len(zoom(page)) == 2, what="the zoom")
    kept_zoom = zoom(page)
    root(page, 1).get_by_role("button", name=re.compile(r"^Tanh [\d.]+")).click()
    legend = root(page, 2).locator(".legend")
    legend.evaluate("list => list.scrollTop = 40")
    scroller = page.get_by_test_id("stMain")
    scroller.evaluate("main => main.scrollTop = 260")
    page.mouse.move(*place(page, 0.45, 0.4, number=1))
    expect(root(page, 1).locator(".hover")).to_be_visible()
    scrolled, legend_scrolled = (part.evaluate("node => node.scrollTop") for part in (scroller, legend))
    assert scrolled > 100
    assert legend_scrolled > 0
    began, before, reruns = time.monotonic(), points(page), 0
    while time.monotonic() < began + seconds:
        # A rerun as Streamlit makes it, without taking the pointer away from the chart.
        reruns += 1
        page.get_by_role("button", name="Rerun").evaluate("button => button.click()")
        expect(page.get_by_text(f"reruns: {reruns} ")).to_be_attached()
        page.wait_for_timeout(4000)
        assert zoom(page) == kept_zoom
        assert data(page, "isolated", 1) == "Tanh"
        assert root(page, 1).locator(".hover").is_visible()
        assert root(page, 1).locator(".hover tr").count() == 1, "hover shows what is isolated"
        assert scroller.evaluate("main => main.scrollTop") == scrolled
        assert legend.evaluate("list => list.scrollTop") == legend_scrolled
    assert points(page) > before + 10 * seconds * 50, "all the while new points came"
