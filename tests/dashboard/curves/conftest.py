"""A real Chromium before charts over growing runs."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page

from tests.e2e import conftest as chromium
from tests.running import find_free_port, wait_until

browser = chromium.browser
new_page = chromium.new_page
witness = chromium.witness
pytest_runtest_makereport = chromium.pytest_runtest_makereport

HARNESS = Path(__file__).with_name("harness.py")


@dataclass(frozen=True)
class Harness:
    """The small app of charts over growing runs."""

    url: str

    def steer(self, **what: Any) -> None:
        """Sets how long the runs are and how fast they grow, what is damaged, whether /api/curves is cut off."""
        httpx.get(f"{self.url}/steer", params=what).raise_for_status()


@pytest.fixture(scope="module")
def harness(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Harness]:
    """One app a module."""
    port = find_free_port()
    log = tmp_path_factory.mktemp("harness") / "log"
    command = [sys.executable, "-m", "streamlit", "run", str(HARNESS), f"--server.port={port}"]
    options = ["--server.headless=true", "--server.address=127.0.0.1", "--browser.gatherUsageStats=false"]
    with log.open("wb") as output:
        process = subprocess.Popen([*command, *options], stdout=output, stderr=subprocess.STDOUT)
    harness = Harness(f"http://127.0.0.1:{port}")
    try:
        wait_until(lambda: process.poll() is None and _answers(harness), what=f"{log.read_text()}")
        yield harness
    finally:
        process.terminate()
        process.wait(10)


def _answers(harness: Harness) -> bool:
    try:
        return httpx.get(f"{harness.url}/_stcore/health", timeout=2).status_code == 200
    except httpx.TransportError:
        return False


@pytest.fixture
def open_charts(
    harness: Harness, new_page: Callable[..., Page], witness: Any
) -> Iterator[Callable[..., Page]]:
    """Opens a page of charts and waits until they are live: open_charts("charts=2&runs=3", dark=True)."""

    def open_page(query: str = "", **options: Any) -> Page:
        page = new_page(**options)
        page.goto(f"{harness.url}/?{query}")
        page.wait_for_selector(".curves[data-state=live]")
        return page

    yield open_page
    assert witness.page_errors == []
