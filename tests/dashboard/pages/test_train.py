"""The Train page on real run folders, with the real services; runs that it starts really train."""

from __future__ import annotations

import itertools
import json
import re
import time

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.services import services
from dashboard.shown_runs import MOST_SHOWN
from dashboard.spec_form import form_values, spec_from_form
from tests.running import copy_run, wait_until
from tests.trainers.conftest import curve
from trainers.runs import (
    Run,
    answer_command,
    change_about,
    find_runs,
    pending_commands,
    process_identity,
    read_status,
    write_status,
)
from trainers.specs import ClassifySpec

_numbers = itertools.count(1)


@pytest.fixture
def run(lab, trained_run) -> Run:
    """A finished run of its own for one test."""
    return copy_run(trained_run, lab, experiment="finished", name=f"run-{next(_numbers)}")


def seen(page: AppTest) -> str:
    """All words on the page without Markdown's backslashes, and the markup of what was drawn as HTML."""
    kinds = ("title", "markdown", "caption", "text", "error", "warning", "info", "code", "badge")
    words = [str(element.value) for kind in kinds for element in page.get(kind) if hasattr(element, "value")]
    drawn = [element.proto.body for element in page.get("html")]
    return "\n".join([word.replace("\\", "") for word in words] + drawn)


def metrics(page: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in page.metric}


def test_without_runs_the_page_teaches_what_to_do(open_page, lab):
    if find_runs(lab):
        pytest.fail("This test must come first: it needs an empty lab.")
    page = open_page()
    assert "Start" in [button.label for button in page.button]
    assert "**Start**" in seen(page)
    assert "python -m trainers classify" in page.code[0].value


def test_a_finished_run_shows_the_numbers_of_its_artifact(open_page, run):
    page = open_page(run=run.key)
    evaluation = json.loads((run.artifacts / "evaluation.json").read_text())
    accuracy, error = evaluation["test_accuracy"] * 100, evaluation["standard_error"] * 100
    assert metrics(page)["Test accuracy"] == f"{accuracy:.1f} % ± {error:.1f}"
    chart = json.loads(page.get("vega_lite_chart")[0].proto.spec)
    assert [layer["mark"]["type"] for layer in chart["layer"]] == ["rect", "text"]
    wrong = evaluation["test_count"] - sum(row[k] for k, row in enumerate(evaluation["confusion"]))
    assert f"The {wrong} images it got wrong" in seen(page)
    sheet = next(drawn.proto.body for drawn in page.get("html") if "boardlab-sheet" in drawn.proto.body)
    assert sheet.count("<img") == min(wrong, 24)


def test_the_training_accuracy_is_the_mean_that_it_says_it_is(open_page, run):
    page = open_page(run=run.key)
    shown = next(metric for metric in page.metric if metric.label == "Training")
    batches = int(re.search(r"the last ([\d,]+) training batches", shown.help)[1].replace(",", ""))
    steps, accuracies = curve(run.path / "train", "accuracy")
    assert 1 < batches < len(steps) == read_status(run.status_file).step
    assert shown.value == f"{accuracies[-batches:].mean() * 100:.1f} %"


def test_ten_thousand_test_images_bear_two_decimals(open_page, run):
    path = run.artifacts / "evaluation.json"
    evaluation = json.loads(path.read_text())
    path.write_text(json.dumps({**evaluation, "test_accuracy": 0.9907, "test_count": 10_000}))
    shown = metrics(open_page(run=run.key))
    assert shown["Test accuracy"] == "99.07 %"
    assert all(re.fullmatch(r"\d\d\.\d\d %", shown[label]) for label in ("Validation", "Training"))


def test_the_address_says_which_runs_stand_side_by_side(open_page, run, lab, trained_run):
    other = copy_run(trained_run, lab, experiment=run.experiment, name="other")
    page = open_page(run=[run.key, other.key])
    assert page.multiselect(key="runs_together").value == [run.key, other.key]
    assert [metric.label for metric in page.metric].count("Test accuracy") == 2
    assert len(page.get("vega_lite_chart")) == 2


def test_no_more_runs_are_drawn_than_can_be_told_apart(open_page, lab, trained_run):
    keys = [copy_run(trained_run, lab, experiment="many", name=f"run-{n}").key for n in range(MOST_SHOWN + 1)]
    page = open_page(run=keys)
    assert len(page.get("vega_lite_chart")) == MOST_SHOWN
    assert f"The first {MOST_SHOWN} of {MOST_SHOWN + 1} chosen runs are shown: more cannot" in seen(page)


