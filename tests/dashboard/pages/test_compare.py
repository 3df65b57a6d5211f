"""The Compare page on a real small comparison, with the real services; what it starts is really queued and stopped."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.comparison_table import said
from dashboard.services import services
from tests.running import wait_until
from trainers.comparisons import find_comparisons, measured, read_comparison, verdict
from trainers.comparisons.event_files import EventFolders
from trainers.runs import FINISHED, find_runs, read_status


def seen(page: AppTest) -> str:
    """All words on the page without Markdown's backslashes, and the markup of what was drawn as HTML."""
    kinds = ("title", "markdown", "caption", "text", "error", "warning", "info", "code")
    words = [str(element.value) for kind in kinds for element in page.get(kind) if hasattr(element, "value")]
    drawn = [element.proto.body for element in page.get("html")]
    return "\n".join([word.replace("\\", "") for word in words] + drawn)


def press(page: AppTest, label: str) -> AppTest:
    next(button for button in page.button if button.label == label).click()
    page.run()
    assert not page.exception, page.exception
    return page


@pytest.fixture
def known(lab: Path, compared: Path) -> str:
    """The real comparison in this lab."""
    if not (lab / "e").exists():
        shutil.copytree(compared / "e", lab / "e")
        wait_until(lambda: services().reader.tags("e/relu-2/train"), what="the curves to be read")
    return "e"


def test_without_comparisons_the_page_teaches_what_one_is(open_page, lab):
    if find_runs(lab):
        pytest.fail("This test must come first: it needs an empty lab.")
    page = open_page("compare")
    assert "changes one thing" in seen(page).replace("*", "")
    assert "python -m trainers compare --dataset mnist-5k" in page.code[0].value
    assert "2 arms × 3 seeds: 6 runs." in seen(page)


def test_the_page_gives_the_verdict_that_the_command_line_gave(open_page, lab, compared, known):
    page = open_page("compare", comparison=known)
    told = json.loads((compared / "told.txt").read_text().splitlines()[-1])
    assert told["sentence"] in seen(page)
    assert "Activation: sigmoid or relu" in seen(page)
    for arm in told["arms"]:
        assert f"{arm['test']['mean'] * 100:.2f} %" in seen(page)
    assert "p, paired over seeds" in seen(page)
    [chart] = [json.loads(chart.proto.spec) for chart in page.get("vega_lite_chart")]
    assert chart["encoding"]["xOffset"]["field"] == "arm"


def test_on_a_slide_the_form_is_hidden_and_the_verdict_stays(open_page, known):
    page = open_page("compare", comparison=known, present="1")
    assert "of the test data correctly" in seen(page)
    assert "Stop all" not in [button.label for button in page.button]


def test_an_address_of_nothing_shows_the_last_comparison_and_a_damaged_one_says_so(open_page, lab, known):
    assert "Activation: sigmoid or relu" in seen(open_page("compare", comparison="nowhere"))
    damaged = lab / "damaged"
    damaged.mkdir()
    (damaged / "comparison.json").write_text("{")
    try:
        assert "comparison.json is damaged" in seen(open_page("compare", comparison="damaged"))
    finally:
        shutil.rmtree(damaged)


def test_a_question_of_one_s_own_is_queued_at_once_and_stopped_at_once(open_page, lab, known):
    page = open_page("compare")
    page.selectbox(key="compare_field").set_value("train_share").run()
    page.text_input(key="compare_values_classify_train_share").set_value("0.05; 0.1, 1").run()
    page.number_input(key="compare_seeds").set_value(2).run()
    page.number_input(key="epochs").set_value(10_000).run()
    page.text_input(key="compare_name").set_value("own").run()
    assert "3 arms × 2 seeds: 6 runs." in seen(page)
    press(page, "Start")
    assert list(find_comparisons(lab)) == ["own", "e"]
    asked = read_comparison(lab, "own")
    assert asked.values == (0.05, 0.1, 1.0) and asked.shared["epochs"] == 10_000
    assert len(find_runs(lab, "own")) == 6
    assert "Share of the training data: 0.05, 0.1 or 1" in seen(page)
    press(page, "Stop all")
    wait_until(
        lambda: all(read_status(run.status_file).state in FINISHED for run in find_runs(lab, "own")),
        seconds=90,
        what="all six to end",
    )


def test_the_address_asks_the_same_question_of_whoever_opens_it(open_page, known):
    page = open_page("compare")
    page.selectbox(key="compare_field").set_value("optimizer").run()
    page.multiselect(key="compare_values_classify_optimizer").set_value(["sgd", "adam", "adamw"]).run()
    page.toggle(key="compare_tune").set_value(True).run()
    bound = {"compare_seeds": "5", "epochs": "7"}  # what a browser adds by itself
    again = open_page("compare", **{**page.query_params, **bound})
    assert again.selectbox(key="compare_field").value == "optimizer"
    assert again.multiselect(key="compare_values_classify_optimizer").value == ["sgd", "adam", "adamw"]
    assert again.number_input(key="compare_seeds").value == 5
    assert again.toggle(key="compare_tune").value is True
    assert again.number_input(key="epochs").value == 7
    assert "3 arms × 5 seeds × 4 learning rates: 60 runs." in seen(again)
    assert {**page.query_params, **bound}.keys() == again.query_params.keys()


