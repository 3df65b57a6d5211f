"""The door in a real browser: pages work under their own content policy, and what slipped in would not run."""

from __future__ import annotations

import httpx
import pytest
from playwright.sync_api import expect

from tests.running import copy_run

pytestmark = pytest.mark.browser

WEB_PROCESS_BYTES = 300e6


def test_every_page_stays_within_memory_and_its_own_policy_and_no_inline_script_runs(app, page, trained_run):
    copy_run(trained_run, app.logdir, experiment="digits", name="softmax-1")
    violations: list[str] = []
    page.on(
        "console",
        lambda message: violations.append(message.text) if "Security Policy" in message.text else None,
    )
    for path in ("?run=digits%2Fsoftmax-1", "runs", "tensor_board", "present"):
        page.goto(f"{app.url}/{path}")
        expect(page.get_by_test_id("stMain")).to_be_visible()
        page.wait_for_timeout(1000)
    page.goto(f"{app.url}/?run=digits%2Fsoftmax-1")
    expect(page.locator("canvas").first).to_be_visible()
    assert violations == []
    itself = httpx.get(f"{app.url}/api/health").json()["web_process"]
    assert itself["has_tensorflow"] is False
    assert 50e6 < itself["memory_bytes"] <= WEB_PROCESS_BYTES

    page.evaluate("""() => {
        document.body.insertAdjacentHTML("beforeend", "<img src='data:,' onerror='window.slippedIn = true'>")
        const script = document.createElement("script")
        script.textContent = "window.slippedIn = true"
        document.body.append(script)
    }""")
    page.wait_for_timeout(500)
    assert page.evaluate("window.slippedIn") is None
    assert len(violations) == 2


def test_another_site_can_neither_frame_nor_read_nor_talk_to_the_lab(app, page):
    """As any page on the internet would try it; this one is on another port, which the browser counts as foreign."""
    page.route(
        "http://localhost:1/", lambda route: route.fulfill(body="<!doctype html>", content_type="text/html")
    )
    page.goto("http://localhost:1/")
    outcome = page.evaluate(
        """async (lab) => {
            const read = await fetch(`${lab}/api/health`).then((answer) => answer.text(), () => "refused")
            const sent = await fetch(`${lab}/_stcore/health`, {mode: "no-cors", method: "POST"}).then(
                (answer) => answer.type, () => "refused")
            const socket = await new Promise((done) => {
                const socket = new WebSocket(lab.replace("http", "ws") + "/_stcore/stream")
                socket.onopen = () => done("open")
                socket.onerror = () => done("refused")
            })
            await new Promise((done) => {
                const frame = document.createElement("iframe")
                frame.onload = done
                frame.src = lab
                document.body.append(frame)
            })
            return {read, sent, socket}
        }""",
        app.url,
    )
    assert outcome["read"] == outcome["socket"] == "refused"
    assert outcome["sent"] in ("refused", "opaque")
    assert page.frames[1].locator("[data-testid=stApp]").count() == 0
