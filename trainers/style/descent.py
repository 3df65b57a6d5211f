"""How a picture is changed step by step: L-BFGS within the range of colours, or Adam.

Both are asked and told, so that each step is one pass through the network, and all they know is a few arrays:

    descent.trial                         # the picture to judge next, float32 [h, w, 3]
    descent.learn(loss, gradient)         # what came out; `descent.picture` is the best so far
    descent.state()                       # all that a later process needs to go on exactly

Why the range belongs into the optimisation: a picture that was painted without it and is cut to 0 to 255 when it is
saved has nearly twice the loss it had before.

References:
    Nocedal (1980), Updating quasi-Newton matrices with limited storage (the two loops)
    Bertsekas (1982), Projected Newton methods for optimization problems with simple constraints (the free set)
    Kingma, Ba (2014), Adam, arXiv:1412.6980
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Mapping
from typing import Protocol

import numpy as np

DARKEST, BRIGHTEST = 0.0, 255.0
MEMORY = 20  # corrections that L-BFGS remembers
FIRST_STEP = 20.0  # the most that its first step changes a pixel, before it knows any curvature
_ENOUGH = 1e-4  # of the decrease that the gradient promises (Armijo's condition)
_SHORTER = 0.35
_MOST_TRIES = 8
_LEAST_SHARE = 0.05  # of its rate that Adam keeps at the end of the cosine, so that more passes still help
_OWN_RATE = 10.0  # the learning rate at which L-BFGS takes its own step

Spread = Callable[[np.ndarray], np.ndarray]


class Descent(Protocol):
    """What changes a picture. `picture` is what was reached, `trial` what to judge next: float32 [h, w, 3]."""

    picture: np.ndarray
    trial: np.ndarray
    rate: float

    def learn(self, loss: float, gradient: np.ndarray) -> bool:
        """Takes the loss and its gradient float32 [h, w, 3] at the trial; whether the trial became the picture."""

    def forget(self) -> None:
        """The loss is another one from now on: goes on from the picture, which is judged anew."""

    def state(self) -> dict[str, np.ndarray]:
        """All that changes, as arrays."""

    def restore(self, state: Mapping[str, np.ndarray]) -> None:
        """Takes over what `state` gave."""


class Lbfgs:
    """L-BFGS whose steps end at the range of colours: pixels at its ends that would leave it do not count.

    `spread` multiplies a gradient by a guess of the inverse curvature, the identity where it is not given: a symmetric
    positive operator. `rate` 10 takes the method's own step, 5 half of it.
    """

    def __init__(
        self, picture: np.ndarray, *, spread: Spread = lambda gradient: gradient, rate: float = _OWN_RATE
    ) -> None:
        self.picture = self.trial = np.clip(picture, DARKEST, BRIGHTEST).astype(np.float32)
        self.rate = rate
        self._spread = spread
        self._loss = math.inf
        self._gradient = np.zeros_like(self.picture)
        self._direction = np.zeros_like(self.picture)
        self._length, self._tries = 0.0, 0
        self._changes: deque[np.ndarray] = deque(maxlen=MEMORY)  # of the picture, the newest last
        self._turns: deque[np.ndarray] = deque(maxlen=MEMORY)  # of the gradient

    def learn(self, loss: float, gradient: np.ndarray) -> bool:
        """Takes the trial where it is good enough, or tries a shorter step."""
        change = self.trial - self.picture
        promised = _dot(self._gradient, change)
        first = math.isinf(self._loss)
        taken = first or loss <= self._loss + _ENOUGH * promised
        if not taken and self._tries < _MOST_TRIES:
            self._tries += 1
            self._length *= _SHORTER
            self.trial = self._along(self._length)
            return False
        if taken:
            if not first:
                self._remember(change, gradient - self._gradient)
            self.picture, self._loss, self._gradient = self.trial, loss, gradient
        else:  # no step along this direction helps: begin again with the gradient alone
            self._clear()
        self._aim()
        return taken

    def forget(self) -> None:
        """Keeps the picture alone: the curvature is that of the old loss, which may be a thousand times another."""
        self.trial, self._loss = self.picture, math.inf
        self._clear()

    def state(self) -> dict[str, np.ndarray]:
        """The picture, where it is going, and the remembered corrections, oldest first; nothing is copied."""
        changes = {f"changes/{place}": change for place, change in enumerate(self._changes)}
        turns = {f"turns/{place}": turn for place, turn in enumerate(self._turns)}
        return {
            "picture": self.picture,
            "trial": self.trial,
            "gradient": self._gradient,
            "direction": self._direction,
            **changes,
            **turns,
            "numbers": np.array([self._loss, self._length, self._tries, self.rate]),
        }

    def restore(self, state: Mapping[str, np.ndarray]) -> None:
        """Takes over what `state` gave."""
        self.picture, self.trial = state["picture"], state["trial"]
        self._gradient, self._direction = state["gradient"], state["direction"]
        known = sum(name.startswith("changes/") for name in state)
        self._changes = deque((state[f"changes/{place}"] for place in range(known)), maxlen=MEMORY)
        self._turns = deque((state[f"turns/{place}"] for place in range(known)), maxlen=MEMORY)
        self._loss, self._length, tries, self.rate = state["numbers"].tolist()
        self._tries = int(tries)

    def _aim(self) -> None:
        """Chooses the next direction and its first trial."""
        free = self._free()
        gradient = self._gradient * free
        direction = -self._inverse_curvature(gradient) * free
        if _dot(direction, gradient) >= 0:
            self._clear()
            direction = -self._inverse_curvature(gradient) * free
        self._direction = direction
        self._length, self._tries = self.rate / _OWN_RATE, 0
        self.trial = self._along(self._length)

    def _along(self, length: float) -> np.ndarray:
        return np.clip(self.picture + np.float32(length) * self._direction, DARKEST, BRIGHTEST)

    def _free(self) -> np.ndarray:
        """The pixels that may move: all but those at an end of the range that the gradient would push beyond it."""
        darkest = (self.picture <= DARKEST) & (self._gradient > 0)
        brightest = (self.picture >= BRIGHTEST) & (self._gradient < 0)
        return (~(darkest | brightest)).astype(np.float32)

    def _remember(self, change: np.ndarray, turn: np.ndarray) -> None:
        """Only what shows a positive curvature, as the method needs it."""
        if _dot(change, turn) > 1e-10 * _dot(turn, turn):
            self._changes.append(change)
            self._turns.append(turn)

    def _clear(self) -> None:
        self._changes.clear()
        self._turns.clear()

    def _inverse_curvature(self, gradient: np.ndarray) -> np.ndarray:
        """The gradient times the remembered inverse curvature, by Nocedal's two loops."""
        rest = gradient.copy()
        shares: list[tuple[float, float]] = []
        for change, turn in zip(reversed(self._changes), reversed(self._turns), strict=True):
            scale = 1 / _dot(change, turn)
            share = scale * _dot(change, rest)
            rest -= np.float32(share) * turn
            shares.append((share, scale))
        result = self._spread(rest)
        if self._changes:
            newest = self._turns[-1]
            result = result * np.float32(_dot(self._changes[-1], newest) / _dot(newest, self._spread(newest)))
        else:
            result = result * np.float32(FIRST_STEP / max(float(np.abs(result).max()), 1e-30))
        for (share, scale), change, turn in zip(reversed(shares), self._changes, self._turns, strict=True):
            result += np.float32(share - scale * _dot(turn, result)) * change
        return result


