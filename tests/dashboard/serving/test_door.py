"""The door of the real app, and of a tiny one where the visitor must seem to come from another machine."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.types import ASGIApp
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from dashboard.serving.door import Door
from dashboard.settings import Settings
from tests.running import App

EVERYWHERE = [
    "/",
    "/runs",
    "/tensorboard/",
    "/tensorboard/data/runs",
    "/api/curves?run=first/one/train&tag=loss",
    "/api/health",
    "/assets/uplot/uPlot.iife.js",
    "/_stcore/health",
    "/_stcore/host-config",
]
FOREIGN = [
    {"host": "evil.example"},
    {"host": "evil.example", "x-forwarded-host": "localhost"},
    {"origin": "http://evil.example"},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
]


@pytest.mark.parametrize("path", [*EVERYWHERE, "/report?experiment=first"])
def test_nothing_opens_without_the_key(locked_app: App, path: str) -> None:
    answer = httpx.get(locked_app.url + path)
    assert answer.status_code == 401
    assert "asks for its key" in answer.text
    assert httpx.get(locked_app.url + path, headers={"authorization": "Bearer wrong"}).status_code == 401
    wrong = httpx.get(locked_app.url + path, params={"token": "wrong-ключ"})
    assert wrong.status_code == 401


def test_websocket_needs_the_key(locked_app: App, key: str) -> None:
    address = locked_app.url.replace("http", "ws") + "/_stcore/stream"
    with pytest.raises(InvalidStatus) as refused:
        connect(address)
    assert refused.value.response.status_code == 403
    with connect(address, additional_headers={"Cookie": _cookie(locked_app, key)}) as socket:
        socket.close()


@pytest.mark.parametrize("path", EVERYWHERE)
def test_link_becomes_a_cookie_that_opens_everything(locked_app: App, key: str, path: str) -> None:
    with httpx.Client(base_url=locked_app.url, headers={"cookie": _cookie(locked_app, key)}) as visitor:
        assert visitor.get(path).status_code == 200
    assert httpx.get(locked_app.url + path, headers={"authorization": f"Bearer {key}"}).status_code == 200


def test_the_key_leaves_the_address_and_the_rest_stays(locked_app: App, key: str) -> None:
    answer = httpx.get(f"{locked_app.url}/runs?run=a%2Fb&token={key}&present=1")
    assert answer.status_code == 303
    assert answer.headers["location"] == "./runs?run=a%2Fb&present=1"
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=lax" in cookie and "secure" not in cookie
    assert key not in answer.headers["set-cookie"], "a stolen cookie is not the key"


def test_over_https_the_cookie_is_secure(locked_app: App, key: str) -> None:
    answer = httpx.get(f"{locked_app.url}/?token={key}", headers={"x-forwarded-proto": "https"})
    assert "secure" in answer.headers["set-cookie"].lower()


@pytest.mark.parametrize("path", EVERYWHERE)
@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_other_sites_are_refused(open_app: App, path: str, headers: dict[str, str]) -> None:
    answer = httpx.get(open_app.url + path, headers=headers)
    assert answer.status_code == 403
    assert answer.text.strip().endswith(".")


@pytest.mark.parametrize("headers", [{"Origin": "http://evil.example"}, {"Origin": "http://localhost:1"}])
def test_other_sites_get_no_websocket(open_app: App, headers: dict[str, str]) -> None:
    with pytest.raises(InvalidStatus) as refused:
        connect(open_app.url.replace("http", "ws") + "/_stcore/stream", additional_headers=headers)
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize("path", EVERYWHERE)
def test_every_answer_carries_the_security_headers(open_app: App, path: str) -> None:
    answer = httpx.get(open_app.url + path)
    assert answer.status_code == 200
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "SAMEORIGIN"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    if answer.headers["content-type"].startswith("text/html"):
        scripts = re.search(r"script-src ([^;]*)", answer.headers["content-security-policy"])
        assert scripts and "'self'" in scripts[1] and "'unsafe-inline'" not in scripts[1]


def test_who_comes_from_another_machine_needs_the_key_even_if_nobody_said_so() -> None:
    """As with `uvicorn streamlit_app:app --host 0.0.0.0`, where the address is known from the connection only."""
    told: list[str] = []
    tiny = _tiny_app(told)
    here = {"base_url": "http://localhost:8501"}
    assert _get(tiny, "127.0.0.1", **here).status_code == 200
    assert _get(tiny, "::1", **here).status_code == 200
    assert _get(tiny, "192.168.1.7", base_url="http://192.168.1.2:8501").status_code == 401
    assert _get(tiny, "2001:db8::7", base_url="http://192.168.1.2:8501").status_code == 401
    assert told == ["announced"], "the link is printed once, when it is first needed"
    assert _get(tiny, "192.168.1.7", base_url="http://evil.example").status_code == 403
    known = {"authorization": f"Bearer {KEY}"}
    assert _get(tiny, "192.168.1.7", base_url="http://192.168.1.2:8501", headers=known).status_code == 200


def test_behind_the_door_the_host_is_the_visitors_own() -> None:
    settings = Settings(
        logdir=REPOSITORY_LOGS, limit=1, allowed_hosts=("lab.example.org",), token_wanted=True
    )
    headers = {"authorization": f"Bearer {KEY}", "x-forwarded-host": "lab.example.org"}
    answer = _get(_tiny_app([], settings), "127.0.0.1", base_url="http://127.0.0.1:8501", headers=headers)
    assert answer.text == "lab.example.org"


KEY = "the-key-of-this-test"
REPOSITORY_LOGS = Path("logs")


def _tiny_app(told: list[str], settings: Settings | None = None) -> ASGIApp:
    def say_host(request: Request) -> PlainTextResponse:
        return PlainTextResponse(request.headers["host"])

    app = Starlette(routes=[Route("/", say_host)])
    settings = settings or Settings(logdir=REPOSITORY_LOGS, limit=1)
    return Door(app, settings, KEY, lambda: told.append("announced"))


def _get(
    app: ASGIApp, client: str, *, base_url: str, headers: dict[str, str] | None = None
) -> httpx.Response:

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app=app, client=(client, 50_000))  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url=base_url) as visitor:
            return await visitor.get("/", headers=headers)

    return asyncio.run(ask())


def _cookie(app: App, key: str) -> str:
    answer = httpx.get(f"{app.url}/", params={"token": key})
    return str(answer.headers["set-cookie"]).split(";")[0]
