"""Switches TensorBoard's own "reload data" on for whoever never chose: it is off by default.

TensorBoard keeps the switch in the browser's localStorage. Its content policy allows scripts of our origin and no
inline ones, so its page gets one line that loads a script which writes the switch before TensorBoard reads it.
"""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SCRIPT_NAME = "boardlab-settings.js"
RELOAD_MILLISECONDS = 30_000  # the least that TensorBoard allows

_SCRIPT = """\
const key = "_tb_global_settings";
let settings = {};
try {
  settings = JSON.parse(localStorage.getItem(key)) ?? {};
} catch {
  // Unreadable settings are no settings: TensorBoard sees it the same way.
}
if (settings.autoReload === undefined) {
  const first = {timeSeriesSettingsPaneOpened: false, ...settings};  // the curves get the width
  localStorage.setItem(key, JSON.stringify({...first, autoReload: true, autoReloadPeriodInMs: MILLISECONDS}));
}
""".replace("MILLISECONDS", str(RELOAD_MILLISECONDS))
_TAG = f'<script src="{SCRIPT_NAME}"></script>'.encode()


def script_answer() -> Response:
    """The script itself."""
    return Response(_SCRIPT, media_type="text/javascript", headers={"Cache-Control": "no-cache"})


def with_settings_script(app: ASGIApp, page: str) -> ASGIApp:
    """The same app, whose page of this path loads the script first; every other answer passes untouched."""

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET" or scope["path"] != page:
            await app(scope, receive, send)
            return
        plain = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
        await app({**scope, "headers": plain}, receive, _Insertion(send))

    return wrapped


class _Insertion:
    """Holds an answer back until it is whole, then sends it with our line in its head and its addresses relative."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Message = {}
        self._body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message
            return
        self._body += message.get("body", b"")
        if message.get("more_body"):
            return
        body = self._body.replace(b"<head>", b"<head>" + _TAG, 1)
        # TensorBoard asks for its fonts at the root of the host, whatever its --path_prefix.
        body = body.replace(b"url(/font-roboto/", b"url(font-roboto/")
        MutableHeaders(scope=self._start)["content-length"] = str(len(body))
        await self._send(self._start)
        await self._send({"type": "http.response.body", "body": body})
