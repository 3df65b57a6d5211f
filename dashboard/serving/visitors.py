"""Who may ask: which host names the lab answers to, and which requests a foreign site has sent.

A page elsewhere can make a visitor's browser send requests here. Two things unmask it: the Host header names the
foreign site when it had its own name resolve to this machine (DNS rebinding), and browsers say in Sec-Fetch-Site and
Origin where a request came from, which no script can forge.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.datastructures import Headers

from dashboard.settings import is_loopback

SAFE_METHODS = frozenset({"GET", "HEAD"})


def host_name(netloc: str) -> str | None:
    """The host of "name:port" in lower case; None where it is none."""
    try:
        parts = urlsplit(f"//{netloc}")
        port_is_valid = parts.port is None or parts.port >= 0
    except ValueError:
        return None
    if not port_is_valid or parts.username is not None or parts.path or parts.query or parts.fragment:
        return None
    return parts.hostname.rstrip(".") if parts.hostname else None


def is_allowed_host(netloc: str, allowed: Collection[str], *, beyond_loopback: bool) -> bool:
    """Whether the lab answers to this Host header.

    Loopback and the operator's names always; when it listens beyond loopback also this machine's own name and
    every address of digits, which no foreign name can resolve to.
    """
    name = host_name(netloc)
    if name is None:
        return False
    if is_loopback(name) or name in allowed:
        return True
    return beyond_loopback and (_is_address(name) or name in own_names())


def own_names() -> set[str]:
    """The names under which other machines may know this one."""
    name = socket.gethostname().lower()
    return {name, name.split(".")[0], f"{name.split('.')[0]}.local"}


def real_host(headers: Headers, allowed: Collection[str]) -> str:
    """The host in the visitor's address bar, where a proxy replaced it by its own name for us.

    Either the proxy says what it was (a foreign page cannot set X-Forwarded-Host without the browser asking us
    first), or the request comes from a page of a host that the operator named.
    """
    forwarded = headers.get("x-forwarded-host", "").split(",")[0].strip()
    name = host_name(forwarded) if forwarded else None
    if name is not None and (name in allowed or is_loopback(name)):
        return forwarded
    origin = urlsplit(headers.get("origin", "")).netloc
    if origin and host_name(origin) in allowed:
        return origin
    return headers.get("host", "")


def is_from_elsewhere(method: str, headers: Headers, host: str, *, is_websocket: bool) -> bool:
    """Whether another site sent this request. Following a link from another site to a page is not meant."""
    site = headers.get("sec-fetch-site")
    if site in ("same-origin", "none"):
        return False
    if site is not None:
        return is_websocket or not _is_followed_link(method, headers)
    origin = headers.get("origin")
    return origin is not None and not _is_same_host(origin, host)


def _is_followed_link(method: str, headers: Headers) -> bool:
    return (
        method in SAFE_METHODS
        and headers.get("sec-fetch-mode") == "navigate"
        and headers.get("sec-fetch-dest") == "document"
    )


def _is_same_host(origin: str, host: str) -> bool:
    """Proxies often pass on the host without its port; a browser that came directly always names ours."""
    theirs = urlsplit(origin).netloc.lower()
    host = host.lower()
    if theirs == host:
        return True
    return bool(theirs) and host_name(host) == host.strip("[]") and host_name(theirs) == host_name(host)


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
