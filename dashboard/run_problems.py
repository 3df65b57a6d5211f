"""What did not work at the last press of a button on the Runs page: kept until the page has said it once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

import streamlit as st

from dashboard.plain_text import escape_markdown
from dashboard.services import Services
from trainers.runs import RunError

_PROBLEMS = "runs_problems"

Thing = TypeVar("Thing")


def tell(problems: Iterable[str]) -> None:
    """Keeps sentences for the next run of the page."""
    st.session_state[_PROBLEMS] = [*st.session_state.get(_PROBLEMS, []), *problems]


def draw_problems() -> None:
    """Says what was kept, once."""
    for problem in st.session_state.pop(_PROBLEMS, []):
        st.error(escape_markdown(problem))


def for_each(things: Iterable[Thing], act: Callable[[Thing], object], started: Services) -> None:
    """Does something to each and looks at the runs again; what fails for one is said at the next run of the page."""
    problems = []
    for thing in things:
        try:
            act(thing)
        except RunError as error:
            problems.append(str(error))
    started.look_again()
    tell(problems)
