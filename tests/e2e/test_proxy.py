"""The lab as a student sees it through a university's web server, under /lab, whichever way that is set up."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.proxy import reverse_proxy
from tests.running import copy_run, started_app

pytestmark = pytest.mark.browser

WAYS = [
    pytest.param("/lab", True, id="the proxy keeps the prefix"),
    pytest.param("/lab", False, id="the proxy strips it, the app knows it"),
    pytest.param("", False, id="the proxy strips it, the app does not know", marks=pytest.mark.long),
]
KEY = "a-key-for-this-test"


@pytest.fixture(scope="module")
def app(request, tmp_path_factory, trained_run):
    """A lab with two runs under the path that it was told."""
    logdir = tmp_path_factory.mktemp("behind") / "logs"
    copy_run(trained_run, logdir, experiment="digits", name="softmax-1")
    copy_run(trained_run, logdir, experiment="digits", name="other")
    options = [f"--server.baseUrlPath={request.param.strip('/')}"] if request.param else []
    with started_app(logdir, *options, path=request.param, BOARDLAB_SPARE="0") as app:
        yield app


@pytest.mark.parametrize(("app", "keeps_prefix"), WAYS, indirect=["app"])
def test_pages_curves_and_tensorboard_under_lab(app, keeps_prefix, tmp_path, new_page, witness):
    with reverse_proxy(tmp_path / "nginx", app.port, keeps_prefix=keeps_prefix, host="$http_host") as lab:
        page = new_page()
        answers = answers_to(page)
        page.goto(f"{lab}/?run=digits%2Fsoftmax-1")
        expect(page.locator("canvas").first).to_be_visible()
        expect(page.get_by_test_id("stException")).to_have_count(0)
        page.wait_for_timeout(1500)  # one more question for what is new
        asked = [status for status, url in answers if url.startswith(f"{lab}/api/curves")]
        assert asked and set(asked) == {200}

        page.get_by_role("link", name="TensorBoard").first.click()
        page.wait_for_url(f"{lab}/tensor_board**")
        page.reload()
        frame = page.frame_locator("iframe")
        frame.get_by_text("accuracy").first.wait_for()
        settings = page.evaluate("JSON.parse(localStorage.getItem('_tb_global_settings'))")
        assert settings["autoReload"] is True
        assert any(url.startswith(f"{lab}/tensorboard/data/") and status == 200 for status, url in answers)
        strayed = [url for status, url in answers if not url.startswith((lab, "data:", "blob:"))]
        assert strayed == []
        # Streamlit tries which part of an address is its base; whatever else is asked for is there.
        missing = [url for status, url in answers if status >= 400 and "/_stcore/" not in url]
        assert missing == []
        assert witness.page_errors == []


def test_the_key_opens_a_lab_whose_proxy_hides_its_name(tmp_path, logdir, trained_run, new_page, witness):
    """nginx without `proxy_set_header Host`: the operator named the host instead, so every visitor needs the key."""
    copy_run(trained_run, logdir, experiment="digits", name="softmax-1")
    options = {"BOARDLAB_ALLOWED_HOSTS": "lab.localhost", "BOARDLAB_TOKEN": KEY, "BOARDLAB_SPARE": "0"}
    with (
        started_app(logdir, "--server.baseUrlPath=lab", path="/lab", **options) as app,
        reverse_proxy(tmp_path / "nginx", app.port, keeps_prefix=True, host="$proxy_host") as address,
    ):
        lab = address.replace("127.0.0.1", "lab.localhost")
        page = new_page()
        page.goto(f"{lab}/runs")
        expect(page.get_by_role("heading", name="This lab asks for its key")).to_be_visible()
        page.goto(f"{lab}/runs?token={KEY}")
        page.wait_for_url(f"{lab}/runs")
        expect(page.get_by_text("1 run ·")).to_be_visible()
        expect(page.get_by_test_id("stException")).to_have_count(0)
        page.goto(f"{lab}/tensor_board")
        page.frame_locator("iframe").get_by_text("accuracy").first.wait_for()
        assert witness.page_errors == []


def answers_to(page: Page) -> list[tuple[int, str]]:
    """Fills with the status and address of every answer that the page gets."""
    answers: list[tuple[int, str]] = []
    page.on("response", lambda response: answers.append((response.status, response.url)))
    return answers
