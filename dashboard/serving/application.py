"""The parts of the ASGI app, put together once for the process: what `streamlit_app.py` hands to `st.App`."""

from __future__ import annotations

import asyncio
import importlib
import logging
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from starlette.middleware import Middleware
from streamlit import config, net_util

from dashboard.services import close_services, services
from dashboard.serving.door import TOKEN_PARAMETER, Door, make_token
from dashboard.serving.prefix import BasePath
from dashboard.serving.routes import routes as all_routes
from dashboard.settings import InvalidSetting, Settings, is_loopback, load_settings
from trainers.runs import RunError

logger = logging.getLogger(__name__)

LOAD_AHEAD_SECONDS = 3.0  # the first page comes before it
_EVERYWHERE = ("", "0.0.0.0", "::")


def links(settings: Settings, token: str, address: str, port: int) -> list[str]:
    """The addresses under which a visitor gets in, key included, as far as this machine knows them."""
    hosts = [address] if address not in _EVERYWHERE else ["localhost", net_util.get_internal_ip() or ""]
    scheme = "https" if config.get_option("server.sslCertFile") else "http"
    return [
        f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}{settings.base_path}/?{TOKEN_PARAMETER}={token}"
        for host in dict.fromkeys(hosts)
        if host
    ]


def announcement(settings: Settings, token: str) -> str:
    """What the operator reads where the lab was started."""
    address = config.get_option("server.address") or ""
    lines = links(settings, token, address, int(config.get_option("server.port")))
    text = "  Only who has the key gets in. Open or share this link:\n\n"
    text += "".join(f"  {line}\n" for line in lines)
    if settings.allowed_hosts or is_loopback(address):
        text += f"\n  Under any other address of this lab, add /?{TOKEN_PARAMETER}={token}\n"
    return f"\n{text}"


def announce() -> None:
    """Prints the links with the key where the lab was started."""
    print(announcement(settings, token), flush=True)


@asynccontextmanager
async def lifespan(app: Any) -> AsyncIterator[dict[str, Any]]:
    """Starts the services beside the server, so that the first visitor finds the data server running."""
    if settings.token_wanted:
        announce()
    starting = asyncio.create_task(asyncio.to_thread(_start_services))
    loading = asyncio.create_task(_load_ahead())
    try:
        yield {}
    finally:
        loading.cancel()
        await starting
        await asyncio.to_thread(close_services)


def _start_services() -> None:
    try:
        services()
    except RunError as error:
        # Every page shows the same sentence; here the operator reads it.
        logger.error("%s", error)


async def _load_ahead() -> None:
    """The first result with a drawing needs altair: half a second that passes before somebody has one."""
    await asyncio.sleep(LOAD_AHEAD_SECONDS)
    await asyncio.to_thread(importlib.import_module, "altair")


def _settings_or_exit() -> Settings:
    try:
        return load_settings()
    except InvalidSetting as error:
        print(error, file=sys.stderr)
        raise SystemExit(2) from error


settings = _settings_or_exit()
token = settings.token or make_token()
routes = all_routes(settings, services)
middleware: Sequence[Middleware] = [
    Middleware(BasePath, base_path=settings.base_path),
    Middleware(Door, settings=settings, token=token, announce=announce),
]
