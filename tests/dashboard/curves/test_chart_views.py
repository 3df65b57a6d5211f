"""Ways to look at curves, and to take them home, in a real browser: bands, logarithmic axes, outliers, files."""

import csv
import io
import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.dashboard.curves.growing_runs import GrowingReader
from tests.dashboard.curves.test_live_charts import coloured_pixels, data, drag, place, points, root, zoom
from tests.running import wait_until

pytestmark = pytest.mark.browser
BLUE = "#0072B2"


def vertical(page: Page) -> list[float]:
    return [float(edge) for edge in data(page, "vertical").split(",")]


def seeds(count: int, tag: str = "accuracy", points: int = 2000) -> np.ndarray:
    """The values of the first run's seeds up to where the slow one stands."""
    reader = GrowingReader(points=points)
    names = [*(f"{number}" for number in range(1, count)), "slow"]
    return np.array([reader.series(f"e/r0-{name}/train", tag).values[: points // 2] for name in names])


def save(page: Page, kind: str):
    """Chooses from the chart's menu; gives the file."""
    root(page).locator("summary").click()
    with page.expect_download() as started:
        root(page).get_by_role("button", name=kind).click()
    return started.value


def test_seeds_are_a_line_with_a_band_and_go_on_one_by_one_where_the_slow_one_stands(harness, open_charts):
    harness.steer(points=2000)
    page = open_charts("runs=1&seeds=3&smoothing=0&validation=0")
    wait_until(lambda: points(page) == 1000, what="the mean")
    values = seeds(3)
    entry = root(page).locator(".entry")
    expect(entry).to_have_count(1)
    expect(entry.locator(".label")).to_have_text("Sigmoid, mean of 3 seeds")
    mean, deviation = entry.locator(".value").inner_text().split(" ± ")
    assert float(mean) == pytest.approx(values[:, -1].mean(), abs=6e-5)
    assert float(deviation) == pytest.approx(values[:, -1].std(ddof=1), abs=6e-5)
    assert data(page, "range") == "1,2000"

    page.mouse.move(*place(page, 0.25))
    expect(root(page)).to_have_attribute("data-hover-exact", "true")
    step = int(re.sub(r"\D", "", root(page).locator(".hover .place").inner_text()))
    row = root(page).locator(".hover tr")
    expect(row).to_have_count(1)
    expected = f"{values[:, step - 1].mean():.4f} ± {values[:, step - 1].std(ddof=1):.4f}"
    expect(row.locator(".value")).to_have_text(expected)
    page.mouse.move(*place(page, 0.8))
    labels = root(page).locator(".hover tr .label")
    expect(labels).to_have_count(2)
    assert set(labels.all_inner_texts()) == {"Sigmoid-1", "Sigmoid-2"}


def test_the_band_is_as_high_as_the_deviation(harness, open_charts):
    harness.steer(points=2000)
    page = open_charts("runs=1&seeds=4&smoothing=0.99&validation=0")
    wait_until(lambda: points(page) == 1000, what="the mean")
    tinted = root(page).evaluate(
        """root => {
            const canvas = root.querySelector("canvas");
            const ctx = canvas.getContext("2d");
            const x = Math.round(canvas.width * 0.3);
            const {data} = ctx.getImageData(x, 0, 1, canvas.height);
            let count = 0;
            for (let i = 0; i < data.length; i += 4) count += data[i + 3] > 0 && data[i + 2] - data[i] > 20;
            return count;
        }"""
    )
    assert tinted > 4, "more than the line itself"


def test_over_the_time_of_day_each_seed_is_drawn_by_itself(harness, open_charts):
    harness.steer(points=2000)
    page = open_charts("runs=1&seeds=3&axis=wall&validation=0")
    expect(root(page).locator(".entry .label")).to_have_text(["Sigmoid-1", "Sigmoid-2", "Sigmoid-slow"])


def test_one_seed_is_a_curve_and_no_mean(harness, open_charts):
    harness.steer(points=2000)
    page = open_charts("runs=1&seeds=1&validation=0")
    expect(root(page).locator(".entry .label")).to_have_text("Sigmoid-slow")
    expect(root(page).locator(".entry .value")).not_to_contain_text("±")


def test_on_logarithmic_axes_the_hovered_step_stands_where_its_logarithm_does(harness, open_charts):
    harness.steer(points=10_000)
    page = open_charts("runs=2&smoothing=0&validation=0&log_x=1&log_y=1")
    wait_until(lambda: points(page) == 20_000, what="the curves")
    for across in (0.25, 0.5, 0.75):
        page.mouse.move(*place(page, across))
        expect(root(page)).to_have_attribute("data-hover-exact", "true")
        step = float(re.sub(r"\D", "", root(page).locator(".hover .place").inner_text()))
        assert np.log10(step) / 4 == pytest.approx(across, abs=0.03)
    values = [GrowingReader(points=10_000).series(f"e/r{run}/train", "accuracy").values for run in (0, 1)]
    positive = np.concatenate(values)[np.concatenate(values) > 0]
    low, high = vertical(page)
    assert 0 < low <= positive.min() and high >= positive.max()
    drag(page, 0.1, 0.3)
    wait_until(lambda: len(zoom(page)) == 2, what="the zoom")
    left, right = zoom(page)
    assert (np.log10(left) / 4, np.log10(right) / 4) == pytest.approx((0.1, 0.3), abs=0.03)


def test_values_without_a_place_on_a_logarithmic_axis_are_told(harness, open_charts):
    harness.steer(points=300)
    page = open_charts("runs=1&validation=0&log_y=1&smoothing=0&charts=1")
    low = min(GrowingReader(points=300).series("e/r0/train", "accuracy").values)
    note = root(page).get_by_text("no place on a logarithmic axis")
    expect(note).to_have_count(1 if low <= 0 else 0)


def test_outliers_are_cut_off_and_the_chart_says_so(harness, open_charts):
    harness.steer(points=5000)
    page = open_charts("runs=1&smoothing=0&validation=0&clip=1")
    wait_until(lambda: points(page) == 5000, what="the curve")
    values = GrowingReader(points=5000).series("e/r0/train", "accuracy").values
    low, high = np.quantile(values, [0.05, 0.95])
    air = 0.05 * (high - low)
    wait_until(
        lambda: vertical(page) == pytest.approx([max(0, low - air), high + air], abs=1e-6), what="the cut"
    )
    expect(root(page).get_by_text("Outliers are cut off")).to_be_visible()
    page.goto(page.url.replace("clip=1", "clip=0"))
    page.wait_for_selector(".curves[data-state=live]")
    wait_until(
        lambda: vertical(page)[0] <= values.min() <= values.max() <= vertical(page)[1], what="all of it"
    )
    expect(root(page).get_by_text("Outliers are cut off")).to_have_count(0)


def test_the_points_come_as_a_file_without_any_thinning(harness, open_charts, tmp_path):
    harness.steer(points=20_000)
    page = open_charts("runs=2&smoothing=0.6&validation=0")
    wait_until(lambda: points(page) == 40_000, what="the curves")
    file = save(page, "All points")
    assert file.suggested_filename == "Accuracy.csv"
    file.save_as(tmp_path / "all.csv")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "all.csv").read_text())))
    assert len(rows) == 40_000
    assert {row["run"] for row in rows} == {"e/r0/train", "e/r1/train"}
    root(page).locator(".entry").first.click()
    drag(page, 0.5, 0.6)
    wait_until(lambda: len(zoom(page)) == 2, what="the zoom")
    save(page, "All points").save_as(tmp_path / "part.csv")
    part = csv.DictReader(io.StringIO((tmp_path / "part.csv").read_text()))
    steps = [int(row["step"]) for row in part]
    left, right = zoom(page)
    assert steps == list(range(int(np.ceil(left)), int(right) + 1))


