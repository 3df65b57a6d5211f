"""Whom the lab answers to, and which requests other sites have sent."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import Headers

from dashboard.serving.visitors import host_name, is_allowed_host, is_from_elsewhere, own_names, real_host

ALLOWED = ("lab.example.org",)
NAVIGATION = {"sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}


@pytest.mark.parametrize(
    ("netloc", "name"),
    [
        ("localhost:8501", "localhost"),
        ("LAB.Example.org.", "lab.example.org"),
        ("[::1]:8501", "::1"),
        ("", None),
        (":8501", None),
        ("host:port", None),
        ("host:99999", None),
        ("user@localhost", None),
        ("localhost/path", None),
        ("localhost?x", None),
        ("[::1", None),
    ],
)
def test_host_name(netloc: str, name: str | None) -> None:
    assert host_name(netloc) == name


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8501", "[::1]:1", "127.9.9.9", "lab.localhost:8"])
def test_loopback_is_always_known(host: str) -> None:
    assert is_allowed_host(host, (), beyond_loopback=False)


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "10.0.0.1",
        "",
        "lab.example.org.evil.example",
    ],
)
def test_other_names_are_unknown_on_loopback(host: str) -> None:
    assert not is_allowed_host(host, ALLOWED, beyond_loopback=False)


def test_beyond_loopback_addresses_and_own_names_are_known_but_foreign_names_never() -> None:
    for host in ("10.0.0.1:8501", "[2001:db8::1]:8501", *own_names()):
        assert is_allowed_host(host, ALLOWED, beyond_loopback=True)
    assert is_allowed_host("lab.example.org", ALLOWED, beyond_loopback=True)
    assert not is_allowed_host("evil.example", ALLOWED, beyond_loopback=True)


@pytest.mark.parametrize(
    ("method", "headers", "is_websocket", "elsewhere"),
    [
        ("GET", {}, False, False),
        ("POST", {}, False, False),
        ("GET", {"sec-fetch-site": "none"}, False, False),
        ("POST", {"sec-fetch-site": "same-origin", "origin": "http://proxy:80"}, False, False),
        ("GET", {"sec-fetch-site": "cross-site"}, False, True),
        ("GET", {"sec-fetch-site": "same-site"}, False, True),
        ("GET", {"sec-fetch-site": "cross-site", **NAVIGATION}, False, False),
        ("POST", {"sec-fetch-site": "cross-site", **NAVIGATION}, False, True),
        ("GET", {"sec-fetch-site": "cross-site", **NAVIGATION, "sec-fetch-dest": "iframe"}, False, True),
        ("GET", {"sec-fetch-site": "cross-site", **NAVIGATION}, True, True),
        ("GET", {"origin": "http://localhost:8501"}, True, False),
        ("GET", {"origin": "http://localhost:3000"}, True, True),
        ("GET", {"origin": "http://evil.example"}, True, True),
        ("POST", {"origin": "null"}, False, True),
        ("GET", {"origin": "https://localhost:8501"}, True, False),
    ],
)
def test_requests_of_other_sites(
    method: str, headers: dict[str, str], is_websocket: bool, elsewhere: bool
) -> None:
    asked = is_from_elsewhere(method, Headers(headers), "localhost:8501", is_websocket=is_websocket)
    assert asked == elsewhere


def test_a_proxy_that_drops_the_port_is_understood() -> None:
    origin = Headers({"origin": "http://lab.example.org:8080"})
    assert not is_from_elsewhere("GET", origin, "lab.example.org", is_websocket=True)
    assert is_from_elsewhere("GET", origin, "other.example.org", is_websocket=True)


def test_the_forwarded_host_counts_only_when_it_is_known() -> None:
    direct = {"host": "127.0.0.1:8501"}
    assert real_host(Headers({**direct, "x-forwarded-host": "lab.example.org"}), ALLOWED) == "lab.example.org"
    assert real_host(Headers({**direct, "x-forwarded-host": "evil.example"}), ALLOWED) == "127.0.0.1:8501"
    assert real_host(Headers(direct), ALLOWED) == "127.0.0.1:8501"


def test_pages_of_a_host_that_the_operator_named_may_ask_through_a_proxy_that_hides_it() -> None:
    headers = {"host": "127.0.0.1:8501", "origin": "https://lab.example.org:8443"}
    assert real_host(Headers(headers), ALLOWED) == "lab.example.org:8443"
    assert real_host(Headers(headers), ()) == "127.0.0.1:8501"
    foreign = Headers({"host": "127.0.0.1:8501", "origin": "https://evil.example"})
    assert real_host(foreign, ALLOWED) == "127.0.0.1:8501"


@given(st.text(max_size=40))
def test_no_header_breaks_the_door(text: str) -> None:
    """Whatever stands in Host, it is one of the known names or refused, and never an exception."""
    if is_allowed_host(text, (), beyond_loopback=False):
        assert (host_name(text) or "").replace("[", "").startswith(("localhost", "127.", ":", "0")) or (
            host_name(text) or ""
        ).endswith(".localhost")


@given(st.text(max_size=40), st.text(max_size=40))
def test_no_origin_breaks_the_door(origin: str, host: str) -> None:
    headers = Headers(raw=[(b"origin", origin.encode("utf-8", "replace"))])
    assert is_from_elsewhere("GET", headers, host, is_websocket=True) in (True, False)
