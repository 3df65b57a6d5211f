"""GET /api/curves: read only, bounded, and a sentence for whoever asks wrongly."""

import asyncio

import httpx
import numpy as np
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dashboard.curves.growing import GrowingCurves
from dashboard.curves.route import MOST_SERIES, respond
from tests.dashboard.curves.growing_runs import GrowingReader

RUN = {"run": "e/r/train", "tag": "loss"}


class Client:
    """Asks an ASGI app without a server between."""

    def __init__(self, app: Starlette) -> None:
        self._transport = httpx.ASGITransport(app=app)

    def request(self, method: str, path: str, **options) -> httpx.Response:
        async def ask() -> httpx.Response:
            async with httpx.AsyncClient(transport=self._transport, base_url="http://lab") as client:
                return await client.request(method, path, **options)

        return asyncio.run(ask())

    def get(self, path: str, **options) -> httpx.Response:
        return self.request("GET", path, **options)


@pytest.fixture(scope="module")
def client():
    reader, growing = GrowingReader(points=5000), GrowingCurves()

    async def curves(request: Request) -> Response:
        return await respond(request, reader, growing)

    return Client(Starlette(routes=[Route("/api/curves", curves)]))


def test_curves_come_in_the_order_asked_for(client):
    names = ["e/b/train", "e/none/train", "e/a/train"]
    answer = client.get("/api/curves", params={"run": names, "tag": ["loss"] * 3, "columns": 300})
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert [series["points"] for series in answer.json()["series"]] == [5000, 0, 5000]


def test_what_a_client_has_does_not_travel_again(client):
    first = client.get("/api/curves", params=RUN).json()["series"][0]
    again = client.get("/api/curves", params={**RUN, "have": first["have"]}).json()["series"][0]
    assert "x" in first
    assert "x" not in again


def test_true_values_at_a_place(client):
    answer = client.get("/api/curves", params={**RUN, "at": "1234.4", "smoothing": "0.6"}).json()
    assert answer["at"][0]["step"] == 1234


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ({}, "pairs of run= and tag="),
        ({"run": "e/r/train"}, "pairs of run= and tag="),
        (
            {"run": ["a"] * (MOST_SERIES + 1), "tag": ["b"] * (MOST_SERIES + 1)},
            "too many: choose at most 200",
        ),
        ({**RUN, "run": "x" * 2000}, "at most 1000 letters"),
        ({**RUN, "have": ["a", "b"]}, "have= once for each run="),
        ({**RUN, "smoothing": "1"}, "from 0 to 0.999, not 1"),
        ({**RUN, "smoothing": "nan"}, "smoothing must be a number, not 'nan'"),
        ({**RUN, "axis": "<b>"}, "axis is one of step, epoch, relative, wall, not '<b>'"),
        ({**RUN, "columns": "0"}, "columns is a number of pixels"),
        ({**RUN, "columns": "1e9"}, "columns is a number of pixels"),
        ({**RUN, "columns": "wide"}, "columns must be a number"),
        ({**RUN, "from": "3"}, "to must be a number, not missing"),
        ({**RUN, "from": "3", "to": "3"}, "from must be smaller than to"),
        ({**RUN, "from": "-inf", "to": "3"}, "from must be a number"),
        ({**RUN, "at": "here"}, "at must be a number"),
        ({**RUN, "at": "1e300"}, "at must be a number"),
        ({**RUN, "steps_per_epoch": "0"}, "steps_per_epoch must be a number above 0"),
    ],
)
def test_a_wrong_question_gets_one_sentence(client, question, sentence):
    answer = client.get("/api/curves", params=question)
    assert answer.status_code == 400
    assert sentence in answer.json()["error"]


@pytest.mark.parametrize("have", ["", ":", "abc:9", "1:2:3", ":-5", "x" * 500, "0/0/1/0:٣"])
def test_whatever_a_client_says_it_has_it_gets_what_is_true(client, have):
    series = client.get("/api/curves", params={**RUN, "have": have}).json()["series"][0]
    assert series["from"] is None


@pytest.mark.parametrize("axis", ["step", "epoch", "relative", "wall"])
@pytest.mark.parametrize("zoom", [(-1e14, 1e14), (-5, -4), (1e12, 1e13), (10, 10.0000001)])
def test_any_part_of_any_axis_may_be_asked_for(client, axis, zoom):
    answer = client.get("/api/curves", params={**RUN, "axis": axis, "from": zoom[0], "to": zoom[1]})
    assert answer.status_code == 200
    assert len(answer.json()["series"][0]["x"]) <= 2 * 802


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_it_is_read_only(client, method):
    assert client.request(method, "/api/curves", params=RUN).status_code == 405


def test_values_that_are_no_numbers_make_valid_json(client, monkeypatch):
    series = GrowingReader(points=5).series("e/r/train", "loss")
    values = np.array([1, np.nan, np.inf, -np.inf, 2.0])
    monkeypatch.setattr(
        GrowingReader, "series", lambda *_: type(series)(series.steps, series.wall_times, values)
    )
    answer = client.get("/api/curves", params={"run": "e/nan/train", "tag": "loss"}).json()["series"][0]
    assert answer["y"] == [1, None, None, None, 2]
