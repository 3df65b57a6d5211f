"""The table of runs on the Runs page as a person uses it: it is a canvas, with a hidden table for screen readers."""

from __future__ import annotations

from playwright.sync_api import Locator, Page

from tests.running import wait_until

ROW_PIXELS = 35
TICK_PIXELS = 16  # from the left edge to the middle of the first column
NAME, LINK = 2, 3  # columns of the hidden table, from 1
_LINK_PIXELS = 242


def rows(page: Page) -> Locator:
    return page.get_by_test_id("stDataFrame").first.locator(
        "table tr[aria-rowindex]:not([aria-rowindex='1'])"
    )


def names(page: Page) -> list[str]:
    return cells(page, NAME)


def cells(page: Page, column: int) -> list[str]:
    """The text of one column from top to bottom."""
    return rows(page).locator(f"td[aria-colindex='{column}']").all_inner_texts()


def ticked(page: Page) -> set[str]:
    """The names of the runs whose rows are ticked."""
    return set(
        page.get_by_test_id("stDataFrame")
        .first.locator(f"table tr[aria-selected='true'] td[aria-colindex='{NAME}']")
        .all_inner_texts()
    )


def tick(page: Page, name: str) -> None:
    """Clicks into the first column of a run's row."""
    _click(page, name, TICK_PIXELS)


def follow_link(page: Page, name: str) -> Page:
    """Clicks a run's link to TensorBoard; it opens beside this page."""
    with page.context.expect_page() as opened:
        _click(page, name, _LINK_PIXELS)
    return opened.value


def _click(page: Page, name: str, x: int) -> None:
    wait_until_shown(page, name)
    canvas = page.get_by_test_id("stDataFrame").first.locator("canvas").first
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    y = box["y"] + ROW_PIXELS * (1 + names(page).index(name)) + ROW_PIXELS / 2
    page.mouse.move(box["x"] + x, y - 3)
    page.mouse.move(box["x"] + x, y)
    page.wait_for_timeout(300)  # the canvas finds out what lies under the pointer
    page.mouse.click(box["x"] + x, y)


def wait_until_shown(page: Page, *wanted: str) -> None:
    wait_until(
        lambda: page.wait_for_timeout(100) or set(wanted) <= set(names(page)),
        what=f"rows of {', '.join(wanted)}",
    )
