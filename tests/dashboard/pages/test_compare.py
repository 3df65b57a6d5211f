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
