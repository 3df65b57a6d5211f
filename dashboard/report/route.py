"""`GET /report?experiment=NAME`: the report of an experiment, written anew each time; read only.

With `&save=1` the browser keeps it as a file instead of showing it.
"""

from __future__ import annotations

from datetime import datetime

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from dashboard.curves.export import disposition
from dashboard.language import answering
from dashboard.report.building import experiment_report, file_name
from dashboard.report.document import policy
from dashboard.services import Services
from trainers.runs import RunError


def respond(request: Request, started: Services) -> Response:
    """The document, or 404 and one sentence where there is nothing to report."""
    experiment = request.query_params.get("experiment", "")
    headers = {"Cache-Control": "no-store", "Content-Security-Policy": policy()}
    if request.query_params.get("save") == "1":
        headers["Content-Disposition"] = disposition(file_name(experiment))
    with answering(request.headers.get("accept-language", "")):
        try:
            return HTMLResponse(
                experiment_report(started, experiment, now=datetime.now().astimezone()), headers=headers
            )
        except RunError as error:
            return PlainTextResponse(f"{error}\n", status_code=404, headers={"Cache-Control": "no-store"})
