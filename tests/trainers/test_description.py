"""Descriptions, held against what a training really builds."""

from __future__ import annotations

import pytest

from trainers import boundary, datasets, models, sequence
from trainers.description import describe
from trainers.specs import BoundarySpec, ClassifySpec, SequenceSpec, parse_spec


@pytest.mark.parametrize("name", models.MODELS)
def test_a_description_is_that_of_the_trained_network(name: str) -> None:
    spec = parse_spec({"model": name})
    told = describe(spec)
    model = models.build(spec)
    built = [layer for layer in model.layers if layer.name != "image"]
    assert told["parameters"] == model.count_params() == sum(layer["parameters"] for layer in told["layers"])
    assert [layer["name"] for layer in told["layers"]] == [layer.name for layer in built]
    assert [layer["output_shape"] for layer in told["layers"]] == [
        list(layer.output.shape[1:]) for layer in built
    ]
    assert told["multiply_adds"] == sum(layer["multiply_adds"] for layer in told["layers"])
    assert (told["example"], told["input_shape"]) == ("image", [28, 28, 1])
    assert told["device"]
    assert told["device_reason"].endswith(".")


@pytest.mark.parametrize(
    "features",
    [
        {"features": "pooled", "pooling": 3},
        {"features": "pca", "components": 30},
        {},
    ],
)
def test_the_inputs_are_those_of_the_data_that_are_learned_from(features: dict[str, object]) -> None:
    spec = parse_spec({"model": "mlp", **features})
    assert tuple(describe(spec)["input_shape"]) == datasets.load(spec).input_shape


def test_each_layer_tells_what_it_reads() -> None:
    told = {
        layer["name"]: layer["inputs"]
        for layer in describe(ClassifySpec(model="resnet_small", depth=1))["layers"]
    }
    assert told["convolution"] == ["image"]
    assert told["convolution_relu"] == ["convolution_normalised"]
    assert told["stage_1_block_1_sum"] == ["stage_1_block_1_2_normalised", "convolution_relu"]
    assert told["stage_2_block_1_shortcut"] == ["stage_1_block_1_relu"]
    assert told["stage_2_block_1_sum"] == [
        "stage_2_block_1_2_normalised",
        "stage_2_block_1_shortcut_normalised",
    ]


def test_windows_activations_and_rates_are_those_asked_for() -> None:
    spec = ClassifySpec(model="simple_cnn", activation="swish", dropout=0.25)
    told = {layer["name"]: layer for layer in describe(spec)["layers"]}
    assert (told["convolution_1"]["window"], told["convolution_1"]["activation"]) == ([5, 5], "swish")
    assert (told["pooling_1"]["window"], told["pooling_1"]["activation"]) == ([2, 2], "")
    assert told["dropout"]["rate"] == 0.25
    assert told["classes"]["activation"] == "softmax"


@pytest.mark.parametrize(
    ("spec", "model", "example"),
    [
        (BoundarySpec(model="deep"), boundary.build, "point"),
        (SequenceSpec(model="gru"), sequence.build, "window"),
    ],
)
def test_the_other_tasks_networks_are_described_too(spec, model, example) -> None:
    told = describe(spec)
    built = model(spec)
    assert (told["example"], told["parameters"]) == (example, built.count_params())
    assert told["input_shape"] == list(built.input_shape[1:])
    assert told["layers"][0]["inputs"] == [example]


def test_the_largest_network_is_described_without_building_its_weights() -> None:
    """Fifty layers of 4,096 neurons would take 3.3 GB."""
    told = describe(ClassifySpec(model="mlp", depth=50, width=4096))
    assert told["parameters"] == 784 * 4096 + 4096 + 49 * (4096 * 4096 + 4096) + 4096 * 10 + 10


def test_describing_leaves_later_networks_as_they_were() -> None:
    before = models.build(ClassifySpec(model="mlp", seed=4)).get_weights()
    describe(ClassifySpec(model="simple_cnn"))
    after = models.build(ClassifySpec(model="mlp", seed=4)).get_weights()
    assert all((one == other).all() for one, other in zip(before, after, strict=True))


def test_threads_are_part_of_the_reason() -> None:
    assert "3 threads" in describe(ClassifySpec(threads=3))["device_reason"]
