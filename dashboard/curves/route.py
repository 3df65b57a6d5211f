"""`GET /api/curves`: what is new on the curves of one chart. Read only; every input is bounded.

`GET /api/curves.csv` takes the same questions and gives every point (`dashboard.curves.export`).

| parameter       | meaning                                                                         |
|-----------------|---------------------------------------------------------------------------------|
| run, tag        | one curve each, repeated: TensorBoard's run name and tag                        |
| have            | repeated or absent: what the last answer said of that curve                     |
| steps_per_epoch | repeated or absent: for the axis `epoch`; empty where it is not known           |
| seeds           | repeated or absent: the runs that a curve is the mean of, one a line; or empty  |
| smoothing       | 0 to 0.999                                                                      |
| axis            | step, epoch, relative (seconds since the run began) or wall (unix seconds)      |
| log, clip       | 1: the axis is logarithmic; outliers are cut off (by default neither)           |
| columns         | pixels the chart is wide                                                        |
| from, to        | the part of the axis that is shown; without them all of it                      |
| at              | asks for the true values nearest to that x instead                              |
"""

from __future__ import annotations

import json
import math
from itertools import chain
from typing import Any

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from dashboard.curves.export import csv_pieces, disposition, file_name
from dashboard.curves.growing import GrowingCurves
from dashboard.curves.positions import AXES
from dashboard.curves.smoothing import LARGEST_WEIGHT
from dashboard.curves.window import CurveReader, View, Wanted, values_at, window
from dashboard.language import _

MOST_SERIES = 200
MOST_COLUMNS = 8_000
LONGEST_NAME = 1_000


class BadRequest(ValueError):
    """A question that cannot be answered; its text is one sentence for a person."""


async def curves(request: Request) -> Response:
    """The endpoint of the app: answers from its reader."""
    from dashboard.services import services

    return await respond(request, services().reader, growing_curves())


@st.cache_resource(show_spinner=False)
def growing_curves() -> GrowingCurves:
    """The smoothed curves all sessions share."""
    return GrowingCurves()


async def respond(request: Request, reader: CurveReader, growing: GrowingCurves) -> Response:
    """Answers one request from a reader: 200 with curves, or 400 with one sentence under `error`."""
    try:
        wanted, view, at = *_asked(request.query_params), None
        if "at" in request.query_params:
            at = _number(request.query_params, "at")
    except BadRequest as error:
        return _refusal(error)
    if at is None:
        answer = await run_in_threadpool(window, reader, growing, wanted, view)
    else:
        answer = await run_in_threadpool(values_at, reader, growing, wanted, view, at)
    body = json.dumps(answer, allow_nan=False, separators=(",", ":"))
    return Response(body, media_type="application/json", headers=_NEVER_STORED)


async def curves_csv(request: Request) -> Response:
    """The endpoint of the app for all points of a chart."""
    from dashboard.services import services

    return await respond_csv(request, services().reader, growing_curves())


async def respond_csv(request: Request, reader: CurveReader, growing: GrowingCurves) -> Response:
    """Answers with a file, piece by piece: 200, or 400 with one sentence under `error`."""
    try:
        wanted, view = _asked(request.query_params)
        if any(one.seeds for one in wanted):
            raise BadRequest(_("A file holds the runs themselves and no mean of them: ask without seeds=."))
    except BadRequest as error:
        return _refusal(error)
    name = file_name(request.query_params.get("name", "")[:LONGEST_NAME])
    return StreamingResponse(
        csv_pieces(reader, growing, wanted, view),
        media_type="text/csv; charset=utf-8",
        headers={**_NEVER_STORED, "Content-Disposition": disposition(f"{name}.csv")},
    )


_NEVER_STORED = {"Cache-Control": "no-store"}


def _refusal(error: BadRequest) -> Response:
    return JSONResponse({"error": str(error)}, status_code=400, headers=_NEVER_STORED)


