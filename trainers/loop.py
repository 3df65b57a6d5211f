"""The one loop of every trainer: run a chunk of steps, write it down, look at the commands, go on.

A chunk takes about a quarter of a second, so curves are live and a stop is quick, and everything between
two chunks (writing, looking, waiting) costs next to nothing. How many steps that is follows from the
speed seen so far. A small network has many epochs in that time, so a chunk may hold several whole ones. The loop
knows nothing of TensorFlow: it is given functions.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

CHUNK_SECONDS = 0.25
_SPEED_WINDOW = 20  # chunks: the speed shown is that of the last five seconds


class TrainingFailed(Exception):
    """A training that cannot go on; its text is one sentence for a person."""


class Diverged(TrainingFailed):
    """A training whose numbers are none any more; `rate` is the learning rate at which that happened."""

    def __init__(self, sentence: str, rate: float) -> None:
        super().__init__(sentence)
        self.rate = rate


@dataclass(frozen=True)
class Plan:
    """How much there is to do: all epochs, or `steps` steps where that is not 0 and less.

    `pace` in steps a second, 0 for as fast as possible. `epochs_at_once` whole epochs at most are run in one call.
    """

    epochs: int
    steps_per_epoch: int
    images_per_epoch: int
    batch_size: int
    pace: float = 0.0
    steps: int = 0
    epochs_at_once: int = 1

    @property
    def total_steps(self) -> int:
        """The steps after which the training is complete."""
        steps = self.epochs * self.steps_per_epoch
        return min(steps, self.steps) if self.steps else steps

    @property
    def epochs_for_steps(self) -> int:
        """How many epochs reach the `steps` asked for; 0 where these epochs do, or none were asked for."""
        needed = -(-self.steps // self.steps_per_epoch)
        return needed if needed > self.epochs else 0

    def images_until(self, step: int) -> int:
        """How many images the first `step` steps see; the last batch of an epoch may be smaller."""
        epochs, steps = divmod(step, self.steps_per_epoch)
        return epochs * self.images_per_epoch + steps * self.batch_size

    def chunk(self, step: int, wanted: int) -> int:
        """How many steps after step `step` to run in one call where so many are wanted.

        As many as the epoch still has, or several whole epochs.
        """
        first, left = step % self.steps_per_epoch, self.total_steps - step
        whole = min(wanted, left) // self.steps_per_epoch if first == 0 else 0
        if whole > 1 and self.epochs_at_once > 1:
            return min(whole, self.epochs_at_once) * self.steps_per_epoch
        return min(wanted, self.steps_per_epoch - first, left)


@dataclass(frozen=True)
class Chunk:
    """Some steps that were run, between two times in Unix seconds.

    `count` of them from step `first` of this `epoch` on (both counted from 0), perhaps through several epochs;
    `step` is the number of all steps done after them.
    """

    epoch: int
    first: int
    count: int
    step: int
    began: float
    ended: float


@dataclass(frozen=True)
class Speed:
    """How fast it goes: images a second over the last seconds, and the seconds left at that speed."""

    images_per_second: float
    seconds_left: float


class Actions(Protocol):
    """What a trainer does for the loop."""

    def run_chunk(self, epoch: int, first: int, count: int) -> None:
        """Runs `count` steps from step `first` of an epoch on: within it, or several whole epochs."""

    def after_chunk(self, chunk: Chunk) -> None:
        """Writes down what the chunk gave."""

    def after_epoch(self, epoch: int, step: int, *, last: bool) -> bool:
        """Looks at the validation data, after an epoch or where the steps end; whether that is enough."""

    def beat(self, step: int, epoch: int, speed: Speed | None) -> None:
        """Shows the state to the world; called about four times a second."""

    def stop_asked(self) -> bool:
        """Looks at the commands; called about four times a second."""


def run_loop(
    plan: Plan,
    actions: Actions,
    *,
    start: int = 0,
    clock: Callable[[], float] = time.time,
    sleep: Callable[[float], None] = time.sleep,
) -> int:
    """Runs a plan from step `start` on, to its end or until a stop is asked for; gives the number of steps done.

    A stop comes after the look at the validation data where both are due, so that whoever goes on from
    there has missed nothing.
    """
    length = ChunkLength(plan.pace)
    rhythm = _Rhythm(plan, actions, clock, sleep, start)
    step = start
    while step < plan.total_steps:
        epoch, first = divmod(step, plan.steps_per_epoch)
        count = plan.chunk(step, length.steps)
        began = clock()
        actions.run_chunk(epoch, first, count)
        ended = clock()
        step += count
        actions.after_chunk(Chunk(epoch, first, count, step, began, ended))
        length.learn(count, ended - began)
        epoch = (step - 1) // plan.steps_per_epoch
        is_last = step == plan.total_steps
        ends = is_last or step % plan.steps_per_epoch == 0
        is_enough = ends and actions.after_epoch(epoch, step, last=is_last)
        if rhythm.stop_after(step, epoch) or is_enough:
            break
    return step


class ChunkLength:
    """How many steps the next chunk has, so that it takes a quarter of a second.

    The first chunk is a single step, whose time says nothing: TensorFlow compiles in it. After that a
    chunk grows at most fourfold, since a first small measurement may be far off. A slow pace asks for short chunks.
    """

    def __init__(self, pace: float) -> None:
        self.steps = 1
        self._most = max(1, int(pace * CHUNK_SECONDS)) if pace else 2**31 - 1
        self._compiled = False

    def learn(self, count: int, seconds: float) -> None:
        """Takes into account that `count` steps took some seconds."""
        if not self._compiled:
            self._compiled = True
            return
        fitting = int(count * CHUNK_SECONDS / max(seconds, 1e-6))
        # An epoch's short last chunk tells the speed too, but must not hold the length down to itself.
        self.steps = max(1, min(fitting, max(4 * count, self.steps), self._most))


class _Rhythm:
    """Between two chunks: keeps the pace, and four times a second shows the state and looks at the commands."""

    def __init__(
        self,
        plan: Plan,
        actions: Actions,
        clock: Callable[[], float],
        sleep: Callable[[float], None],
        start: int,
    ) -> None:
        self._plan, self._actions, self._clock, self._sleep = plan, actions, clock, sleep
        self._next_beat = 0.0
        self._due: float | None = None
        self._marks: deque[tuple[float, int]] = deque(maxlen=_SPEED_WINDOW)
        self._step = start

    def stop_after(self, step: int, epoch: int) -> bool:
        """Whether to stop after this step; waits first where the pace asks for it."""
        if self._beat(step, epoch):
            return True
        done, self._step = step - self._step, step
        if not self._plan.pace or step == self._plan.total_steps:
            return False
        now = self._clock()
        # A training that fell behind (compiling, a busy machine) does not hurry after its schedule.
        self._due = max(now, (self._due or now) + done / self._plan.pace)
        while (left := self._due - self._clock()) > 0:
            self._sleep(min(left, CHUNK_SECONDS))
            if self._beat(step, epoch):
                return True
        return False

    def _beat(self, step: int, epoch: int) -> bool:
        now = self._clock()
        if now < self._next_beat:
            return False
        self._next_beat = now + CHUNK_SECONDS
        if not self._marks or self._marks[-1][1] != step:
            self._marks.append((now, step))
        self._actions.beat(step, epoch, self._speed())
        return self._actions.stop_asked()

    def _speed(self) -> Speed | None:
        (began, first), (ended, last) = self._marks[0], self._marks[-1]
        if ended <= began:
            return None
        images = self._plan.images_until(last) - self._plan.images_until(first)
        seconds_left = (self._plan.total_steps - last) * (ended - began) / (last - first)
        return Speed(images / (ended - began), seconds_left)