def test_the_address_holds_smoothing_axis_and_settings(open_page, run):
    page = open_page(
        run=run.key, smoothing="0.6", axis="epoch", model="mlp", epochs="7", learning_rate="0.02"
    )
    assert page.slider(key="smoothing").value == 0.6
    assert page.selectbox(key="axis").value == "epoch"
    assert page.number_input(key="epochs").value == 7
    assert page.selectbox(key="learning_rate").value == "0.02"
    assert page.get_by_key("activation") is not None


def charts(page: AppTest) -> dict[str, dict]:
    """What the page's charts are given, by their titles."""
    told = [part.proto.json for part in page.get("bidi_component") if '"series"' in part.proto.json]
    return {chart["title"]: chart for [chart] in map(json.loads, told)}


def test_any_curve_of_a_run_can_be_looked_for_and_pinned(open_page, run):
    wait_until(lambda: services().reader.tags(f"{run.key}/train"), what="the curves to be read")
    found = charts(open_page(run=run.key, charts="norm|rate", pinned=["loss"]))
    assert next(iter(found)) == "Loss" and "Accuracy" not in found
    assert all(re.search("norm|rate", title) for title in list(found)[1:]) and len(found) > 1
    known = services().reader.tags(f"{run.key}/train")
    assert set(list(found)[1:]) == {tag for tag in known if re.search("norm|rate", tag)}


def test_seeds_are_drawn_as_their_mean_where_that_is_asked_for(open_page, lab, trained_run):
    keys = [copy_run(trained_run, lab, experiment="seeds", name=f"mlp-{seed}").key for seed in (1, 2)]
    assert len(charts(open_page(run=keys))["Loss"]["series"]) == 4
    means = charts(open_page(run=keys, means="true"))["Loss"]["series"]
    assert [line["label"] for line in means] == ["mlp, training", "mlp, validation"]
    assert [len(line["seeds"]) for line in means] == [2, 2]


def test_only_settings_with_an_effect_are_shown(open_page):
    keys = {number.key for number in open_page(model="softmax").number_input}
    assert "depth" not in keys
    assert {"depth", "width"} <= {number.key for number in open_page(model="mlp").number_input}


def test_a_wrong_value_is_a_sentence_and_start_is_off(open_page):
    page = open_page(learning_rate="fast")
    assert "Learning rate cannot be" in seen(page)
    assert next(button for button in page.button if button.label == "Start").disabled


@pytest.mark.parametrize(
    "name", ["[x](javascript:alert(1))", ":red[x] $y$", "<script>alert(1)</script>", "第二次 实验"]
)
def test_names_are_shown_letter_by_letter(open_page, run, name):
    change_about(run.path / "about.json", title=name)
    page = open_page(run=run.key)
    head = next(drawn.proto.body for drawn in page.get("html") if "<h3" in drawn.proto.body)
    assert "<script" not in head and ("&lt;script&gt;" in head or "<" not in name)
    assert (
        not any(name in str(element.value) for element in (*page.markdown, *page.caption)) or name.isalnum()
    )


@pytest.mark.parametrize(
    ("file", "content", "sentence"),
    [
        ("status.json", b"", "status.json is damaged"),
        ("status.json", b"\xff\xfe\x00", "status.json is damaged"),
        ("spec.json", b'{"task": "class', "spec.json is damaged"),
        ("spec.json", b" " * 5_000_000, "spec.json is damaged"),
        ("artifacts/evaluation.json", b"[1]", "evaluation.json is damaged"),
        ("artifacts/examples.npz", b"PK\x03\x04", "examples.npz is damaged"),
    ],
)
def test_a_damaged_file_is_a_sentence_and_the_page_stands(open_page, run, file, content, sentence):
    (run.path / file).write_bytes(content)
    page = open_page(run=run.key)
    assert sentence in seen(page)


def test_a_failed_run_says_why_and_shows_its_last_lines(open_page, run):
    status = read_status(run.status_file)
    write_status(run.status_file, status.changed(state="failed", error="The disk is full: free some space."))
    run.log_file.write_text("first line\nlast line\n")
    page = open_page(run=run.key)
    assert "The disk is full" in seen(page)
    assert "last line" in page.code[0].value


