"""When an expensive summary is due, by a clock of the test's own."""

from __future__ import annotations

import itertools

from trainers.summaries.intervals import Interval


class World:
    """Epochs of a hundredth of a second, after each of which the summary is written if it is due."""

    def __init__(self, costs: list[float], *, seconds: float, share: float) -> None:
        self.now = 100.0
        self.costs = iter(costs)
        self.interval = Interval(seconds, share=share, clock=lambda: self.now)

    def run(self, seconds: float) -> list[float]:
        """The seconds after which it was written."""
        began, taken = self.now, []
        while self.now < began + seconds:
            if self.interval.is_due():
                taken.append(self.now - began)
                with self.interval.taken():
                    self.now += next(self.costs)
            self.now += 0.01
        return taken


def test_the_first_is_at_once_and_the_others_so_many_seconds_apart() -> None:
    taken = World([0.001] * 99, seconds=2.0, share=0.01).run(20)
    assert taken[0] == 0
    gaps = [later - earlier for earlier, later in itertools.pairwise(taken)]
    assert len(gaps) >= 8
    assert all(2.0 <= gap < 2.05 for gap in gaps)


def test_what_takes_longer_than_its_share_comes_more_rarely() -> None:
    taken = World([5.0, *[0.5] * 99], seconds=2.0, share=0.01).run(400)
    assert 7.0 <= taken[1] < 7.05  # the first one compiled, which says nothing
    assert all(50 <= later - earlier < 51 for earlier, later in itertools.pairwise(taken[1:]))


def test_a_run_of_a_day_writes_hundreds_and_not_tens_of_thousands() -> None:
    world = World([0.0] * 9_999, seconds=2.0, share=0.01)
    world.interval._first = world.now  # as after the first
    day = 0
    while world.now < 100 + 86_400:
        if world.interval.is_due():
            with world.interval.taken():
                pass
            day += 1
        world.now += 1
    assert 100 < day < 300
