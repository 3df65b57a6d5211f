"""The chart as a page calls it."""

import json
import re

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.curves.component import FOLDER, SCRIPTS, CurveSeries, curves


def page_with_a_chart() -> None:
    from dashboard.curves import CurveSeries, curves

    training = CurveSeries("e/r/train", "loss", "r", "#0072B2")
    validation = CurveSeries("e/r/validation", "loss", "r, validation", "#0072B2", dashed=True)
    curves(
        [training, validation, training],
        key="loss",
        title="Loss",
        base_url="/lab",
        smoothing=0.6,
        axis="epoch",
    )


def test_a_page_hands_the_browser_all_it_needs():
    page = AppTest.from_function(page_with_a_chart).run()
    assert not page.exception
    (chart,) = page.get("bidi_component")
    [given] = json.loads(chart.proto.json)
    assert [series["run"] for series in given["series"]] == ["e/r/train", "e/r/validation"]
    assert (given["smoothing"], given["axis"], given["base_url"]) == (0.6, "epoch", "/lab")
    assert "export default" in chart.proto.js_content


def test_every_sentence_of_the_scripts_comes_from_python():
    page = AppTest.from_function(page_with_a_chart).run()
    words = json.loads(page.get("bidi_component")[0].proto.json)[0]["words"]
    used = set()
    for name in SCRIPTS:
        used |= set(re.findall(r"\bwords\.(\w+)", (FOLDER / name).read_text("utf-8")))
    assert used == set(words)


def test_the_scripts_never_make_markup_of_text():
    for name in SCRIPTS:
        script = (FOLDER / name).read_text("utf-8")
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function", script
        )


def test_all_scripts_are_joined():
    assert sorted(SCRIPTS) == sorted(path.name for path in FOLDER.glob("*.js"))


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"smoothing": 1.0}, "from 0 to 0.999, not 1.0"),
        ({"axis": "time"}, "step, epoch, relative, wall, not 'time'"),
    ],
)
def test_a_wrong_call_is_refused(options, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        curves([CurveSeries("e/r/train", "loss", "r", "#000000")], key="k", title="", base_url="", **options)
