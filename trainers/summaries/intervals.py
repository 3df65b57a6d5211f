"""When it is time again for a summary that costs something."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Interval:
    """At most every so many seconds; rarer where it costs more than its share, or where the run is long.

        interval = Interval(2.0, share=0.005)
        if interval.is_due():
            with interval.taken():
                ...

    `share` is how much of the time it may take. The first time counts for nothing: TensorFlow compiles in it.
    Each wait is also at least a twentieth of the time since the first, so that a run of a day writes some two hundred
    summaries and not forty thousand.
    """

    def __init__(self, seconds: float, *, share: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds, self._share, self._clock = seconds, share, clock
        self._first: float | None = None
        self._next = float("-inf")

    def is_due(self) -> bool:
        """Whether it is time."""
        return self._clock() >= self._next

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Measures how long the summary takes, which says when the next one is due."""
        began = self._clock()
        yield
        ended = self._clock()
        wait = self._seconds
        if self._first is None:
            self._first = ended
        else:
            wait = max(wait, (ended - began) / self._share, (ended - self._first) / 20)
        self._next = ended + wait