def test_the_form_takes_over_a_runs_settings(open_page, run):
    spec = run.spec()
    page = open_page(run=run.key, model="mlp", epochs="77", seed="5")
    page.button(key=f"reuse-{run.key}").click().run()
    assert not page.exception and not page.warning
    assert spec_from_form("classify", {name: page.session_state[name] for name in form_values(spec)}) == spec
    assert page.number_input(key="epochs").value == spec.epochs
    assert page.query_params.get("epochs", str(spec.epochs)) == str(spec.epochs)


def test_a_click_on_the_matrix_shows_those_images(open_page, run):
    page = open_page(run=run.key)
    confusion = np.array(json.loads((run.artifacts / "evaluation.json").read_text())["confusion"])
    true, predicted = np.unravel_index((confusion - np.diag(np.diag(confusion))).argmax(), confusion.shape)
    page.session_state[f"confusion-{run.key}"] = {
        "selection": {"cell": [{"true": int(true), "predicted": int(predicted)}]}
    }
    page.run()
    assert f"{confusion[true, predicted]} images of {true} taken for {predicted}" in seen(page)


def test_start_trains_stop_ends_and_both_are_seen(open_page, lab):
    page = open_page(experiment="started", model="mlp", epochs="500", pace="50")
    press(page, "Start")
    (run,) = find_runs(lab, "started")
    assert (run.name, run.spec().epochs) == ("mlp-1", 500)
    assert page.query_params["run"] == run.key
    assert badge(page) in ("queued", "starting", "running")  # a warm spare trains at once
    wait_until(lambda: read_status(run.status_file).state == "running", seconds=60, what="the trainer")
    page.run()
    assert badge(page) == "running"
    assert "Epochs 500" in seen(page) and "examples/s" in wait_until(
        lambda: "examples/s" in seen(page.run()) and seen(page)
    )
    press(page, "Stop")
    assert wait_until(lambda: read_status(run.status_file).state == "stopped", seconds=40)
    page.run()
    assert badge(page) == "stopped"
    assert "Stop" not in [button.label for button in page.button]


def buttons(page: AppTest, run: Run) -> set[str]:
    """The names of the run's own buttons: "pause", "resume" …; a popover counts by what stands in it."""
    ends = f"-{run.key}"
    keys = [
        element.key or "" for kind in ("button", "text_input", "number_input") for element in page.get(kind)
    ]
    return {key.removesuffix(ends) for key in keys if key.endswith(ends)} - {"reuse"}


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("queued", {"stop"}),
        ("running", {"stop", "pause", "checkpoint", "trace", "rate-text"}),
        ("paused", {"resume"}),
        ("stopped", {"resume", "more-epochs", "more-rate"}),
        ("failed", {"resume"}),
        ("completed", {"more-epochs", "more-rate"}),
    ],
)
def test_a_button_stands_only_where_it_has_an_effect(open_page, run, state, expected):
    process = process_identity() if state in ("queued", "running") else None
    status = read_status(run.status_file).changed(state=state, process=process, heartbeat=time.time())
    write_status(run.status_file, status)
    assert run.has_checkpoint  # the trained run left one
    assert buttons(open_page(run=run.key), run) == expected
    for checkpoint in run.checkpoints.iterdir():
        checkpoint.unlink()
    without = expected if state in ("queued", "running") else set()
    assert buttons(open_page(run=run.key), run) == without
    write_status(run.status_file, status.changed(state="completed", process=None))


def test_what_was_asked_is_shown_until_it_is_done_and_then_what_became_of_it(open_page, run):
    running = read_status(run.status_file).changed(
        state="running", process=process_identity(), heartbeat=time.time(), started=time.time()
    )
    write_status(run.status_file, running)
    page = open_page(run=run.key)
    page.text_input(key=f"rate-text-{run.key}").set_value("0.02")
    press(page, "Set now")
    (command,) = pending_commands(run.commands)
    assert (command.kind, command.value) == ("learning_rate", 0.02)
    assert "Learning rate: asked" in seen(page)
    answer_command(run.commands, command, "The learning rate is 0.02 after step 12.")
    assert "The learning rate is 0.02 after step 12." in seen(page.run())
    page.text_input(key=f"rate-text-{run.key}").set_value("fast")
    press(page, "Set now")
    assert "The learning rate cannot be fast: give a number." in seen(page)
    assert pending_commands(run.commands) == []
    write_status(run.status_file, running.changed(state="completed", process=None))


