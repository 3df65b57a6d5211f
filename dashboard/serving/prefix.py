"""Makes `server.baseUrlPath` hold behind both kinds of reverse proxy: those that keep it and those that strip it."""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send


class BasePath:
    """ASGI middleware that puts the base path back where a proxy stripped it; all behind it see one kind of address."""

    def __init__(self, app: ASGIApp, base_path: str) -> None:
        self._app = app
        self._base = base_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on with the prefix."""
        if self._base and scope["type"] in ("http", "websocket"):
            path = str(scope["path"])
            if path != self._base and not path.startswith(f"{self._base}/"):
                raw = scope.get("raw_path")
                scope = {**scope, "path": self._base + path}
                if raw is not None:
                    scope["raw_path"] = self._base.encode() + raw
        await self._app(scope, receive, send)
