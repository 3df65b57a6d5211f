"""A real Chromium before the real app, and a witness of all it asks for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect, sync_playwright

from tests.machine import find_chromium

FOLDER = Path(__file__).parent
OWN_HOSTS = {"127.0.0.1", "localhost", "lab.localhost", None}
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Nothing leaves this machine even if a page asks for it; what it asked for is seen all the same.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost, EXCLUDE *.localhost",
]

# No test is about speed, and the machine may be busy with trainers: what is expected may take its time.
PATIENCE_MS = 60_000
expect.set_options(timeout=PATIENCE_MS)


@dataclass
class Witness:
    """What the pages of one test asked for and what went wrong in them."""

    requests: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)
    page_errors: list[str] = field(default_factory=list)

    def foreign_requests(self) -> list[str]:
        """The addresses on other hosts; a web application's own page must ask for none."""
        web = ("http", "https", "ws", "wss")
        asked = [urlsplit(url) for url in self.requests]
        return [url.geturl() for url in asked if url.scheme in web and url.hostname not in OWN_HOSTS]

    def watch(self, context: BrowserContext) -> None:
        """Follows every page, frame and worker of the context."""
        context.on("request", self._request)
        context.on("requestfailed", self._failed)
        context.on("page", self._page)

    def _request(self, request: Request) -> None:
        self.requests.append(request.url)

    def _failed(self, request: Request) -> None:
        # Hostile text may ask; what the page's own policy stops before it leaves is no request.
        if request.failure == "csp":
            self.requests.remove(request.url)

    def _page(self, page: Page) -> None:
        page.on("websocket", lambda socket: self.requests.append(socket.url))
        page.on("pageerror", lambda error: self.page_errors.append(str(error)))
        page.on("dialog", self._dialog)

    def _dialog(self, dialog: Any) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium a module: Playwright's loop must not outlive the browser tests."""
    executable = find_chromium()
    assert executable, "No Chromium or Chrome found: type python -m tests.machine"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def witness() -> Iterator[Witness]:
    """Fails the test at its end if a page asked another host for anything, or a script opened a dialog."""
    witness = Witness()
    yield witness
    assert witness.foreign_requests() == []
    assert witness.dialogs == []


@pytest.fixture
def new_page(
    request: pytest.FixtureRequest, browser: Browser, witness: Witness
) -> Iterator[Callable[..., Page]]:
    """Opens a page as a further person would: own cookies, own session. On failure a picture of each is kept."""
    pages: list[Page] = []

    def open_page(width: int = 1280, height: int = 900, dark: bool = False, **options: Any) -> Page:
        scheme = "dark" if dark else "light"
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, locale="en-GB", **options
        )
        witness.watch(context)
        context.set_default_timeout(PATIENCE_MS)
        pages.append(context.new_page())
        return pages[-1]

    yield open_page
    report = request.node.stash.get(REPORT, None)
    for number, page in enumerate(pages):
        if report is not None and report.failed and not page.is_closed():
            name = re.sub(r"\W+", "-", request.node.nodeid).strip("-")[-100:]
            page.screenshot(path=FOLDER / "failures" / f"{name}-{number}.png")
        page.context.close()


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    """One person's page, 1280 pixels wide, light."""
    return new_page()


REPORT = pytest.StashKey[pytest.TestReport]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    """Lets a page's fixture know whether its test failed."""
    report = yield
    if report.when == "call":
        item.stash[REPORT] = report
    return report
