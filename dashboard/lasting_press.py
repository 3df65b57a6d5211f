"""A button whose press outlives a page that starts over before it gets there.

Streamlit forgets a press at the end of the run it began, also when `st.rerun` higher up on the page ended that run
before the button was reached: an answer that arrives in that moment would swallow it. A button's callback is called
before anything is drawn.
"""

from __future__ import annotations

from typing import Any

import streamlit as st


def lasting_button(label: str, *, key: str, **options: Any) -> bool:
    """Draws `st.button`; whether it was pressed since it was drawn last."""
    mark = f"pressed_{key}"
    st.button(label, key=key, on_click=_remember, args=(mark,), **options)
    return bool(st.session_state.pop(mark, False))


def _remember(mark: str) -> None:
    st.session_state[mark] = True
