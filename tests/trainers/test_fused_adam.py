"""Adam in one operation, held against Keras' own; tests/trainers/test_optimizers.py holds both against the formula."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf

from trainers.fused_adam import FusedAdam

SHAPES = [(30, 20), (20,), ()]
STEPS = 50


def weights() -> list[keras.Variable]:
    random = np.random.default_rng(1)
    return [
        keras.Variable(random.normal(size=shape), dtype="float32", name=f"weights_{len(shape)}")
        for shape in SHAPES
    ]


def run(optimizer: keras.optimizers.Optimizer, learned: list[keras.Variable], seed: int = 2) -> None:
    """Some steps in a compiled function, by gradients of very different sizes that are zero now and then."""
    optimizer.build(learned)

    @tf.function
    def step(gradients: list[tf.Tensor]) -> None:
        optimizer.apply(gradients, learned)

    random = np.random.default_rng(seed)
    for _ in range(STEPS):
        scale = random.choice([0.0, 1e-6, 1.0, 1e3])
        step([tf.constant(scale * random.normal(size=shape), tf.float32) for shape in SHAPES])


@pytest.mark.parametrize(
    ("theirs", "settings"),
    [
        (keras.optimizers.Adam, {}),
        (keras.optimizers.Adam, {"beta_1": 0.7, "beta_2": 0.9}),
        (keras.optimizers.AdamW, {"weight_decay": 0.1}),
        (keras.optimizers.Adam, {"use_ema": True, "ema_momentum": 0.9}),
        (keras.optimizers.Adam, {"learning_rate": keras.optimizers.schedules.CosineDecay(0.1, STEPS)}),
    ],
)
def test_weights_and_what_is_remembered_are_those_of_keras(theirs: type, settings: dict[str, object]) -> None:
    expected, found = weights(), weights()
    keras_adam, ours = (kind(**{"learning_rate": 0.01, **settings}) for kind in (theirs, FusedAdam))
    run(keras_adam, expected)
    run(ours, found)
    assert [one.path.split("/")[-1] for one in ours.variables] == [
        one.path.split("/")[-1] for one in keras_adam.variables
    ]
    for one, other in zip([*found, *ours.variables], [*expected, *keras_adam.variables], strict=True):
        np.testing.assert_allclose(one.numpy(), other.numpy(), rtol=2e-4, atol=3e-5)
    assert not np.allclose(found[0].numpy(), weights()[0].numpy(), atol=0.01)


def test_who_takes_over_the_variables_goes_on_as_if_nothing_had_been() -> None:
    unbroken, begun = weights(), weights()
    whole, first, second = FusedAdam(0.01), FusedAdam(0.01), FusedAdam(0.01)
    run(whole, unbroken)
    run(whole, unbroken, seed=3)
    run(first, begun)
    second.build(begun)
    for one, other in zip(second.variables, first.variables, strict=True):
        one.assign(other)
    run(second, begun, seed=3)
    for one, other in zip(begun, unbroken, strict=True):
        assert one.numpy().tobytes() == other.numpy().tobytes()
