"""In which order charts stand, as the address says it: `?pinned=loss&order=accuracy&order=loss`.

Pinned charts come first, in the order in which they were pinned, and stay whatever else is looked for. The others
follow in the order they were moved to; those that nobody moved keep their usual place behind them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from dashboard.address import say
from dashboard.curves import Move, Place

MOST_NAMES = 60
PINNED, ORDER = "pinned", "order"


@dataclass(frozen=True)
class Arrangement:
    """Names of charts: those pinned, and the order of the others."""

    pinned: tuple[str, ...] = ()
    order: tuple[str, ...] = ()

    def arranged(self, shown: Sequence[str], known: Sequence[str]) -> list[str]:
        """The charts in order: of those known the pinned ones, then those shown."""
        pinned = [name for name in self.pinned if name in known]
        others = [name for name in dict.fromkeys(shown) if name not in pinned]
        moved = [name for name in self.order if name in others]
        return pinned + moved + [name for name in others if name not in moved]

    def place(self, name: str, arranged: Sequence[str]) -> Place:
        """Where a chart stands among its like, pinned or not."""
        group = self._like(name, arranged)
        return Place(pinned=name in self.pinned, first=group[0] == name, last=group[-1] == name)

    def after(self, move: Move, name: str, arranged: Sequence[str]) -> Arrangement:
        """The arrangement once a chart was pinned, unpinned or moved by one place."""
        if move == "pin":
            if name in self.pinned:
                return Arrangement(tuple(one for one in self.pinned if one != name), self.order)
            return Arrangement((*self.pinned, name), self.order)
        group = self._like(name, arranged)
        here = group.index(name)
        there = min(max(here + (1 if move == "later" else -1), 0), len(group) - 1)
        group[here], group[there] = group[there], group[here]
        if name in self.pinned:
            gone = [one for one in self.pinned if one not in group]  # of tags that these runs do not have
            return Arrangement((*group, *gone), self.order)
        return Arrangement(self.pinned, (*group, *(one for one in self.order if one not in group)))

    def _like(self, name: str, arranged: Sequence[str]) -> list[str]:
        return [one for one in arranged if (one in self.pinned) == (name in self.pinned)]


def arrangement() -> Arrangement:
    """What the address says; anybody can write one, so that no more than a page holds is read."""
    pinned, order = (
        tuple(dict.fromkeys(st.query_params.get_all(name)))[:MOST_NAMES] for name in (PINNED, ORDER)
    )
    return Arrangement(pinned, order)


def arrange(wanted: Arrangement) -> None:
    """Writes an arrangement into the address."""
    for name, values in ((PINNED, wanted.pinned), (ORDER, wanted.order)):
        say(name, values[:MOST_NAMES])
