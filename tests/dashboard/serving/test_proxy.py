"""All routes through a real nginx under /lab, which keeps the prefix or strips it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.dashboard.serving.conftest import POINTS
from tests.proxy import reverse_proxy
from tests.running import App, started_app, wait_until

PATHS = ["/", "/runs", "/tensorboard/", "/tensorboard/index.js", "/api/health", "/assets/uplot/uPlot.min.css"]


@pytest.fixture(scope="module")
def app_under_lab(curves_logdir: Path) -> Iterator[App]:
    with started_app(curves_logdir, "--server.baseUrlPath=lab", path="/lab") as app:
        yield app


@pytest.fixture(scope="module", params=["keeps", "strips", "strips, app at the root"])
def lab(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    app_under_lab: App,
    open_app: App,
) -> Iterator[str]:
    """The lab's address behind nginx, in each way in which the two can be put together."""
    app = open_app if "root" in request.param else app_under_lab
    folder = tmp_path_factory.mktemp("nginx") / "files"
    with reverse_proxy(folder, app.port, keeps_prefix=request.param == "keeps") as address:
        yield address


@pytest.mark.parametrize("path", PATHS)
def test_every_route_answers_under_the_prefix(lab: str, path: str) -> None:
    assert httpx.get(lab + path).status_code == 200


def test_tensorboard_has_its_data_under_the_prefix(lab: str) -> None:
    wait_until(lambda: len(httpx.get(f"{lab}/tensorboard/data/runs").json()) == 2)
    address = f"{lab}/tensorboard/data/plugin/scalars/scalars?run=first%2Fone%2Ftrain&tag=loss"
    assert len(httpx.get(address).json()) == POINTS


def test_tensorboard_asks_for_nothing_outside_the_prefix(lab: str) -> None:
    page = httpx.get(f"{lab}/tensorboard/").text
    fonts = re.findall(r"url\(([^)]*font-roboto/[^)]*)\)", page)
    assert len(fonts) > 10 and not [font for font in fonts if font.startswith("/")]
    assert httpx.get(f"{lab}/tensorboard/{fonts[0]}").content[:4] == b"wOF2"


def test_redirects_stay_under_the_prefix(lab: str) -> None:
    answer = httpx.get(f"{lab}/tensorboard", follow_redirects=True)
    assert answer.status_code == 200
    assert str(answer.url) == f"{lab}/tensorboard/"


def test_websocket_of_the_page_opens_and_a_foreign_one_does_not(lab: str) -> None:
    address = lab.replace("http", "ws") + "/_stcore/stream"
    with connect(address, origin=lab.removesuffix("/lab")) as socket:  # type: ignore[arg-type]
        socket.close()
    with pytest.raises(InvalidStatus):
        connect(address, origin="http://evil.example")  # type: ignore[arg-type]


@pytest.mark.parametrize("host", ["$host", "$proxy_host"])
def test_a_proxy_that_changes_the_host_is_served_too(app_under_lab: App, tmp_path: Path, host: str) -> None:
    """Many configurations pass the name without its port, or none at all: browsers then vouch by Sec-Fetch-Site."""
    with reverse_proxy(tmp_path / "nginx", app_under_lab.port, keeps_prefix=True, host=host) as lab:
        headers = {"origin": lab.removesuffix("/lab"), "sec-fetch-site": "same-origin"}
        assert httpx.get(f"{lab}/tensorboard/", headers=headers).status_code == 200
        address = lab.replace("http", "ws") + "/_stcore/stream"
        with connect(
            address, additional_headers={"Origin": headers["origin"], "Sec-Fetch-Site": "same-origin"}
        ):
            pass
        assert httpx.get(f"{lab}/", headers={"sec-fetch-site": "cross-site"}).status_code == 403
