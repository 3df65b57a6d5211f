"""GET /api/curves.csv: every point, read back by pandas, and names that are safe wherever they end up."""

import asyncio
import csv
import io
import math
from urllib.parse import unquote

import httpx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.routing import Route

from dashboard.curves.export import csv_pieces, disposition, file_name
from dashboard.curves.growing import GrowingCurves
from dashboard.curves.route import respond_csv
from dashboard.curves.smoothing import smoothed
from dashboard.curves.window import View, Wanted
from tests.dashboard.curves.growing_runs import GrowingReader
from tests.dashboard.curves.test_window import Reader, growing_curves, points


def table(reader, wanted, view=None) -> pd.DataFrame:
    text = "".join(csv_pieces(reader, GrowingCurves(), wanted, view or View()))
    return pd.read_csv(io.StringIO(text))


def test_every_point_is_in_the_file_and_the_smoothed_one_beside_it():
    reader = GrowingReader(points=12_345)
    names = ["e/a/train", "e/none/train", "e/b/validation"]
    found = table(reader, [Wanted(name, "loss") for name in names], View(smoothing=0.6, columns=10))
    assert list(found) == ["run", "tag", "step", "wall_time", "value", "smoothed"]
    for name in ("e/a/train", "e/b/validation"):
        series, rows = reader.series(name, "loss"), found[found["run"] == name]
        assert rows["step"].tolist() == series.steps.tolist()
        assert rows["value"].to_numpy().astype(np.float32).tolist() == series.values.tolist()
        assert rows["smoothed"].to_numpy() == pytest.approx(smoothed(series.values, 0.6), rel=1e-8)
        assert rows["wall_time"].to_numpy() == pytest.approx(series.wall_times, abs=1e-5)
    assert set(found["run"]) == {"e/a/train", "e/b/validation"}


@given(growing_curves(), st.floats(-10, 5000), st.floats(0.5, 5000), st.booleans())
def test_of_a_part_exactly_the_points_in_it(curve, left, width, is_log):
    whole, _cuts = curve
    view = View(range=(left, left + width), is_log=is_log)
    reader = Reader({("e/r/train", "loss"): whole})
    text = "".join(csv_pieces(reader, GrowingCurves(), [Wanted("e/r/train", "loss")], view))
    expected = [
        step for step in whole.steps.tolist() if left <= step <= left + width and (step > 0 or not is_log)
    ]
    assert [int(row["step"]) for row in csv.DictReader(io.StringIO(text))] == expected


def test_what_is_no_number_is_read_back_as_none():
    reader = Reader({("e/r/train", "loss"): points(range(4), [1.5, math.nan, math.inf, -math.inf])})
    values = table(reader, [Wanted("e/r/train", "loss")])["value"].tolist()
    assert values[0] == 1.5 and math.isnan(values[1]) and values[2:] == [math.inf, -math.inf]


@given(st.text(min_size=1, max_size=40))
def test_any_name_survives_and_none_becomes_a_formula(name):
    reader = Reader({(name, "loss"): points([1])})
    text = "".join(csv_pieces(reader, GrowingCurves(), [Wanted(name, "loss")], View()))
    _head, row = csv.reader(io.StringIO(text, newline=""))
    assert row[0] in (name, f"'{name}")
    assert not row[0].startswith(("=", "+", "-", "@"))


@given(st.text(max_size=200))
def test_file_names_hold_for_every_system(title):
    name = file_name(title)
    assert 0 < len(name) <= 60
    assert not set(name) & set('\\/:*?"<>|\r\n\t\0')
    assert name.strip(" .") == name


@given(st.text(max_size=80).map(file_name))
def test_a_browser_reads_the_very_name_back(name):
    header = disposition(f"{name}.csv")
    assert header.isascii()
    assert unquote(header.split("filename*=UTF-8''")[1]) == f"{name}.csv"
    assert header.count('"') == 2


def ask(**question) -> httpx.Response:
    reader, growing = GrowingReader(points=5000), GrowingCurves()

    async def answer(request):
        return await respond_csv(request, reader, growing)

    async def get() -> httpx.Response:
        transport = httpx.ASGITransport(app=Starlette(routes=[Route("/api/curves.csv", answer)]))
        async with httpx.AsyncClient(transport=transport, base_url="http://lab") as client:
            return await client.get("/api/curves.csv", params=question)

    return asyncio.run(get())


def test_the_file_is_a_download_of_the_charts_name():
    answer = ask(run="e/r/train", tag="loss", name="Verlust 损失 ../../x")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"].startswith('attachment; filename="Verlust - .. .. x.csv"; ')
    assert "%E6%8D%9F%E5%A4%B1" in answer.headers["content-disposition"]
    assert len(answer.text.splitlines()) == 5001


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ({}, "pairs of run= and tag="),
        ({"run": "e/r/train", "tag": "loss", "seeds": "e/a/train\ne/b/train"}, "no mean of them"),
        ({"run": "e/r/train", "tag": "loss", "from": "x", "to": "3"}, "from must be a number"),
    ],
)
def test_a_wrong_question_gets_one_sentence(question, sentence):
    answer = ask(**question)
    assert answer.status_code == 400
    assert sentence in answer.json()["error"]