def test_the_drawing_is_an_svg_of_all_that_is_shown_with_text_as_text(harness, open_charts, tmp_path):
    harness.steer(points=2000)
    page = open_charts("runs=2&seeds=3&smoothing=0.6&validation=0&name0=<b>&name1=损失")
    wait_until(lambda: points(page) == 2000, what="the means")
    save(page, "Drawing").save_as(tmp_path / "chart.svg")
    svg = ElementTree.parse(tmp_path / "chart.svg").getroot()  # noqa: S314 - our own file
    kinds = [node.tag.rpartition("}")[2] for node in svg.iter()]
    assert kinds.count("polygon") == 2, "a band for each mean"
    assert kinds.count("path") == 2 + 4, "the mean and the two seeds that went on, of each run"
    words = " ".join(node.text or "" for node in svg.iter() if node.tag.endswith("text"))
    for part in ("Accuracy", "step", "<b>, mean of 3 seeds", "损失, mean", "0.", "2000"):
        assert part in words
    assert {"script", "foreignObject", "image", "b"} & set(kinds) == set()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_picture_shows_the_curves_on_the_ground_of_the_theme(harness, open_charts, tmp_path, dark):
    harness.steer(points=2000)
    page = open_charts("runs=2&smoothing=0.9&validation=0", dark=dark)
    wait_until(lambda: coloured_pixels(page, BLUE) > 100, what="the curves")
    save(page, "Picture").save_as(tmp_path / "chart.png")
    pixels = np.asarray(Image.open(tmp_path / "chart.png").convert("RGB")).astype(int)
    ground = pixels[3, 3]
    assert ground.mean() < 60 if dark else ground.mean() > 240
    for colour in ((0, 0x72, 0xB2), (0xD5, 0x5E, 0)):
        assert (np.abs(pixels - colour).sum(axis=2) < 30).sum() > 500


def test_charts_are_pinned_and_moved_by_their_buttons(harness, open_charts):
    harness.steer(points=500)
    page = open_charts("charts=2&runs=1&place=1")
    expect(root(page).get_by_role("button", name="Move this chart forward")).to_be_disabled()
    root(page).get_by_role("button", name="Move this chart back").click()
    expect(page.get_by_text("moved: later")).to_be_visible()
    root(page).get_by_role("button", name="Pin this chart to the top").click()
    expect(page.get_by_text("moved: pin")).to_be_visible()
