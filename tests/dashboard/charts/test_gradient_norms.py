"""The bars of gradient norms: layers in order, a log axis whose bars stand on a power of ten, and nothing invented."""

from __future__ import annotations

import math

import pytest

from dashboard.charts.gradient_norms import gradient_norm_chart, layer_order, norm_bars, powers_of_ten

ARMS = {
    "sigmoid": {"hidden_1": 2e-4, "hidden_2": 3e-3, "classes": 0.2},
    "relu": {"hidden_1": 0.5, "hidden_2": 0.6, "classes": 1.2},
}


def test_every_layer_of_every_arm_is_a_bar_above_the_foot():
    bars = norm_bars(ARMS)
    assert len(bars) == 6
    assert set(bars["foot"]) == {1e-4}
    assert (bars["norm"] > bars["foot"]).all()


def test_layers_stand_from_the_input_on_whichever_arm_has_them():
    deep = {"one": {"a": 1.0, "c": 1.0}, "other": {"a": 1.0, "b": 1.0, "c": 1.0}, "third": {"d": 1.0}}
    assert layer_order(deep) == ["a", "b", "c", "d"]


@pytest.mark.parametrize("norm", [0.0, math.inf, math.nan])
def test_what_has_no_place_on_a_log_axis_is_left_out(norm):
    bars = norm_bars({"sigmoid": {"hidden_1": norm, "classes": 0.1}})
    assert bars["layer"].tolist() == ["classes"]
    assert norm_bars({"sigmoid": {"hidden_1": norm}}).empty


def test_the_axis_names_powers_of_ten():
    assert powers_of_ten(1e-4, 1.8) == pytest.approx([1e-4, 1e-3, 1e-2, 0.1, 1])
    assert powers_of_ten(0.001, 0.001) == [0.001]


@pytest.mark.parametrize("present", [False, True])
def test_arms_have_their_colours_and_the_axis_is_logarithmic(present):
    drawn = gradient_norm_chart(ARMS, colours=["#111111", "#222222"], present=present).to_dict()
    assert drawn["encoding"]["color"]["scale"] == {
        "domain": ["sigmoid", "relu"],
        "range": ["#111111", "#222222"],
    }
    assert drawn["encoding"]["y"]["scale"]["type"] == "log"
    assert drawn["encoding"]["y"]["scale"]["domain"][0] == 1e-4
    assert drawn["encoding"]["x"]["sort"] == ["hidden_1", "hidden_2", "classes"]
    assert gradient_norm_chart({}, colours=[]).to_dict()["encoding"]
