"""Which layer broke first is found by doing the steps again, from the last sound state to the one before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pytest

from trainers.divergence import Good, diverged
from trainers.loop import Plan

PLAN = Plan(epochs=3, steps_per_epoch=10, images_per_epoch=10, batch_size=1)


@dataclass
class Doomed:
    """A network of which a layer breaks in a certain step, or none at all."""

    breaks_at: int
    layer: str | None
    step: int = 0
    chunks: list[tuple[int, int, int]] = field(default_factory=list)

    def run_chunk(self, epoch: int, first: int, count: int) -> np.ndarray:
        assert epoch * 10 + first == self.step and first + count <= 10  # in order, and never beyond an epoch
        self.step += count
        self.chunks.append((epoch, first, count))
        return np.zeros((count, 2), np.float32)

    def restore(self, state: Mapping[str, np.ndarray]) -> None:
        self.step = int(state["step"])

    def first_broken_layer(self) -> str | None:
        return self.layer if self.step >= self.breaks_at else None


@pytest.mark.parametrize("breaks_at", [16, 17])
def test_the_layer_is_looked_for_before_the_step_and_then_after_it(breaks_at: int) -> None:
    learner = Doomed(breaks_at, "hidden_2", step=30)
    error = diverged(learner, PLAN, Good(4, {"step": np.array(4)}), 17, 0.5)
    assert str(error) == (
        "The loss is no longer a number at step 17: the training diverged, first in the layer hidden_2. "
        "Choose a learning rate below 0.5."
    )
    assert learner.chunks[:2] == [(0, 4, 6), (1, 0, 6)]
    assert learner.step == breaks_at


def test_where_only_the_loss_overflows_that_is_said() -> None:
    """Adam divides by what overflowed, so the weights may stay finite under a loss that is infinite."""
    error = diverged(Doomed(99, "hidden_2"), PLAN, Good(0, {"step": np.array(0)}), 2, 1e6)
    assert "first in the loss of what the last layer says, which is too large." in str(error)