def _asked(query: QueryParams) -> tuple[list[Wanted], View]:
    wanted, view = _wanted(query), _view(query)
    if view.axis == "wall" and any(one.seeds for one in wanted):
        raise BadRequest(_("Runs of different times have no mean over the time of day: ask without seeds=."))
    return wanted, view


def _wanted(query: QueryParams) -> list[Wanted]:
    runs, tags = query.getlist("run"), query.getlist("tag")
    if not runs or len(runs) != len(tags):
        raise BadRequest(_("Name the curves as pairs of run= and tag=, at least one."))
    seeds = [
        tuple(dict.fromkeys(text.split("\n"))) if text else () for text in _as_many(query, "seeds", len(runs))
    ]
    count = sum(len(names) or 1 for names in seeds)
    if count > MOST_SERIES:
        raise BadRequest(
            _("{count} curves in one chart are too many: choose at most {most}.").format(
                count=count, most=MOST_SERIES
            )
        )
    if max(map(len, [*runs, *tags, *chain.from_iterable(seeds)])) > LONGEST_NAME:
        raise BadRequest(_("A run or tag has at most {most} letters.").format(most=LONGEST_NAME))
    haves = _as_many(query, "have", len(runs))
    epochs = _as_many(query, "steps_per_epoch", len(runs))
    return [
        Wanted(run, tag, have, _positive(epoch) if epoch else None, names)
        for run, tag, have, epoch, names in zip(runs, tags, haves, epochs, seeds, strict=True)
    ]


def _as_many(query: QueryParams, name: str, count: int) -> list[str]:
    given = query.getlist(name)
    if len(given) not in (0, count):
        raise BadRequest(_("Give {name}= once for each run=, or not at all.").format(name=name))
    return given or [""] * count


def _view(query: QueryParams) -> View:
    smoothing = _number(query, "smoothing", default=0.0)
    if not 0 <= smoothing <= LARGEST_WEIGHT:
        raise BadRequest(
            _("smoothing is a number from 0 to {largest}, not {value}.").format(
                largest=LARGEST_WEIGHT, value=query["smoothing"]
            )
        )
    axis = query.get("axis", "step")
    if axis not in AXES:
        raise BadRequest(
            _("axis is one of {axes}, not {value}.").format(axes=", ".join(AXES), value=repr(axis[:40]))
        )
    columns = _number(query, "columns", default=800)
    if not 1 <= columns <= MOST_COLUMNS:
        raise BadRequest(
            _("columns is a number of pixels from 1 to {most}, not {value}.").format(
                most=MOST_COLUMNS, value=query["columns"]
            )
        )
    return View(smoothing, axis, math.ceil(columns), _range(query), _said(query, "log"), _said(query, "clip"))


def _said(query: QueryParams, name: str) -> bool:
    if (text := query.get(name, "0")) not in ("0", "1"):
        raise BadRequest(_("{name} is 0 or 1, not {value}.").format(name=name, value=_shown(text)))
    return text == "1"


def _range(query: QueryParams) -> tuple[float, float] | None:
    if "from" not in query and "to" not in query:
        return None
    left, right = _number(query, "from"), _number(query, "to")
    if not left < right:
        raise BadRequest(_("The range from= to= is empty: from must be smaller than to."))
    return left, right


def _number(query: QueryParams, name: str, default: float | None = None) -> float:
    text = query.get(name)
    if text is None and default is not None:
        return default
    number = _parsed(text)
    # Beyond this, positions on an axis are no longer told apart in double precision.
    if number is None or abs(number) > 1e15:
        raise BadRequest(_("{name} must be a number, not {value}.").format(name=name, value=_shown(text)))
    return number


def _positive(text: str) -> float:
    number = _parsed(text)
    if number is None or not 0 < number < 1e15:
        raise BadRequest(
            _("steps_per_epoch must be a number above 0, not {value}.").format(value=_shown(text))
        )
    return number


def _parsed(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _shown(text: Any) -> str:
    return repr(text[:40]) if isinstance(text, str) else _("missing")
