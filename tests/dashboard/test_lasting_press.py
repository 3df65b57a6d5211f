"""A press survives a page that starts over before the button, and counts once."""

from __future__ import annotations

import sys

import pytest
from streamlit.testing.v1 import AppTest


@pytest.fixture(autouse=True)
def own_main_module(monkeypatch: pytest.MonkeyPatch) -> None:
    """AppTest leaves its script behind as the main module, which processes spawned by other tests would run again."""
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])


def page() -> None:
    import streamlit as st

    from dashboard.lasting_press import lasting_button

    if st.session_state.pop("answer_arrived", False):
        st.rerun()
    st.session_state.setdefault("lasting", 0)
    st.session_state.setdefault("plain", 0)
    if lasting_button("Start", key="start"):
        st.session_state["lasting"] += 1
    if st.button("Plain", key="plain_button"):
        st.session_state["plain"] += 1


def test_a_press_is_not_lost_when_the_page_starts_over() -> None:
    at = AppTest.from_function(page).run()
    for _ in range(2):
        at.session_state["answer_arrived"] = True
        at.button(key="start").click().run()
    assert at.session_state["lasting"] == 2
    at.session_state["answer_arrived"] = True
    at.button(key="plain_button").click().run()
    assert at.session_state["plain"] == 0, "Streamlit keeps presses by itself now: lasting_press can go"


def test_a_press_counts_once() -> None:
    at = AppTest.from_function(page).run()
    at.button(key="start").click().run()
    at.run()
    at.run()
    assert at.session_state["lasting"] == 1
