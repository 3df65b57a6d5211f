"""When a training has had enough: the validation loss has not improved for some epochs.

Prechelt (1998), Early stopping, but when? In: Neural Networks: Tricks of the Trade.
"""

from __future__ import annotations

import math
from collections.abc import Mapping


class Patience:
    """Waits at most so many `epochs` for a lower validation loss; 0 waits for ever."""

    def __init__(self, epochs: int) -> None:
        self.epochs = epochs
        self.best = math.inf
        self.waited = 0  # epochs since the best

    def is_over(self, validation_loss: float) -> bool:
        """Takes an epoch's validation loss into account; whether the training should end."""
        if validation_loss < self.best:
            self.best, self.waited = validation_loss, 0
        else:
            self.waited += 1
        return 0 < self.epochs <= self.waited

    def state(self) -> dict[str, float]:
        """What a later process needs to go on waiting: the lowest loss and the epochs since."""
        return {"best": self.best, "waited": self.waited}

    def restore(self, state: Mapping[str, float]) -> None:
        """Takes over what `state` gave."""
        self.best, self.waited = float(state["best"]), int(state["waited"])
