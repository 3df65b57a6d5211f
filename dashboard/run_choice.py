"""Which runs are chosen: kept in the address as `?run=e/r&run=e/r2`, and ticked in the table of runs.

Streamlit's table knows its ticks by row number only. The rows move when runs come, go or are sorted anew, so the keys
that were on the screen are remembered, and the ticks are set again whenever the rows have moved.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

PARAMETER = "run"
TABLE = "runs_table"
LATE_SECONDS = 10.0
_SHOWN = "runs_shown"
_CHOICE = "runs_choice"


@dataclass(frozen=True)
class Choice:
    """The runs chosen last, and the choices that it took the place of with when that was (seconds)."""

    keys: tuple[str, ...]
    replaced: tuple[tuple[tuple[str, ...], float], ...] = ()

    def then(self, keys: Sequence[str], now: float) -> Choice:
        """The choice of these runs after this one."""
        recent = tuple((old, since) for old, since in self.replaced if now - since < LATE_SECONDS)
        return Choice(tuple(keys), (*recent, (self.keys, now)))

    def knows_better_than(self, named: Sequence[str], now: float) -> bool:
        """Whether an address that names these runs is one that the browser sent before it heard of this choice."""
        return tuple(named) != self.keys and any(
            old == tuple(named) and now - since < LATE_SECONDS for old, since in self.replaced
        )


def chosen_keys() -> list[str]:
    """The chosen runs' keys in the order in which they were chosen, as the address names them.

    Anybody can write an address: what is not of the form "experiment/run" is left out.
    """
    named = [key for key in dict.fromkeys(st.query_params.get_all(PARAMETER)) if _is_key(key)]
    choice: Choice | None = st.session_state.get(_CHOICE)
    # Every question of the browser brings its address along, also one asked before our answer changed it.
    if choice is not None and choice.knows_better_than(named, time.monotonic()):
        named = list(choice.keys)
        st.query_params[PARAMETER] = named
    return named


def choose(keys: Sequence[str]) -> None:
    """Chooses exactly these runs."""
    before = chosen_keys()
    if list(keys) == before:
        return
    now = time.monotonic()
    known: Choice | None = st.session_state.get(_CHOICE)
    last = known if known is not None and list(known.keys) == before else Choice(tuple(before))
    st.session_state[_CHOICE] = last.then(keys, now)
    st.query_params[PARAMETER] = list(keys)


def _is_key(key: str) -> bool:
    return key.count("/") == 1 and all(key.split("/"))


def after_ticking(before: Sequence[str], shown: Sequence[str], ticked: Sequence[int]) -> list[str]:
    """The choice after rows were ticked: what no row shows stays chosen, what is new comes last."""
    now = [shown[row] for row in ticked if row < len(shown)]
    kept = [key for key in before if key in now or key not in shown]
    return kept + [key for key in now if key not in kept]


def show_ticks(shown: Sequence[str]) -> list[int]:
    """Ticks the chosen ones among these rows, and gives their numbers; to be called before the table is drawn."""
    chosen = set(chosen_keys())
    rows = [row for row, key in enumerate(shown) if key in chosen]
    if st.session_state.get(_SHOWN) != list(shown) or _ticked() != rows:
        st.session_state[TABLE] = {"selection": {"rows": rows}}
    st.session_state[_SHOWN] = list(shown)
    return rows


def take_ticks() -> None:
    """Makes the rows ticked in the table the choice; the table's callback."""
    choose(after_ticking(chosen_keys(), st.session_state.get(_SHOWN, []), _ticked()))


def _ticked() -> list[int]:
    state = st.session_state.get(TABLE)
    return sorted(state["selection"]["rows"]) if state else []
