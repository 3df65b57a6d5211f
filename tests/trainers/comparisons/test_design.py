"""What a comparison asks for: its runs in turn, all else held equal, and sentences for what cannot be."""

from __future__ import annotations

import hashlib
import json

import pytest

from trainers.comparisons import COMPARISON_PRESETS, Comparison, comparable_settings, comparison
from trainers.gradient_descent import epoch_order
from trainers.specs import (
    LEARNING_TASKS,
    SPECS,
    BoundarySpec,
    ClassifySpec,
    InvalidSpec,
    SequenceSpec,
    settings,
)

MLP = ClassifySpec(model="mlp", epochs=2, seed=7)


def test_arms_take_turns_seed_by_seed():
    asked = comparison(MLP, "activation", ["sigmoid", "relu"], seeds=3)
    assert [one.name for one in asked.planned()] == [
        "sigmoid-7", "relu-7", "sigmoid-8", "relu-8", "sigmoid-9", "relu-9",
    ]  # fmt: skip
    for one in asked.planned():
        others = one.spec.model_dump(exclude={"activation", "seed"})
        assert others == MLP.model_dump(exclude={"activation", "seed"})
        assert (one.spec.activation, one.spec.seed) == (one.value, one.seed)


@pytest.mark.parametrize(
    "field", ["activation", "depth", "dropout", "optimizer", "batch_norm", "learning_rate"]
)
def test_a_pair_shares_the_order_of_its_batches(field):
    values = {"activation": ["tanh", "relu"], "optimizer": ["sgd", "adam"], "batch_norm": ["false", "true"]}
    asked = comparison(
        MLP, field, values.get(field, ["0.5", "0.1"] if field != "depth" else ["1", "3"]), seeds=2
    )
    orders: dict[int, set[str]] = {}
    for one in asked.planned():
        content = b"".join(epoch_order(one.spec.seed, epoch, 4000).tobytes() for epoch in range(2))
        orders.setdefault(one.seed, set()).add(hashlib.sha256(content).hexdigest())
    assert [len(seen) for seen in orders.values()] == [1, 1]
    assert len({order for seen in orders.values() for order in seen}) == 2, "another seed, another order"


def test_tuning_gives_every_arm_the_same_rates():
    asked = comparison(MLP, "activation", ["sigmoid", "relu"], seeds=1, tune=True)
    rates = {value: [one.rate for one in asked.planned() if one.value == value] for value in asked.values}
    assert rates["sigmoid"] == rates["relu"] == [1e-4, 3e-4, 1e-3, 3e-3]
    assert {one.spec.learning_rate for one in asked.planned()} == set(rates["relu"])
    assert "relu@0.0003-7" in [one.name for one in asked.planned()]


@pytest.mark.parametrize("name", COMPARISON_PRESETS)
def test_every_preset_can_be_asked(name):
    asked = COMPARISON_PRESETS[name].comparison(seeds=2)
    differing = {one.spec.model_dump_json(exclude={"seed", "learning_rate"}) for one in asked.planned()}
    assert len(differing) == len(asked.values) == 2


@pytest.mark.parametrize("task", LEARNING_TASKS)
def test_any_setting_of_a_number_or_choice_can_differ(task):
    names = {one.name for one in comparable_settings(task)}
    assert names >= {"model", "learning_rate", "batch_size", "epochs", "optimizer"}
    left = {one.name: one.kind for one in settings(SPECS[task]) if one.name not in names}
    assert {kind for name, kind in left.items() if name not in ("seed", "pace")} <= {"path", "text"}
    for one in comparable_settings(task):
        assert one.kind in ("int", "float", "bool", "choice")


def test_what_has_no_effect_in_one_arm_is_left_out_there():
    asked = comparison(ClassifySpec(model="mlp", depth=4), "model", ["mlp", "softmax"], seeds=1)
    assert [one.spec.depth for one in asked.planned()] == [4, ClassifySpec().depth]
    points = comparison(BoundarySpec(model="deep", depth=4), "model", ["deep", "logistic"], seeds=1)
    assert [one.spec.depth for one in points.planned()] == [4, BoundarySpec().depth]
    assert comparison(SequenceSpec(), "model", ["rnn", "lstm"], seeds=2).task == "sequence"


@pytest.mark.parametrize(
    ("field", "values", "options", "words"),
    [
        ("activation", ["relu"], {}, "2 to 6 values, not 1"),
        ("activation", ["relu", "relu"], {}, "Activation has a value twice"),
        ("dropout", ["0.5", "0.50"], {}, "Dropout has a value twice"),
        ("depth", [*"1234567"], {}, "2 to 6 values, not 7"),
        ("activation", ["relu", "wobble"], {}, "Activation cannot be 'wobble'"),
        ("seed", ["1", "2"], {}, "'seed' is no setting that can be compared"),
        ("wings", ["1", "2"], {}, "'wings' is no setting"),
        ("activation", ["relu", "tanh"], {"seeds": 11}, "1 to 10 seeds, not 11"),
        ("activation", ["relu", "tanh"], {"seeds": 0}, "1 to 10 seeds, not 0"),
        ("learning_rate", ["0.1", "0.2"], {"tune": True}, "leave tuning out"),
    ],
)
def test_what_cannot_be_compared_is_one_sentence(field, values, options, words):
    with pytest.raises(InvalidSpec, match=words):
        comparison(MLP, field, values, **{"seeds": 3, **options})


@pytest.mark.parametrize("name", COMPARISON_PRESETS)
def test_what_is_written_down_is_read_the_same(name):
    asked = COMPARISON_PRESETS[name].comparison()
    again = Comparison.model_validate(json.loads(asked.model_dump_json()))
    assert again == asked
    assert again.planned() == asked.planned()