def test_a_link_to_numbers_of_another_task_is_understood_and_a_known_question_is_named(open_page, known):
    page = open_page("compare", task="sequence", compare_field="window", compare_values="8, 16")
    assert page.text_input(key="compare_values_sequence_window").value == "8, 16"
    assert "2 arms × 3 seeds: 6 runs." in seen(page)
    page = open_page("compare")
    page.selectbox(key="compare_preset").set_value("dropout").run()
    again = open_page("compare", **page.query_params)
    assert again.selectbox(key="compare_preset").value == "dropout"
    assert again.text_input(key="compare_values_classify_dropout").value == "0, 0.5"
    assert again.number_input(key="width").value == 256


@pytest.mark.parametrize(
    "wrong",
    [
        {"compare_field": "seed"},
        {"task": "stylize", "compare_field": "size"},
        {"task": "../e", "compare_field": "activation"},
        {"compare_field": "activation", "compare_values": ["no", "'; --"], "compare_seeds": "99"},
        {"compare_field": "dropout", "compare_values": "9" * 5_000, "compare_preset": "none such"},
    ],
)
def test_an_address_that_asks_nonsense_leaves_a_form_that_works(open_page, known, wrong):
    page = open_page("compare", **wrong)
    assert page.selectbox(key="compare_field").value in ("activation", "dropout")
    assert 1 <= page.number_input(key="compare_seeds").value <= 10


def test_what_cannot_be_compared_is_said_where_start_is(open_page, known):
    page = open_page("compare")
    page.selectbox(key="compare_field").set_value("dropout").run()
    page.text_input(key="compare_values_classify_dropout").set_value("0.5").run()
    assert "2 to 6 values, not 1" in seen(page)
    assert "Start" not in [button.label for button in page.button]
    page.text_input(key="compare_values_classify_dropout").set_value("0.5, lots").run()
    assert "Dropout cannot be 'lots'" in seen(page)


def test_sentences_are_translated_by_their_templates(compared):
    asked, files = read_comparison(compared, "e"), EventFolders(compared)
    found = verdict(asked, measured(asked, compared, "e", curves=files.curves, tags=files.tags))
    assert said(found.sentence) == found.sentence.text


def charts(page: AppTest) -> dict[str, dict]:
    """What the page's charts are given, by their titles."""
    told = [part.proto.json for part in page.get("bidi_component") if '"series"' in part.proto.json]
    return {chart["title"]: chart for [chart] in map(json.loads, told)}


def labels(chart: dict) -> list[str]:
    return [line["label"] for line in chart["series"]]


def test_an_arm_is_the_mean_of_its_seeds_or_each_by_itself(open_page, known):
    page = open_page("compare", comparison=known)
    chart = charts(page)["Validation accuracy"]
    assert labels(chart) == ["sigmoid", "relu"]
    assert chart["series"][1]["seeds"] == [
        ["e/relu-1/validation", "relu-1"],
        ["e/relu-2/validation", "relu-2"],
    ]
    page = open_page("compare", comparison=known, means="false")
    chart = charts(page)["Validation accuracy"]
    assert labels(chart) == ["sigmoid-1", "relu-1", "sigmoid-2", "relu-2"]
    assert [line["seeds"] for line in chart["series"]] == [[]] * 4


def test_with_one_seed_nothing_pretends_to_be_a_mean(open_page, lab, known):
    shutil.copytree(lab / "e", lab / "one")
    file = lab / "one" / "comparison.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "seeds": 1}))
    try:
        page = open_page("compare", comparison="one", means="true")
        assert labels(charts(page)["Validation accuracy"]) == ["sigmoid-1", "relu-1"]
        assert [line["seeds"] for line in charts(page)["Validation accuracy"]["series"]] == [[], []]
        assert "means" not in [toggle.key for toggle in page.toggle]
    finally:
        shutil.rmtree(lab / "one")


def test_the_address_says_how_the_charts_are_drawn(open_page, known):
    asked = {"axis": "epoch", "log_x": "true", "log_y": "true", "clip": "true", "smoothing": "0.5"}
    zoom = ["train/loss~epoch~1~2"]
    page = open_page("compare", comparison=known, **asked, zoom=zoom, only=["train/loss~e/relu-1/train~mean"])
    loss = charts(page)["Training loss"]
    assert (loss["axis"], loss["log_x"], loss["log_y"], loss["clip"]) == ("epoch", True, True, True)
    assert loss["seen"] == {"zoom": [1, 2], "run": "e/relu-1/train", "is_mean": True}
    assert charts(page)["Validation accuracy"]["seen"]["zoom"] is None


def test_charts_are_looked_for_by_a_regular_expression(open_page, known):
    found = charts(open_page("compare", comparison=known, charts="^train/gradient_norm"))
    assert len(found) > 2 and all(title.startswith("gradient_norm/") for title in found)
    page = open_page("compare", comparison=known, charts="(")
    assert "This is no regular expression: missing ): (" in seen(page)
    assert list(charts(page)) == ["Validation accuracy", "Training loss"]
    assert "No curve's name fits. There are: validation/accuracy" in seen(
        open_page("compare", comparison=known, charts="nowhere")
    )


def test_pinned_and_moved_charts_stand_where_the_address_says(open_page, known):
    page = open_page("compare", comparison=known, order=["train/loss", "validation/accuracy"])
    assert list(charts(page)) == ["Training loss", "Validation accuracy"]
    page = open_page("compare", comparison=known, charts="accuracy", pinned=["train/loss"])
    assert next(iter(charts(page))) == "Training loss"
    assert charts(page)["Training loss"]["place"] == {"pinned": True, "first": True, "last": True}


def test_the_address_names_the_comparison_also_where_it_is_the_newest(open_page, lab, known):
    page = open_page("compare")
    assert page.query_params["comparison"] == next(iter(find_comparisons(lab)))
