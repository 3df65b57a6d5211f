"""The real TensorBoard inside our own server, on our own port, reading from our own data server.

It is built at the first request, in a thread: importing it takes half a second that the first page need not wait for.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

from a2wsgi import WSGIMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from dashboard.language import _
from dashboard.reading import DataServer
from dashboard.reading.channel import open_channel
from dashboard.serving.chosen_runs import with_chosen_runs
from dashboard.serving.tensorboard_settings import SCRIPT_NAME, script_answer, with_settings_script
from dashboard.without_tensorflow import register_stub

logger = logging.getLogger(__name__)

START_SECONDS = 15.0
WORKERS = 8
# TensorBoard thins a curve to 1,000 points unless told otherwise. Its answers are JSON made in this very process, so
# "all" would stop our own pages for seconds when someone draws many long runs there; this keeps every point of what
# a lesson trains. It must not be 0: its plugins read that as "none" and draw empty charts.
POINTS_A_CURVE = 10_000


class TensorBoardMount:
    """The ASGI app behind "…/tensorboard/". `prefix` is its full path, as "/lab/tensorboard"."""

    def __init__(self, prefix: str, data_server: Callable[[], DataServer]) -> None:
        self._prefix = prefix
        self._data_server = data_server
        self._building = asyncio.Lock()
        self._address = ""
        self._app: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hands a request to TensorBoard, building it first if need be."""
        scope = with_chosen_runs(scope, self._prefix)
        path = str(scope["path"])
        if path == f"{self._prefix}/{SCRIPT_NAME}":
            await script_answer()(scope, receive, send)
            return
        app = await self._ready()
        # The mount took the prefix off; TensorBoard knows it as its --path_prefix and wants the whole path.
        await app({**scope, "root_path": ""}, receive, send)

    async def _ready(self) -> ASGIApp:
        """TensorBoard for the data server's present address, which stays the same unless the port was lost."""
        async with self._building:
            server = await asyncio.to_thread(self._data_server)
            address = await asyncio.to_thread(server.wait_for_address, START_SECONDS)
            if address is None:
                return _not_available
            if self._app is None or address != self._address:
                wsgi = await asyncio.to_thread(tensorboard_app, address, server.logdir, self._prefix)
                app: Any = WSGIMiddleware(wsgi, workers=WORKERS)
                self._app, self._address = with_settings_script(app, f"{self._prefix}/"), address
            return self._app


def tensorboard_app(address: str, logdir: Path, prefix: str) -> Any:
    """TensorBoard's WSGI app for a data server; TensorFlow is not imported."""
    register_stub()
    from tensorboard import assets, default
    from tensorboard import program as tensorboard_program
    from tensorboard.backend.application import TensorBoardWSGIApp
    from tensorboard.data.grpc_provider import make_stub

    from dashboard.serving.chosen_runs_provider import ChosenRunsProvider

    program = tensorboard_program.TensorBoard(plugins=default.get_plugins())
    program.configure(
        argv=[
            "tensorboard",
            f"--logdir={logdir}",
            f"--grpc_data_provider={address}",
            f"--path_prefix={prefix}",
            f"--samples_per_plugin=scalars={POINTS_A_CURVE},images=100",
        ]
    )
    provider = ChosenRunsProvider(address, make_stub(open_channel(address)))
    return TensorBoardWSGIApp(
        program.flags, program.plugin_loaders, provider, assets.get_default_assets_zip_provider()
    )


def add_slash(request: Request) -> Response:
    """Sends "…/tensorboard" to "…/tensorboard/"; relative, since a proxy may have stripped a prefix."""
    query = request.url.query
    target = request.url.path.rpartition("/")[2] + "/" + (f"?{query}" if query else "")
    return RedirectResponse(target, status_code=307)


async def _not_available(scope: Scope, receive: Receive, send: Send) -> None:
    sentence = _("TensorBoard has no data yet: its data server has not started. Try again in a moment.")
    await PlainTextResponse(sentence + "\n", status_code=503)(scope, receive, send)