class Adam:
    """Adam on pixels. With `clip` each step ends at the range of colours, and the rate falls along a cosine.

    `total` is how many steps that takes.
    """

    def __init__(
        self,
        picture: np.ndarray,
        *,
        rate: float,
        beta_1: float,
        beta_2: float,
        epsilon: float,
        total: int,
        clip: bool,
    ) -> None:
        self.picture = self.trial = picture.astype(np.float32)
        self.rate = rate
        self._betas, self._epsilon = (beta_1, beta_2), epsilon
        self._total, self._clip = total, clip
        self._mean = np.zeros_like(self.picture)
        self._square = np.zeros_like(self.picture)
        self._step = 0

    def learn(self, loss: float, gradient: np.ndarray) -> bool:
        """Makes one step; there is no way back."""
        self._step += 1
        first, second = self._betas
        self._mean = np.float32(first) * self._mean + np.float32(1 - first) * gradient
        self._square = np.float32(second) * self._square + np.float32(1 - second) * np.square(gradient)
        rate = self.rate
        if self._clip:
            share = 0.5 * (1 + math.cos(math.pi * min(1.0, self._step / self._total)))
            rate *= _LEAST_SHARE + (1 - _LEAST_SHARE) * share
        mean = self._mean / np.float32(1 - first**self._step)
        square = self._square / np.float32(1 - second**self._step)
        moved = self.picture - np.float32(rate) * mean / (np.sqrt(square) + np.float32(self._epsilon))
        self.picture = self.trial = np.clip(moved, DARKEST, BRIGHTEST) if self._clip else moved
        return True

    def forget(self) -> None:
        """Its means of past gradients soon follow the new loss."""

    def state(self) -> dict[str, np.ndarray]:
        """The picture and the two means."""
        return {
            "picture": self.picture,
            "mean": self._mean,
            "square": self._square,
            "numbers": np.array([self._step, self.rate]),
        }

    def restore(self, state: Mapping[str, np.ndarray]) -> None:
        """Takes over what `state` gave."""
        self.picture = self.trial = state["picture"]
        self._mean, self._square = state["mean"], state["square"]
        step, self.rate = state["numbers"].tolist()
        self._step = int(step)


def _dot(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.vdot(one, other))
