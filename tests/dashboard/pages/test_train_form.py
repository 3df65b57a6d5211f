"""The form of the Train page: presets, settings under headings, and what it draws before anything starts."""

from __future__ import annotations

import json

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.preset_choice import filled
from tests.running import wait_until
from trainers import hardware
from trainers.launchers import Inspector, Pending
from trainers.specs import PRESETS, SPECS, BoundarySpec


def words(page: AppTest) -> str:
    kinds = ("markdown", "caption")
    return "\n".join(element.value.replace("\\", "") for kind in kinds for element in page.get(kind))


def test_a_preset_fills_the_form_and_the_address(open_page):
    page = open_page(model="mlp", depth="5", threads="3")
    page.selectbox(key="preset").select("fast-cnn").run()
    assert not page.exception
    held = filled(PRESETS["fast-cnn"])
    assert {key: page.session_state[key] for key in held if key in page.session_state} == {
        key: value for key, value in held.items() if key in page.session_state
    }
    assert (page.selectbox(key="model").value, page.number_input(key="batch_size").value) == ("fast_cnn", 256)
    assert page.query_params["model"] == "fast_cnn"
    assert page.number_input(key="threads").value == 3  # the machine is not a preset's business
    assert PRESETS["fast-cnn"].explanation in words(page)
    assert "Changed since" not in words(page)
    page.number_input(key="epochs").set_value(7).run()
    assert "Changed since: Epochs 7." in words(page)


def test_a_preset_says_in_which_precision_it_computes_here(open_page):
    page = open_page()
    page.selectbox(key="preset").select("fast-cnn").run()
    here = hardware.fast_precision("cpu")
    expected = "which the preset uses for speed" if here == "bfloat16" else "float32 is chosen"
    wait_until(lambda: expected in words(page.run()), seconds=90, what="the helper's answer")
    assert page.session_state["precision"] == here
    page.selectbox(key="preset").select("notes").run()
    assert "bfloat16" not in words(page), "its number was not measured so"


def test_a_preset_chooses_bfloat16_as_soon_as_the_helper_says_that_the_machine_has_it(open_page, monkeypatch):
    page = open_page()
    ask, known = Inspector.ask, []

    def ask_other_machine(self, request, spec, **options):
        if request != "precision":
            return ask(self, request, spec, **options)
        return {"precision": "bfloat16"} if known else Pending(starting=True)

    monkeypatch.setattr(Inspector, "ask", ask_other_machine)
    page.selectbox(key="preset").select("fast-cnn").run()
    assert page.session_state["precision"] == "float32"
    assert "Asking whether this machine computes in bfloat16" in words(page)
    known.append(True)
    page.run()
    assert page.session_state["precision"] == "bfloat16"
    assert "This machine computes in bfloat16, which the preset uses for speed." in words(page)
    assert "Changed since" not in words(page)
    page.selectbox(key="preset").select("lenet5").run()
    assert page.session_state["precision"] == "float32"
    page.selectbox(key="preset").select("deep-cnn").run()
    assert page.session_state["precision"] == "bfloat16"


def test_the_address_holds_settings_that_a_preset_brought_into_the_form(open_page):
    page = open_page(model="softmax", epochs="60")
    assert "batch_norm" not in {toggle.key for toggle in page.toggle}
    page.selectbox(key="preset").select("mnist-5k").run()
    address = {name: page.query_params[name] for name in page.query_params}
    preset = PRESETS["mnist-5k"].settings
    smoothing = page.number_input(key="label_smoothing").value
    assert float(address["label_smoothing"]) == smoothing == preset["label_smoothing"] > 0
    assert address["batch_norm"] == "true" and page.toggle(key="batch_norm").value is True
    again = open_page(**address)
    assert again.number_input(key="label_smoothing").value == smoothing
    assert again.toggle(key="batch_norm").value is True


def test_settings_stand_under_headings_and_switches_only_where_they_have_an_effect(open_page):
    page = open_page(model="softmax")
    assert sections(page) == ["Network", "Training", "Data", "What TensorBoard gets", "Machine"]
    assert "batch_norm" not in {toggle.key for toggle in page.toggle}
    page = open_page(model="lenet5", batch_norm="true", histograms="false")
    switches = {toggle.key: toggle.value for toggle in page.toggle}
    assert (switches["batch_norm"], switches["histograms"], switches["norms"]) == (True, False, True)


def sections(page: AppTest) -> list[str]:
    """The labels of what is folded away, but for the drawing of the network."""
    return [folded.label for folded in page.expander if folded.label != "The network"]


def test_a_folded_section_says_how_much_was_changed_in_it(open_page):
    page = open_page(model="lenet5", dropout="0.5", schedule="cosine", seed="3", beta_1="0.9")
    counted = ["Network :gray[· 1 changed]", "Training :gray[· 2 changed]", "Data"]
    assert sections(page)[:3] == counted
    page.number_input(key="seed").set_value(1).run()
    assert sections(page)[1] == "Training :gray[· 1 changed]"
    page.selectbox(key="model").select("softmax").run()
    assert sections(page)[0] == "Network", "dropout has no effect there, so it does not count"


def charts(page: AppTest) -> list[dict]:
    return [json.loads(chart.proto.spec) for chart in page.get("vega_lite_chart")]


def sheets(page: AppTest) -> list[str]:
    return [drawn.proto.body for drawn in page.get("html") if "data:image/png" in drawn.proto.body]


def test_a_schedule_and_augmented_images_are_drawn_before_anything_starts(open_page):
    page = open_page(schedule="cosine", epochs="2", rotation="20")
    wait_until(lambda: charts(page.run()) and sheets(page), seconds=90, what="the helper's drawings")
    assert not page.exception
    (chart,) = charts(page)
    assert chart["mark"]["type"] == "line"
    assert 'alt="A training image"' in sheets(page)[0]


def test_nothing_is_drawn_of_a_constant_rate_and_untouched_images(open_page):
    page = open_page()
    assert charts(page) == [] and sheets(page) == []


def test_each_task_has_its_own_settings(open_page, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(SPECS, "boundary", BoundarySpec)
    page = open_page(task="boundary", epochs="7", boundary_epochs="9")
    assert page.number_input(key="boundary_epochs").value == 9
    assert page.selectbox(key="boundary_dataset").value == "xor"
    assert "preset" not in {box.key for box in page.selectbox}
    page.selectbox(key="task").select("classify").run()
    assert not page.exception
    assert page.number_input(key="epochs").value == 7