def test_more_epochs_are_prefilled_with_a_rate_that_learns(open_page, run):
    spec = {**json.loads((run.path / "spec.json").read_text()), "schedule": "cosine", "learning_rate": 0.05}
    (run.path / "spec.json").write_text(json.dumps(spec))
    page = open_page(run=run.key)
    assert page.text_input(key=f"more-rate-{run.key}").value == "0.005"
    assert page.number_input(key=f"more-epochs-{run.key}").value == run.spec().epochs


def test_a_run_that_diverged_goes_on_at_a_lower_rate_and_the_curve_shows_it(open_page, lab):
    spec = ClassifySpec(model="mlp", depth=6, width=16, epochs=10, batch_size=400, pace=30)
    run = services().submit(spec, experiment="diverged", name="mlp-1")
    wait_until(lambda: read_status(run.status_file).checkpoint, seconds=90, what="a checkpoint")
    services().ask(run, "learning_rate", 1e6)
    wait_until(lambda: read_status(run.status_file).state == "failed", seconds=60, what="the end")
    kept = read_status(run.status_file).checkpoint
    page = open_page(run=run.key)
    assert "Choose a learning rate below 1e+06." in seen(page)
    assert buttons(page, run) == {"lower-rate"}  # as it was it would diverge again
    page.text_input(key=f"lower-rate-{run.key}").set_value("0.0005")
    press(page, "Resume")
    wait_until(lambda: read_status(run.status_file).state == "completed", seconds=90, what="the rest")
    steps, rates = curve(run.path / "train", "learning_rate")
    assert steps.tolist() == list(range(1, 101))
    assert set(rates[kept:].tolist()) == {float(np.float32(0.0005))}
    assert np.isfinite(curve(run.path / "train", "loss")[1]).all()


def test_a_run_that_diverged_before_its_first_checkpoint_fills_the_form_at_a_lower_rate(open_page, run):
    for checkpoint in run.checkpoints.iterdir():
        checkpoint.unlink()
    diverged = {"state": "failed", "error": "The training diverged.", "diverged_rate": 0.001}
    write_status(run.status_file, read_status(run.status_file).changed(**diverged))
    page = open_page(run=run.key)
    assert buttons(page, run) == {"anew"}
    page.button(key=f"anew-{run.key}").click().run()
    assert not page.exception
    assert page.selectbox(key="learning_rate").value == "0.0001"
    assert page.number_input(key="epochs").value == run.spec().epochs


def test_a_double_click_starts_one_run_and_a_second_press_another(open_page, lab, monkeypatch):
    page = open_page(experiment="presses", epochs="1")
    press(page, "Start")
    monkeypatch.setattr("dashboard.starting.SHORTEST_PAUSE_SECONDS", 60)  # a busy machine is slow to press
    press(page, "Start")
    assert len(find_runs(lab, "presses")) == 1
    monkeypatch.setattr("dashboard.starting.SHORTEST_PAUSE_SECONDS", 0)
    press(page, "Start")
    assert [run.name for run in find_runs(lab, "presses")] == ["softmax-1", "softmax-2"]


def test_the_line_says_what_will_be_built(open_page):
    page = open_page(model="mlp")
    wait_until(lambda: "3 layers with weights, 118,282 parameters" in seen(page.run()), seconds=90)
    assert "Device: " in seen(page)


def test_a_data_set_that_cannot_be_had_is_said_before_anything_starts(open_page):
    page = open_page(dataset="mnist", mnist_file="/no/such/mnist.npz")
    wait_until(lambda: "/no/such/mnist.npz" in seen(page.run()), seconds=90, what="the helper's answer")
    assert next(button for button in page.button if button.label == "Start").disabled


def test_a_name_that_is_taken_is_a_sentence(open_page, run):
    page = open_page(run=run.key, experiment=run.experiment)
    page.text_input(key="run_name").set_value(run.name).run()
    press(page, "Start")
    assert "There is already a run" in seen(page)


def test_a_slide_has_no_menu_and_keeps_the_address(open_page, run):
    page = open_page(run=run.key, present="1", smoothing="0.6")
    assert page.sidebar.children == {} or not page.sidebar.button
    assert page.slider(key="smoothing").value == 0.6
    assert page.query_params["smoothing"] == "0.6"


def press(page: AppTest, label: str) -> None:
    next(button for button in page.button if button.label == label).click().run()
    assert not page.exception, page.exception


def badge(page: AppTest) -> str:
    """The state that the first run's badge shows."""
    states = ("queued", "starting", "running", "stopping", "stopped", "completed", "failed")
    words = seen(page)
    return next(state for state in states if f"[{state}]" in words or f"\n{state}\n" in words)
