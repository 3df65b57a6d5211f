"""Series of paintings that differ in one thing: made from a spec, and found again among all runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from dashboard.listing import RunView
from dashboard.painting_layers import LAYERS, by_content_layer, by_style_layers
from dashboard.painting_series import CONTENT, POOLING, WEIGHTS, Series, alike, by_setting
from trainers.runs import About, Run, Status, checked_name
from trainers.specs import StylizeSpec, parse_spec

SPEC = StylizeSpec(content="/p/photo.png", style=["/p/waves.png"], content_weight=2, style_weight=30, seed=4)
ALL = (WEIGHTS, POOLING, CONTENT, LAYERS)
NINE = [(content, style) for content in (0.2, 2, 20) for style in (3, 30, 300)]


def views(paintings: dict[str, StylizeSpec], experiment: str = "weights") -> list[RunView]:
    return [
        RunView(Run(Path("/logs"), experiment, name), Status(state="completed"), spec, About())
        for name, spec in paintings.items()
    ]


def test_nine_small_paintings_over_both_weights_share_all_else():
    paintings = WEIGHTS.make(SPEC)
    assert [(spec.content_weight, spec.style_weight) for spec in paintings.values()] == NINE
    assert {(spec.seed, spec.content, spec.size) for spec in paintings.values()} == {(4, SPEC.content, 192)}


@pytest.mark.parametrize("weights", [(0, 5), (5, 0), (1e8, 1e8)])
def test_a_painting_at_the_end_of_the_range_has_its_series_too(weights):
    content, style = weights
    paintings = WEIGHTS.make(SPEC.model_copy(update={"content_weight": content, "style_weight": style}))
    assert all(spec.content_weight > 0 and spec.style_weight > 0 for spec in paintings.values())


SMALL = {"mode": "classic", "iterations": 7, "size": 20}
ODD = {
    "initial": "file",
    "initial_file": "/p/i.png",
    "mask": "/p/m.png",
    "noise_blend": 0.3,
    "content_blend": 0.4,
}


@pytest.mark.parametrize("series", ALL, ids=lambda one: one.name)
@pytest.mark.parametrize(
    "changes",
    [{}, {"content_layer": "relu2_2"}, {"mode": "classic", "iterations": 7, "size": 20}, ODD],
    ids=str,
)
def test_every_painting_of_a_series_can_be_made(series: Series, changes):
    spec = parse_spec({**SPEC.model_dump(), **changes})
    assert isinstance(spec, StylizeSpec)
    for name, one in series.make(spec).items():
        assert checked_name(name) == name
        assert parse_spec(one.model_dump(mode="json")) == one
        assert one.size <= 192 and one.passes <= 100 and one.style == spec.style


@pytest.mark.parametrize("series", ALL, ids=lambda one: one.name)
def test_a_series_is_found_again_and_nothing_else_with_it(series: Series):
    members = views(series.make(SPEC))
    others = [
        *views({"x": SPEC}),
        *views(series.make(SPEC), "other"),
        *views({"y": SPEC.model_copy(update={"seed": 9})}),
    ]
    for shown in members:
        assert alike([*others, *members], shown, series.fields) == members


@pytest.mark.parametrize("series", ALL, ids=lambda one: one.name)
def test_no_two_of_a_series_are_taken_for_another_series(series: Series):
    members = views(series.make(SPEC))
    others = [one for one in ALL if not set(one.fields) >= set(series.fields)]
    for shown in members:
        assert [alike(members, shown, one.fields) for one in others] == [[shown]] * len(others)


def test_a_series_is_in_the_order_of_its_settings():
    assert list(by_setting(views(WEIGHTS.make(SPEC))[::-1], WEIGHTS.fields)) == NINE
    assert list(by_setting(views(POOLING.make(SPEC)), POOLING.fields)) == [("average",), ("max",)]


def test_five_layers_are_shown_for_the_content_and_five_for_the_style():
    members = views(LAYERS.make(SPEC))
    content, style = by_content_layer(members), by_style_layers(members)
    assert list(content) == [f"relu{block}_2" for block in range(1, 6)]
    assert list(style) == [f"relu{block}_1" for block in range(1, 6)]
    assert {(view.spec.style_weight, view.spec.initial) for view in content.values()} == {(0, "noise")}
    assert [sum(view.spec.style_layers) for view in style.values()] == [1, 2, 3, 4, 5]
    assert {view.spec.content_weight for view in style.values()} == {0}
