"""The helper's answers, held against what a training really builds."""

from __future__ import annotations

import io
import json

import pytest

from trainers import models
from trainers.inspection import answer, answer_lines, describe
from trainers.specs import ClassifySpec

BY_HAND = {
    "softmax": 784 * 10,
    "mlp": 784 * 128 + 128 * 128 + 128 * 10,
    # For each of 28×28 places and 32 kernels 5×5 products; after the pooling 14×14 places; then the dense layers.
    "simple_cnn": 28 * 28 * 32 * 25 + 14 * 14 * 64 * 25 * 32 + 7 * 7 * 64 * 1024 + 1024 * 10,
}


@pytest.mark.parametrize("name", BY_HAND)
def test_a_description_is_that_of_the_trained_network(name: str) -> None:
    spec = ClassifySpec(model=name)
    told = describe(spec)
    model = models.build(spec)
    assert told["parameters"] == model.count_params() == sum(layer["parameters"] for layer in told["layers"])
    assert [layer["name"] for layer in told["layers"]] == [layer.name for layer in model.layers]
    assert [layer["output_shape"] for layer in told["layers"]] == [
        list(layer.output.shape[1:]) for layer in model.layers
    ]
    assert told["multiply_adds"] == BY_HAND[name]
    assert told["device"]
    assert told["device_reason"].endswith(".")


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


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("no json", "not JSON"),
        ("[1, 2]", "not a JSON object"),
        ("[" * 100_000, "not JSON"),
        ('{"id": 1, "request": "fly"}', "knows one request"),
        ('{"id": 1, "request": "describe"}', "lacks a spec"),
        ('{"id": 1, "request": "describe", "spec": {"epochs": 0}}', "Epochs cannot be 0"),
        ('{"id": 1, "request": "describe", "spec": {"task": "cook"}}', "no task 'cook'"),
    ],
)
def test_a_bad_request_is_answered_with_a_sentence(line: str, words: str) -> None:
    told = answer(line)
    assert words in told["error"]
    assert told["id"] == (1 if '"id": 1' in line else None)


def test_each_line_gets_its_answer_until_the_input_ends() -> None:
    answers = io.StringIO()
    asked = [json.dumps({"id": number, "request": "describe", "spec": {}}) for number in (1, 2)]
    answer_lines(io.StringIO("\n".join([asked[0], "", "nonsense", asked[1]]) + "\n"), answers)
    told = [json.loads(line) for line in answers.getvalue().splitlines()]
    assert [one["id"] for one in told] == [1, None, 2]
    assert told[0]["answer"] == told[2]["answer"]
