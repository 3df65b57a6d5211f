"""What may be asked of a painting: it survives JSON, form and command line, and what makes no sense is a sentence."""

from __future__ import annotations

import pytest

from dashboard.spec_form import changes_line, form_values, spec_from_form
from trainers.specs import (
    LEARNING_TASKS,
    SPECS,
    STEERABLE,
    InvalidSpec,
    StylizeSpec,
    changed_settings,
    legal_values,
    parse_spec,
    settings,
)

BY_NAME = {one.name: one for one in settings(StylizeSpec)}


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"content": "/a/photo.jpg", "style": ["/a/one, two.png", "/b/three.png"], "style_blend": [2, 1.5]},
        {"mode": "classic", "learning_rate": 3, "beta_1": 0.5, "style": ["/x.png"], "style_scale": [0.5]},
        {
            "initial": "file",
            "initial_file": "/a.png",
            "noise_blend": 0.2,
            "mask": "/m.png",
            "preserve_colours": True,
        },
    ],
)
def test_a_spec_survives_json_and_form(asked):
    spec = parse_spec({"task": "stylize", **asked})
    assert parse_spec(spec.model_dump(mode="json")) == spec
    assert spec_from_form("stylize", form_values(spec)) == spec
    assert parse_spec({"task": "stylize", **changed_settings(spec)}) == spec
    assert isinstance(changes_line(changed_settings(spec), "stylize"), str)


def test_the_defaults_are_the_published_ones():
    spec = StylizeSpec(mode="classic", style=["a.png", "b.png"])
    assert (spec.content_weight, spec.style_weight, spec.tv_weight) == (5, 500, 100)
    assert (spec.learning_rate, spec.beta_1, spec.beta_2, spec.epsilon, spec.passes) == (
        10,
        0.9,
        0.999,
        1e-8,
        1000,
    )
    assert (spec.layer_exponent, spec.content_blend, spec.pooling) == (1, 1, "max")
    assert not spec.starts_from_preview
    assert spec.blend == (0.5, 0.5) and spec.style_scales == (1.0, 1.0)


@pytest.mark.parametrize(
    ("values", "fragments"),
    [
        ({"content_weight": -1}, ("Content weight cannot be -1", "at least 0")),
        ({"tv_weight": 1e300}, ("Total variation weight", "at most 100000000")),
        ({"style_weight": float("nan")}, ("Style weight cannot be nan",)),
        ({"content_weight": 0, "style_weight": 0}, ("cannot both be 0", "raise one")),
        ({"style": ["a"] * 9}, ("9 styles are too many", "at most 8")),
        ({"style": ["a", "b"], "style_blend": [1]}, ("one number for each of the 2 styles",)),
        ({"style": ["a", "b"], "style_blend": [0, 0]}, ("not all of them 0",)),
        ({"style": ["a"], "style_blend": "one"}, ("Style blend cannot be 'one'", "numbers, each at least 0")),
        ({"style": ["a"], "style_scale": [0]}, ("Style scale", "above 0")),
        ({"style_layers": [1, 1]}, ("Style layers needs 5 numbers",)),
        ({"style_layers": [0] * 5}, ("not all of them 0",)),
        (
            {"content_layer": "relu1_2", "content_blend": 0.5},
            ("Content blend has no effect with content_layer relu1_2",),
        ),
        ({"scales": 2, "mode": "classic"}, ("Scales has no effect with mode classic",)),
        ({"initial_file": "a.png"}, ("Initial file has no effect with initial best",)),
        ({"size": 9000}, ("Size cannot be 9000", "at most 8192")),
        ({"network": "vgg20"}, ("Network cannot be 'vgg20'", "vgg16, vgg19")),
    ],
)
def test_what_makes_no_sense_is_one_sentence(values, fragments):
    with pytest.raises(InvalidSpec) as caught:
        parse_spec({"task": "stylize", **values})
    assert all(fragment in str(caught.value) for fragment in fragments), str(caught.value)
    assert "\n" not in str(caught.value)


def test_settings_of_several_values_say_so():
    assert (BY_NAME["style"].kind, BY_NAME["style_blend"].kind) == ("paths", "numbers")
    assert legal_values(BY_NAME["style"]) == "paths of files"
    assert legal_values(BY_NAME["style_blend"]) == "numbers, each at least 0 and at most 1000000"


def test_what_may_be_steered_are_settings():
    for task, names in STEERABLE.items():
        assert set(names) <= {one.name for one in settings(SPECS[task])}


def test_the_form_of_the_train_page_offers_no_painting():
    assert set(LEARNING_TASKS) == set(SPECS) - {"stylize"}
