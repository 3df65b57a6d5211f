"""A small app with nothing but charts over growing runs; `streamlit run` starts it, tests steer it by address.

Page: ?charts=2&runs=3&smoothing=0.6&axis=step&present=0&height=320&validation=1&log_x=1&log_y=1&clip=1
      &seeds=3 draws each run as the mean of so many, of which the last is slow; &place=1 lets charts be moved
With BOARDLAB_CHARTS_LOGDIR the curves are those of a real log folder, through the real data server and reader.
Steering: /steer?points=1000&rate=10&damage=e/r0/train:text&age=0.5&cut=1 (cut: /api/curves answers 503)
"""

from __future__ import annotations

import os
import sys
from importlib.resources import files
from pathlib import Path

import streamlit as st

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from dashboard.colours import PALETTE
from dashboard.curves import CurveSeries, Place, curves
from dashboard.curves.growing import GrowingCurves
from dashboard.curves.route import respond, respond_csv
from dashboard.reading import DataServer, Reader
from tests.dashboard.curves.growing_runs import GrowingReader

NAMES = ("Sigmoid", "ReLU", "Tanh", "ELU", "GELU", "Swish", "Softplus", "Leaky ReLU", "SELU", "Mish")


def page() -> None:
    """The charts that the address asks for."""
    asked = st.query_params
    runs, charts = int(asked.get("runs", 2)), int(asked.get("charts", 1))
    present = asked.get("present") == "1"
    st.set_page_config(layout="wide")
    smoothing = st.slider("Smoothing", 0.0, 0.999, float(asked.get("smoothing", 0.6)), key="smoothing")
    axis = st.selectbox(
        "Axis", ["step", "epoch", "relative", "wall"], key="axis", index=None, placeholder="step"
    )
    if st.button("Rerun"):
        st.session_state["reruns"] = st.session_state.get("reruns", 0) + 1
    if not st.checkbox("Charts", True):
        charts = 0
    st.text(f"reruns: {st.session_state.get('reruns', 0)} moved: {st.session_state.get('moved')}")
    for number in range(charts):
        tag = ("accuracy", "loss")[number % 2]
        series = []
        seeds = int(asked.get("seeds", 0))
        for run in range(runs):
            name = asked.get(f"name{run}", NAMES[run % len(NAMES)])
            each = [f"{n}" for n in range(1, seeds)] + ["slow"] * (seeds > 0)
            series.append(
                CurveSeries(
                    f"e/r{run}/train",
                    f"{tag}{number // 2 or ''}",
                    name,
                    PALETTE[run % len(PALETTE)],
                    seeds=tuple((f"e/r{run}-{seed}/train", f"{name}-{seed}") for seed in each),
                )
            )
            if asked.get("validation", "1") == "1":
                series.append(
                    CurveSeries(
                        f"e/r{run}/validation",
                        series[-1].tag,
                        f"{name} · validation",
                        PALETTE[run % len(PALETTE)],
                        dashed=True,
                    )
                )
        curves(
            series,
            key=f"chart{number}",
            title=tag.capitalize(),
            base_url="",
            smoothing=smoothing,
            axis=axis or asked.get("axis", "step"),
            log_x=asked.get("log_x") == "1",
            log_y=asked.get("log_y") == "1",
            clip=asked.get("clip") == "1",
            height=int(asked.get("height", 320)),
            present=present,
            place=Place(first=number == 0, last=number == charts - 1) if asked.get("place") == "1" else None,
            on_move=moved,
        )


def moved(move: str) -> None:
    """Writes onto the page what a chart was asked to do."""
    st.session_state["moved"] = move


def real_reader(logdir: Path) -> Reader:
    """A reader as the dashboard has it."""
    server = DataServer(logdir)
    server.start()
    started = Reader(server)
    started.start()
    return started


if st.runtime.exists():
    page()
else:
    logdir = os.environ.get("BOARDLAB_CHARTS_LOGDIR")
    reader = real_reader(Path(logdir)) if logdir else GrowingReader(points=1000)
    growing = GrowingCurves()
    cut = {"now": False}

    async def answer(request: Request) -> Response:
        if cut["now"]:
            return Response(status_code=503)
        return await respond(request, reader, growing)

    async def answer_csv(request: Request) -> Response:
        return await respond_csv(request, reader, growing)

    def steer(request: Request) -> Response:
        asked = request.query_params
        if "points" in asked:
            reader.set(int(asked["points"]), float(asked.get("rate", 0)))
        if "age" in asked:
            reader.age = float(asked["age"])
        if "damage" in asked:
            run, _, text = asked["damage"].partition(":")
            reader.damaged[run] = text
        if "cut" in asked:
            cut["now"] = asked["cut"] == "1"
        return JSONResponse({"length": reader.length})

    def uplot(request: Request) -> Response:
        return FileResponse(str(files("uplot") / "static" / request.path_params["name"]))

    app = st.App(
        __file__,
        routes=[
            Route("/api/curves", answer),
            Route("/api/curves.csv", answer_csv),
            Route("/steer", steer),
            Route("/assets/uplot/{name}", uplot),
        ],
    )
