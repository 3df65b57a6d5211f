"""A CSV of one's own on the pages that train: uploaded, its columns chosen from, what is wrong said before Start."""

from __future__ import annotations

import io
import json
import math
import os
import zipfile
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.uploads import KEPT_SECONDS
from tests.running import wait_until
from trainers.runs import create_run, state_folder
from trainers.specs import SequenceSpec

NUMBERS = 1_000


def words(page: AppTest) -> str:
    kinds = ("markdown", "caption", "warning", "error", "info")
    return "\n".join(element.value.replace("\\", "") for kind in kinds for element in page.get(kind))


def drawn(page: AppTest) -> str:
    return "\n".join(element.proto.body for element in page.get("html"))


def table(names: str = "日期,水位,temperature") -> str:
    lines = [f"2020-01-{day % 28 + 1:02},{math.sin(day / 6):.4f},{20 + day % 7}.5" for day in range(NUMBERS)]
    return "\n".join([names, *lines])


def upload(page: AppTest, name: str, content: str | bytes) -> None:
    [place] = page.file_uploader
    place.set_value((name, content.encode() if isinstance(content, str) else content, "text/csv")).run()
    assert not page.exception, page.exception


@pytest.fixture
def page(open_page) -> AppTest:
    return open_page(task="sequence", sequence_signal="csv")


def wait_for(page: AppTest, expected: str) -> None:
    wait_until(lambda: expected in words(page.run()), seconds=90, what=expected)
    assert not page.exception, page.exception


def test_an_upload_fills_the_path_and_offers_its_columns(page, lab):
    assert page.selectbox(key="sequence_column").disabled
    assert "The signal csv needs a file" in words(page)
    upload(page, "水位 level.csv", table())
    kept = kept_as(lab, "水位 level.csv")
    assert page.text_input(key="sequence_csv_file").value == str(kept) and kept.read_text() == table()
    wait_for(page, "1,000 numbers, from -1 to 1: 700 to train, 150 to validate, 150 to test.")
    column = page.selectbox(key="sequence_column")
    assert (column.options, column.value, column.disabled) == (["水位", "temperature"], "水位", False)
    assert ":orange[1 left out]" in {folded.label for folded in page.expander}
    assert "<b>日期</b> has no number in line 2 (&#x27;2020-01-01&#x27;)" in drawn(page)
    column.select("temperature").run()
    assert "1,000 numbers, from 20.5 to 26.5" in words(page)
    [chart] = [json.loads(one.proto.spec) for one in page.get("vega_lite_chart")]
    assert chart["encoding"]["x"]["title"] == "the first 200 values"
    wait_for(page, "multiply-adds for one window")
    assert not page.button(key="start").disabled


@pytest.mark.parametrize(
    ("name", "start", "question"),
    [
        ("compare", "start_comparison", {"compare_field": "learning_rate", "compare_values": "0.01, 0.001"}),
        ("sweep", "start_sweep", {}),
    ],
)
def test_whole_experiments_take_an_upload_and_its_columns_too(open_page, lab, name, start, question):
    page = open_page(name, task="sequence", sequence_signal="csv", **question)
    assert "The signal csv needs a file" in words(page)
    upload(page, f"{name}.csv", table())
    assert page.text_input(key="sequence_csv_file").value == str(kept_as(lab, f"{name}.csv"))
    wait_for(page, "1,000 numbers, from -1 to 1: 700 to train, 150 to validate, 150 to test.")
    page.selectbox(key="sequence_column").select("temperature").run()
    assert "1,000 numbers, from 20.5 to 26.5" in words(page)
    assert not page.error and not page.button(key=start).disabled


def test_the_column_of_an_address_stands_and_another_file_brings_its_own(open_page, tmp_path):
    path = tmp_path / "level.csv"
    path.write_text(table())
    page = open_page(
        task="sequence", sequence_signal="csv", sequence_csv_file=str(path), sequence_column="temperature"
    )
    wait_for(page, "from 20.5 to 26.5")
    by_number = {"sequence_csv_file": str(path), "sequence_column": "3"}
    page = open_page(task="sequence", sequence_signal="csv", **by_number)
    wait_for(page, "from 20.5 to 26.5")
    assert page.selectbox(key="sequence_column").value == "temperature"
    upload(page, "plain.csv", "\n".join(str(number % 9) for number in range(NUMBERS)))
    wait_for(page, "1,000 numbers, from 0 to 8")
    assert page.selectbox(key="sequence_column").value == "1"


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("空.csv", b"", "空.csv is empty: choose a file with a column of numbers."),
        ("book.csv", b"PK\x03\x04\0\0", "book.csv is not text: save the table as CSV in UTF-8"),
    ],
)
def test_what_is_plainly_no_table_is_refused_at_once(page, lab, name, content, sentence):
    upload(page, name, content)
    assert sentence in words(page)
    assert not list((state_folder(lab) / "uploads").glob(f"*/{name}"))
    assert page.text_input(key="sequence_csv_file").value == ""


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("gbk.csv", "时间,水位\n1,2\n".encode("gb18030"), "gbk.csv is not text in UTF-8 (line 1)"),
        ("head.csv", b"x,y\n", "head.csv has names in its first line and no numbers below them."),
        ("hole.csv", b"x\n1\nn/a\n", "hole.csv has no number in column x in line 3 ('n/a')"),
        ("comma.csv", b"x;y\n1,5;a\n", "put a number with a decimal point there"),
        ("short.csv", b"x\n1\n2\n", "short.csv: The training part has 1 of the signal's 2 values"),
    ],
)
def test_a_file_that_cannot_be_learned_from_says_why_before_start(page, name, content, sentence):
    upload(page, name, content)
    wait_for(page, sentence)
    wait_until(lambda: page.run().button(key="start").disabled, what="Start to be refused")


def test_a_file_on_the_lab_machine_stays_where_it_is(page, lab, tmp_path):
    path = tmp_path / "on the server.csv"
    path.write_text("t;x\n" + "\n".join(f"{number};{number % 5}" for number in range(NUMBERS)))
    page.text_input(key="sequence_csv_file").set_value(str(path)).run()
    wait_for(page, "1,000 numbers, from 0 to 999")
    assert not list((state_folder(lab) / "uploads").glob(f"*/{path.name}"))
    page.text_input(key="sequence_csv_file").set_value(str(tmp_path / "none.csv")).run()
    wait_for(page, f"There is no file {tmp_path / 'none.csv'}: check the path of the CSV file.")
    assert page.selectbox(key="sequence_column").disabled


def test_an_upload_that_a_run_names_outlives_the_uploads_of_others(open_page, lab):
    page = open_page(task="sequence", sequence_signal="csv")
    for name in ("named.csv", "forgotten.csv"):
        upload(page, name, f"{name}\n1\n2\n")
    named, forgotten = (kept_as(lab, name) for name in ("named.csv", "forgotten.csv"))
    create_run(lab, SequenceSpec(signal="csv", csv_file=named), experiment="waits", name="long")
    for path in (named, forgotten):
        os.utime(path, (path.stat().st_mtime - 2 * KEPT_SECONDS,) * 2)
    page = open_page(dataset="own")
    upload(page, "pets.zip", archive())
    assert page.text_input(key="data_path").value == str(kept_as(lab, "pets.zip"))
    assert named.exists() and not forgotten.exists()


def kept_as(lab: Path, name: str) -> Path:
    [path] = (state_folder(lab) / "uploads").glob(f"*/{name}")
    return path


def archive() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as zipped:
        zipped.writestr("red/a.txt", "no picture")
    return file.getvalue()
