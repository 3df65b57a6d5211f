"""The bars of a speed comparison: only what was measured, in the order in which it was."""

from __future__ import annotations

from dashboard.charts.speed import setup_label, speed_chart, speed_rows
from trainers.launchers import SpeedRow

ROWS = [
    SpeedRow(threads=1, images_per_second=900, low=800, high=1_000, ratio=1),
    SpeedRow(threads=2, images_per_second=1_800, low=1_700, high=1_900, ratio=2),
    SpeedRow(threads=2, precision="bfloat16", note="Not on this processor."),
    SpeedRow(device="gpu", gpu=1, images_per_second=90_000, low=89_000, high=91_000, ratio=100),
]


def test_setups_are_named_by_what_was_asked_for():
    assert list(map(setup_label, ROWS)) == [
        "CPU · 1 thread · float32",
        "CPU · 2 threads · float32",
        "CPU · 2 threads · bfloat16",
        "GPU 1 · float32",
    ]


def test_only_what_was_measured_has_a_bar_and_says_its_number():
    table = speed_rows(ROWS)
    assert list(table["said"]) == [
        "900 images/s, 1.00 ×",
        "1,800 images/s, 2.00 ×",
        "90,000 images/s, 100.00 ×",
    ]
    bars, spread, words = speed_chart(ROWS, colour="#0072B2", ink="#000000").to_dict()["layer"]
    assert bars["encoding"]["y"]["sort"] == list(table["setup"])
    assert (spread["encoding"]["x"]["field"], spread["encoding"]["x2"]["field"]) == ("low", "high")
    assert words["encoding"]["text"]["field"] == "said"


def test_nothing_measured_is_an_empty_chart_and_a_slides_words_are_large():
    assert speed_rows(ROWS[2:3]).empty
    speed_chart(ROWS[2:3], colour="#0072B2", ink="#000000").to_dict()
    slide = speed_chart(ROWS, colour="#0072B2", ink="#000000", present=True).to_dict()["layer"]
    assert slide[2]["mark"]["fontSize"] >= 24 and slide[0]["encoding"]["x"]["axis"]["labelFontSize"] >= 24
