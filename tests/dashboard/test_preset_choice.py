"""Presets in the form: what they fill in, and what is said about changes."""

from __future__ import annotations

import pytest

from dashboard.preset_choice import changed_since, filled
from dashboard.spec_form import form_values, spec_from_form
from trainers.specs import PRESETS, ClassifySpec, parse_spec


@pytest.mark.parametrize("name", PRESETS)
def test_a_filled_form_asks_for_the_preset(name):
    spec = spec_from_form("classify", filled(PRESETS[name]))
    assert spec == parse_spec(dict(PRESETS[name].settings))
    assert changed_since(PRESETS[name], spec) == {}


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_replaces_all_of_the_one_before(name):
    first = form_values(
        ClassifySpec(model="mlp", depth=5, width=7, schedule="step", decay_rate=0.3, epochs=9)
    )
    spec = spec_from_form("classify", {**first, **filled(PRESETS[name])})
    assert spec == parse_spec(dict(PRESETS[name].settings))


def test_files_threads_and_summaries_stay_as_they_were():
    before = ClassifySpec(dataset="mnist", mnist_file="/data/mnist.npz", threads=3, histograms=False)
    spec = spec_from_form("classify", {**form_values(before), **filled(PRESETS["notes"])})
    assert (str(spec.mnist_file), spec.threads, spec.histograms) == ("/data/mnist.npz", 3, False)
    assert changed_since(PRESETS["notes"], spec) == {}


@pytest.mark.parametrize("name", PRESETS)
def test_where_the_machine_computes_in_bfloat16_a_preset_for_which_it_is_as_good_chooses_it(name):
    preset = PRESETS[name]
    before = form_values(
        ClassifySpec(model="mlp", precision="float32" if preset.fast_precision else "bfloat16")
    )
    spec = spec_from_form("classify", {**before, **filled(preset, "bfloat16")})
    assert spec.precision == ("bfloat16" if preset.fast_precision else "float32")
    assert changed_since(preset, spec, "bfloat16") == {}
    expected = {**preset.settings, **({"precision": "bfloat16"} if preset.fast_precision else {})}
    assert spec == parse_spec(expected), "as the command line would train it"


def test_what_was_changed_since_is_known():
    spec = spec_from_form("classify", {**filled(PRESETS["notes"]), "dropout": 0.25, "seed": 9})
    assert changed_since(PRESETS["notes"], spec) == {"dropout": 0.25, "seed": 9}
