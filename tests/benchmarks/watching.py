"""What a person sees of the live curves, told by the charts themselves in a real Chromium."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, sync_playwright

from tests.machine import find_chromium

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

# The charts live in shadow roots. A frame after the next, what was drawn has been painted.
_FIND = """
const findCharts = (root = document) => [...root.querySelectorAll("*")].flatMap((part) => [
  ...(part.matches("section.curves") ? [part] : []),
  ...(part.shadowRoot ? findCharts(part.shadowRoot) : []),
]);
const painted = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(Date.now()))));
"""
_FROM_CLICK_TO = (
    "() => {"
    + _FIND
    + """
  window.moments = {};
  addEventListener("click", () => { window.moments.pressed ??= Date.now(); }, { capture: true, once: true });
  const look = setInterval(async () => {
    if (!(IT_IS_THERE)) return;
    clearInterval(look);
    window.moments.drawn = await painted();
  }, 10);
}"""
)
_POINT_IS_THERE = "findCharts().some((chart) => Number(chart.dataset.drawn) > 0)"
_FRAME_IS_THERE = "document.querySelector('img[alt^=\"The painting after pass\"]')?.naturalWidth > 0"
_EVERY_STEP = (
    "() => {"
    + _FIND
    + """
  window.sightings = [];
  const [chart] = findCharts();
  let last = chart.dataset.lastStep;
  new MutationObserver(async () => {
    const step = chart.dataset.lastStep;
    if (step === last) return;
    last = step;
    window.sightings.push([Number(step), await painted()]);
  }).observe(chart, { attributes: true, attributeFilter: ["data-last-step"] });
}"""
)


@contextmanager
def chromium_page() -> Iterator[Page]:
    """A page of a real Chromium, 1280 × 900."""
    executable = find_chromium()
    if executable is None:
        raise SystemExit("No Chromium or Chrome found: type python -m tests.machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=list(ARGUMENTS))
        yield browser.new_page(viewport={"width": 1280, "height": 900})
        browser.close()


def watch_for_the_first_point(page: Page) -> None:
    """From now on the page notes the next click and the moment a chart shows its first point."""
    page.evaluate(_FROM_CLICK_TO.replace("IT_IS_THERE", _POINT_IS_THERE))


def watch_for_the_first_frame(page: Page) -> None:
    """From now on the page notes the next click and the moment it shows a painting's first frame."""
    page.evaluate(_FROM_CLICK_TO.replace("IT_IS_THERE", _FRAME_IS_THERE))


def pressed_and_drawn(page: Page, seconds: float) -> tuple[float, float]:
    """The moments of the click and of what was watched for on the screen, Unix seconds."""
    page.wait_for_function("() => window.moments.drawn", timeout=seconds * 1000)
    moments = page.evaluate("() => window.moments")
    return moments["pressed"] / 1000, moments["drawn"] / 1000


def watch_every_step(page: Page) -> None:
    """From now on the page notes when its first chart shows a further step."""
    page.evaluate(_EVERY_STEP)


def sightings(page: Page) -> list[tuple[int, float]]:
    """Each new last step of the first chart with the moment it was on the screen, Unix seconds."""
    return [(int(step), moment / 1000) for step, moment in page.evaluate("() => window.sightings")]
