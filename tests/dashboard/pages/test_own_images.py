"""Own images on the pages that train: what is found before anything starts, and many classes in a result."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from tests.running import copy_run, wait_until
from tests.trainers.own_images.made_images import class_folders


def words(page: AppTest) -> str:
    kinds = ("markdown", "caption", "warning", "error", "info")
    return "\n".join(element.value.replace("\\", "") for kind in kinds for element in page.get(kind))


def drawn(page: AppTest) -> str:
    return "\n".join(element.proto.body for element in page.get("html"))


@pytest.fixture(scope="module")
def colours(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = class_folders(tmp_path_factory.mktemp("own") / "颜色")
    (folder / "red" / "note <i>.txt").write_text("no picture")
    return folder


def test_own_images_are_asked_for_and_what_is_in_them_is_shown(open_page, colours):
    page = open_page(dataset="own")
    assert "Data set own needs your images" in words(page)
    page.text_input(key="data_path").set_value(str(colours)).run()
    wait_until(lambda: "2 classes, 20 images" in words(page.run()), seconds=90, what="the helper's look")
    assert "16 to train, 2 to validate, 2 to test. Each becomes 10 × 12 pixels in colour." in words(page)
    assert "red/note &lt;i&gt;.txt</b> is no picture in a form that can be read" in drawn(page)
    assert ":orange[1 left out]" in {folded.label for folded in page.expander}
    assert "<td>green</td><td>8</td><td>1</td><td>1</td>" in drawn(page)
    wait_until(lambda: "722 parameters" in words(page.run()), seconds=60, what="the description")
    assert not page.button(key="start").disabled


@pytest.mark.parametrize("name", ["compare", "sweep"])
def test_whole_experiments_on_own_images_say_what_is_in_them_too(open_page, colours, name):
    question = (
        {"compare_field": "learning_rate", "compare_values": "0.01, 0.001"} if name == "compare" else {}
    )
    page = open_page(name, dataset="own", data_path=str(colours), **question)
    [place] = page.file_uploader
    assert place.label == "Or upload a .zip or .npz"
    wait_until(lambda: "2 classes, 20 images" in words(page.run()), seconds=90, what="the helper's look")


def test_images_of_one_class_cannot_be_started(open_page, tmp_path):
    page = open_page(dataset="own", data_path=str(class_folders(tmp_path / "one", ("red",))))
    wait_until(lambda: "one class only, 'red'" in words(page.run()), seconds=90, what="the refusal")
    assert page.button(key="start").disabled


def test_of_many_classes_those_with_the_most_mistakes_are_drawn(open_page, lab, trained_run):
    run = copy_run(trained_run, lab, experiment="many", name="classes")
    classes = 300
    written = json.loads((run.artifacts / "evaluation.json").read_text())
    del written["confusion"]
    written["class_names"] = [f"种类 {number}" for number in range(classes)]
    (run.artifacts / "evaluation.json").write_text(json.dumps(written))
    whole = np.diag(np.full(classes, 5))
    whole[7, 250], whole[90, 91] = 9, 2
    true, predicted = np.nonzero(whole)
    np.savez(run.artifacts / "confusion.npz", true=true, predicted=predicted, images=whole[true, predicted])
    (run.artifacts / "left_out.json").write_text(
        '{"count": 1, "files": [{"name": "a.txt", "reason": "is empty"}]}'
    )
    page = open_page(run=run.key)
    assert "种类 7 → 种类 250 (9), 种类 90 → 种类 91 (2)" in words(page)
    chosen = page.multiselect(key=f"classes-{run.key}")
    assert len(chosen.value) == 20 and {7, 90, 91, 250} <= set(chosen.value)
    chosen.set_value([7, 250]).run()
    assert not page.exception
    [chart] = [json.loads(one.proto.spec) for one in page.get("vega_lite_chart")]
    assert chart["layer"][0]["encoding"]["x"]["sort"] == ["种类 7", "种类 250"]
    assert "1 left out" in {folded.label for folded in page.expander}
    assert "<b>a.txt</b> is empty" in drawn(page)
