"""The Sweep page: it teaches, it queues what the form asks, it says which run is best, and stops what is left."""

from __future__ import annotations

import json

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.services import services
from tests.old_runs import old_run
from trainers.runs import FINISHED, change_about, find_runs, read_status
from trainers.specs import ClassifySpec
from trainers.sweeps import NAME, STOPPED_EARLY, find_sweeps, planned, read_sweep, sweep

ASKED = sweep(
    ClassifySpec(model="mlp"),
    {"learning_rate": "0.001..0.1", "activation": "relu,tanh"},
    budget=4,
    stop_early=True,
)


def seen(page: AppTest) -> str:
    """All words on the page, without Markdown's backslashes."""
    kinds = ("title", "markdown", "caption", "error", "warning", "code")
    words = [str(element.value) for kind in kinds for element in page.get(kind) if hasattr(element, "value")]
    return "\n".join(word.replace("\\", "") for word in words)


def press(page: AppTest, label: str) -> AppTest:
    next(button for button in page.button if button.label == label).click()
    page.run()
    assert not page.exception, page.exception
    return page


def test_without_sweeps_the_page_teaches_what_one_is(open_page, lab):
    page = open_page("sweep")
    assert "at random" in seen(page) and "python -m trainers sweep --dataset mnist-5k" in seen(page)
    assert "8 runs, each with other settings." in seen(page)


def test_the_address_searches_the_same_for_whoever_opens_it(open_page, lab):
    page = open_page("sweep")
    page.multiselect(key="sweep_fields_classify").set_value(["dropout", "optimizer", "batch_norm"]).run()
    page.segmented_control(key="sweep_method").set_value("grid").run()
    page.text_input(key="sweep_place_classify_dropout").set_value("0, 0.25, 0.5").run()
    page.multiselect(key="sweep_place_classify_optimizer").set_value(["sgd", "adam"]).run()
    bound = {"sweep_budget": "12", "sweep_early": "true", "epochs": "3", "model": "mlp"}
    again = open_page("sweep", **{**page.query_params, **bound})  # a browser adds what is bound by itself
    assert again.multiselect(key="sweep_fields_classify").value == ["dropout", "optimizer", "batch_norm"]
    assert again.text_input(key="sweep_place_classify_dropout").value == "0, 0.25, 0.5"
    assert again.multiselect(key="sweep_place_classify_optimizer").value == ["sgd", "adam"]
    assert again.segmented_control(key="sweep_method").value == "grid"
    assert again.number_input(key="sweep_budget").value == 12
    assert again.toggle(key="sweep_early").value is True
    assert again.number_input(key="epochs").value == 3
    assert "12 runs, each with other settings." in seen(again)


@pytest.mark.parametrize(
    "search", ["nothing~1..2", "optimizer~no~such", "dropout~" + "9" * 5_000, "~", ["dropout"] * 50]
)
def test_an_address_that_searches_nonsense_leaves_a_form_that_works(open_page, lab, search):
    page = open_page("sweep", search=search)
    assert set(page.multiselect(key="sweep_fields_classify").value) <= {
        "learning_rate",
        "optimizer",
        "dropout",
    }


def test_what_the_form_cannot_search_is_said_and_nothing_starts(open_page, lab):
    page = open_page("sweep")
    page.text_input(key="sweep_place_classify_learning_rate").set_value("0.1..0.01").run()
    assert "begin with the smaller number" in seen(page)
    assert not [button for button in page.button if button.label == "Start"]
    assert find_runs(lab) == []


def test_a_sweep_shows_the_best_by_validation_its_runs_and_lines(open_page, lab):
    for number, one in enumerate(planned(ASKED), start=1):
        values = {"model": "mlp", "learning_rate": one.spec.learning_rate, "activation": one.spec.activation}
        run = old_run(lab, one.name, experiment="shown", number=number, **values)
        if number == 4:
            old = read_status(run.status_file)
            run.status_file.write_text(old.changed(state="stopped").model_dump_json())
            change_about(run.path / "about.json", tags=(STOPPED_EARLY,))
    (lab / "shown" / NAME).write_text(ASKED.model_dump_json())
    services().look_again()
    page = open_page("sweep", sweep="shown")
    [frame] = [one.value for one in page.dataframe]
    assert len(frame) == 4 and [list(state) for state in frame["state"]].count(["stopped early"]) == 1
    assert frame["validation"].is_monotonic_decreasing
    ended = [run for run in find_runs(lab, "shown") if read_status(run.status_file).state == "completed"]
    accuracies = {run: read_status(run.status_file).metrics["val_accuracy"] for run in ended}
    best = max(accuracies, key=accuracies.__getitem__)
    assert f"Best of 3 by validation: Learning rate {best.spec().learning_rate:g}" in seen(page)
    assert f"with {100 * accuracies[best]:.2f}\u00a0%" in seen(page)
    assert "Learning rate 0.001 to 0.1 (logarithmic)" in seen(page)
    spec = json.loads(page.get("vega_lite_chart")[0].proto.spec)
    assert any(layer["mark"]["type"] == "line" for layer in spec["layer"])
    link = next(one for one in page.get("link_button") if one.proto.label == "TensorBoard's HParams")
    assert link.proto.url.endswith("#hparams")


def test_start_queues_the_sweep_and_stop_all_ends_it(open_page, lab):
    page = open_page("sweep")
    page.number_input(key="sweep_budget").set_value(3).run()
    page.text_input(key="sweep_name").set_value("begun").run()
    press(page, "Start")
    asked = read_sweep(lab, "begun")
    assert asked is not None and len(asked.points) == 3 and list(asked.search) == ["learning_rate"]
    assert {run.name for run in find_runs(lab, "begun")} == {one.name for one in planned(asked)}
    assert "of 3 runs have ended" in " ".join(str(one.proto.text) for one in page.get("progress"))
    press(page, "Stop all")
    states = {read_status(run.status_file).state for run in find_runs(lab, "begun")}
    assert states <= {*FINISHED, "starting", "running"} and "queued" not in states
    assert "begun" in find_sweeps(lab)


@pytest.mark.parametrize("name", ["", "../e", "nowhere"])
def test_an_address_that_names_no_sweep_shows_the_last_one(open_page, lab, name):
    page = open_page("sweep", sweep=name)
    assert page.title[0].value.startswith("Search")


def test_a_damaged_sweep_is_said(open_page, lab):
    old_run(lab, "r", experiment="torn")
    (lab / "torn" / NAME).write_text('{"task": ')
    assert "sweep.json" in seen(open_page("sweep", sweep="torn"))
