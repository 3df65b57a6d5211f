"""When a training has had enough, held against the definition written out over the whole list of losses."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from trainers.early_stopping import Patience

LOSSES = st.lists(st.sampled_from([0.5, 0.75, 1.0, 1.25]), max_size=30)
EPOCHS = st.integers(1, 6)


def first_end(losses: list[float], epochs: int) -> int | None:
    """The first epoch after which the best loss is so many epochs old; a loss that only equals it is no better."""
    ages = (done - 1 - losses.index(min(losses[:done])) for done in range(1, len(losses) + 1))
    return next((epoch for epoch, age in enumerate(ages) if age >= epochs), None)


def told(patience: Patience, losses: list[float]) -> int | None:
    return next((epoch for epoch, loss in enumerate(losses) if patience.is_over(loss)), None)


@given(LOSSES, EPOCHS)
def test_it_ends_when_the_best_loss_is_old_enough(losses: list[float], epochs: int) -> None:
    assert told(Patience(epochs), losses) == first_end(losses, epochs)


@given(LOSSES)
def test_0_never_ends_it(losses: list[float]) -> None:
    assert told(Patience(0), losses) is None


@given(LOSSES, LOSSES, EPOCHS)
def test_another_process_waits_on_from_the_same_place(
    before: list[float], after: list[float], epochs: int
) -> None:
    unbroken, first, second = Patience(epochs), Patience(epochs), Patience(epochs)
    for loss in before:
        unbroken.is_over(loss)
        first.is_over(loss)
    second.restore(json.loads(json.dumps(first.state())))
    assert [second.is_over(loss) for loss in after] == [unbroken.is_over(loss) for loss in after]
