"""The addresses beside the pages: TensorBoard, curves, reports, uPlot from its package, and a sign of life."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import psutil
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from dashboard.curves.route import curves, curves_csv
from dashboard.reading import DataServer
from dashboard.services import Services
from dashboard.serving.tensorboard_mount import TensorBoardMount, add_slash
from dashboard.settings import Settings

_UPLOT_FILES = {"uPlot.iife.js": "text/javascript", "uPlot.min.css": "text/css"}


def routes(settings: Settings, services: Callable[[], Services]) -> list[BaseRoute]:
    """All routes of ours under the base path; Streamlit's own come after them."""
    base = settings.base_path

    def data_server() -> DataServer:
        return services().data_server

    def health(request: Request) -> Response:
        status = services().reader.data_server
        return JSONResponse(
            {
                "status": "ok" if status.pid is not None else "starting",
                "data_server": {
                    "pid": status.pid,
                    "memory_bytes": status.memory_bytes,
                    "restarts": status.restarts,
                    "problem": status.problem,
                },
                "web_process": {
                    "memory_bytes": psutil.Process().memory_info().rss,
                    "has_tensorflow": "tensorflow" in sys.modules,
                },
            },
            headers={"Cache-Control": "no-store"},
        )

    def report(request: Request) -> Response:
        from dashboard.report import respond  # late: its altair and pandas would delay the first page

        return respond(request, services())

    prefix = f"{base}/tensorboard"
    return [
        Route(f"{base}/api/health", health),
        Route(f"{base}/api/curves", curves),
        Route(f"{base}/api/curves.csv", curves_csv),
        Route(f"{base}/report", report),
        Route(f"{base}/assets/uplot/{{name}}", uplot_file),
        Mount(f"{prefix}/", app=TensorBoardMount(prefix, data_server)),
        Route(prefix, add_slash),
    ]


def uplot_file(request: Request) -> Response:
    """UPlot's script or style as its package brings it; nothing else of that package."""
    name = request.path_params["name"]
    if name not in _UPLOT_FILES:
        return Response(status_code=404)
    path = Path(str(files("uplot") / "static" / name))
    return FileResponse(path, media_type=_UPLOT_FILES[name], headers={"Cache-Control": "no-cache"})
