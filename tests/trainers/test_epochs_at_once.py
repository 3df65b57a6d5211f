"""Several epochs in one call are the same epochs: to the last digit, with the same looks at the validation images."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainers import datasets
from trainers.classify import Classification
from trainers.loop import Plan
from trainers.runs import create_run
from trainers.specs import ClassifySpec

EPOCHS = 3


def learner(logdir: Path, name: str, **values: object) -> Classification:
    spec = ClassifySpec(batch_size=300, train_share=0.1, learning_rate=0.01, epochs=EPOCHS, **values)
    run = create_run(logdir, spec, experiment="epochs", name=name)
    return Classification(run, spec, datasets.load(spec))


def test_several_epochs_in_one_call_are_the_epochs_one_by_one(logdir: Path) -> None:
    together, apart = learner(logdir, "together"), learner(logdir, "apart")
    steps = apart.plan.steps_per_epoch
    assert steps == 2, "the last batch of each epoch is a short one"
    measures, validations = together.run_epochs(0, EPOCHS)
    for epoch in range(EPOCHS):
        one = apart.run_chunk(epoch, 0, steps)
        np.testing.assert_array_equal(measures[epoch * steps : (epoch + 1) * steps], one)
        np.testing.assert_array_equal(validations[epoch], list(apart.validate().values()))
    for name, values in apart.state().items():
        np.testing.assert_array_equal(together.state()[name], values)


@pytest.mark.parametrize("values", [{"early_stopping": 2}, {"moving_average": 0.9}])
def test_who_looks_after_each_epoch_has_one_at_a_time(logdir: Path, values: dict[str, float]) -> None:
    assert learner(logdir, "careful", **values).plan.epochs_at_once == 1
    assert learner(logdir, "hurried").plan.epochs_at_once > 1


@given(
    steps=st.integers(1, 40),
    epochs=st.integers(1, 30),
    limit=st.integers(0, 500),
    at_once=st.integers(1, 10),
    data=st.data(),
)
def test_a_chunk_ends_within_its_epoch_or_at_the_end_of_another(
    steps: int, epochs: int, limit: int, at_once: int, data: st.DataObject
) -> None:
    plan = Plan(epochs, steps, steps * 7, 7, steps=limit, epochs_at_once=at_once)
    step = data.draw(st.integers(0, plan.total_steps - 1))
    wanted = data.draw(st.integers(1, 2_000))
    count = plan.chunk(step, wanted)
    assert 1 <= count <= wanted and step + count <= plan.total_steps
    first = step % steps
    if first + count > steps:
        assert first == 0 and count % steps == 0 and count <= at_once * steps
    one_by_one = replace(plan, epochs_at_once=1)
    assert one_by_one.chunk(step, wanted) == min(wanted, steps - first, plan.total_steps - step)
