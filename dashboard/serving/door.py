"""The door: one ASGI middleware before pages, websocket, /api and /tensorboard alike.

It answers only to known host names, refuses what other sites send, and asks for a key (a link printed at start, then
a cookie) as soon as the lab can be reached from beyond this machine, or when the operator wants one.
"""

from __future__ import annotations

import hashlib
import hmac
import html
import logging
import secrets
from collections.abc import Callable
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.language import _
from dashboard.serving.policy import page_policy
from dashboard.serving.visitors import is_allowed_host, is_from_elsewhere, real_host
from dashboard.settings import Settings, is_loopback

logger = logging.getLogger(__name__)

TOKEN_PARAMETER = "token"  # noqa: S105 - the name of a parameter in an address
COOKIE_DAYS = 30
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def make_token() -> str:
    """A key that nobody guesses, short enough to be sent by chat."""
    return secrets.token_urlsafe(24)


class Door:
    """ASGI middleware. `announce` is told once when a visitor from beyond loopback stands before a closed door."""

    def __init__(self, app: ASGIApp, settings: Settings, token: str, announce: Callable[[], None]) -> None:
        self._app = app
        self._settings = settings
        self._token = token
        self._announce = announce
        self._announced = settings.token_wanted
        self._cookie = "boardlab_" + hashlib.sha256(token.encode()).hexdigest()[:12]
        self._cookie_value = hmac.new(token.encode(), b"boardlab cookie", hashlib.sha256).hexdigest()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets a request in, or answers it here."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        answer = self._refusal(scope)
        if answer is None:
            await self._app(self._with_real_host(scope), receive, _with_headers(send))
        elif scope["type"] == "websocket":
            await _close(receive, send)
        else:
            await answer(scope, receive, _with_headers(send))

    def _refusal(self, scope: Scope) -> Response | None:
        """The answer that ends a request here; None for one that may come in."""
        headers = Headers(scope=scope)
        host = real_host(headers, self._settings.allowed_hosts)
        if not self._is_known(headers.get("host", ""), scope) or not self._is_known(host, scope):
            sentence = _("This lab does not answer to that name: its operator can add it to {setting}.")
            return _sentence(403, sentence.format(setting="BOARDLAB_ALLOWED_HOSTS"))
        method = str(scope.get("method", "GET"))
        if is_from_elsewhere(method, headers, host, is_websocket=scope["type"] == "websocket"):
            return _sentence(403, _("Another web site sent this request, so it was refused."))
        if not self._needs_token(scope):
            return None
        return self._without_token(scope, method)

    def _is_known(self, host: str, scope: Scope) -> bool:
        beyond = self._settings.token_wanted or _comes_from_beyond(scope)
        return is_allowed_host(host, self._settings.allowed_hosts, beyond_loopback=beyond)

    def _needs_token(self, scope: Scope) -> bool:
        return self._settings.token_wanted or _comes_from_beyond(scope)

    def _without_token(self, scope: Scope, method: str) -> Response | None:
        connection = HTTPConnection(scope)
        if _is_same(connection.cookies.get(self._cookie, ""), self._cookie_value):
            return None
        scheme, _space, key = connection.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and _is_same(key, self._token):
            return None
        given = connection.query_params.get(TOKEN_PARAMETER)
        if given is not None and _is_same(given, self._token) and scope["type"] == "http" and method == "GET":
            return self._welcome(connection)
        if not self._announced:
            self._announced = True
            self._announce()
        return _ask_for_key()

    def _welcome(self, connection: HTTPConnection) -> Response:
        """Sets the cookie and takes the key out of the address, where others might read it."""
        query = [pair for pair in parse_qsl(connection.url.query, True) if pair[0] != TOKEN_PARAMETER]
        # Relative, since a proxy may have stripped a prefix that only the browser knows.
        page = "./" + connection.scope["path"].rpartition("/")[2]
        answer = RedirectResponse(page + (f"?{urlencode(query)}" if query else ""), status_code=303)
        forwarded = connection.headers.get("x-forwarded-proto", connection.url.scheme)
        answer.set_cookie(
            self._cookie,
            self._cookie_value,
            max_age=COOKIE_DAYS * 86_400,
            httponly=True,
            samesite="lax",
            secure=forwarded.split(",")[0].strip() == "https",
        )
        return answer

    def _with_real_host(self, scope: Scope) -> Scope:
        """What stands behind the door sees the visitor's host, whatever a proxy made of it."""
        headers = Headers(scope=scope)
        host = real_host(headers, self._settings.allowed_hosts)
        if host == headers.get("host"):
            return scope
        kept = [(name, value) for name, value in scope["headers"] if name != b"host"]
        return {**scope, "headers": [(b"host", host.encode("latin-1")), *kept]}


def _comes_from_beyond(scope: Scope) -> bool:
    """Whether the connection was made to an address of this machine that others can reach."""
    server = scope.get("server")
    client = scope.get("client")
    reached = [end[0] for end in (server, client) if end and end[1] is not None]
    return any(not is_loopback(host.split("%")[0].removeprefix("::ffff:")) for host in reached)


def _is_same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), expected.encode())


def _sentence(status: int, text: str) -> Response:
    return PlainTextResponse(text + "\n", status_code=status)


def _ask_for_key() -> Response:
    title = html.escape(_("This lab asks for its key"))
    text = html.escape(
        _("Open the link that was printed where the lab was started. It ends in ?token= and the key.")
    )
    page = (
        '<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>BoardLab</title><style>body{{font:1.2rem/1.5 system-ui;max-width:36rem;margin:20vh auto;"
        f"padding:0 1rem;color-scheme:light dark}}</style><h1>{title}</h1><p>{text}</p>"
    )
    return HTMLResponse(page, status_code=401, headers={"Cache-Control": "no-store"})


def _with_headers(send: Send) -> Send:
    """Adds our security headers to every answer; what an answer (TensorBoard's) says itself, it keeps."""

    async def guarded(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
            if headers.get("content-type", "").startswith("text/html"):
                headers.setdefault("Content-Security-Policy", page_policy())
        await send(message)

    return guarded


async def _close(receive: Receive, send: Send) -> None:
    """Refuses a websocket before it was accepted: the browser sees 403."""
    await receive()
    await send({"type": "websocket.close", "code": 1008})
