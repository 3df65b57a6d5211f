"""The theme of the reader's browser, and the page made anew when it changes.

Streamlit repaints its own elements without running the page; colours that a page chose itself (in a picture, in an
address) would stay behind.
"""

from __future__ import annotations

from typing import Literal

import streamlit as st

Colour = Literal["textColor", "backgroundColor", "secondaryBackgroundColor"]

_LOOK_MILLISECONDS = 500
_FOLLOW = f"""
export default function ({{ setTriggerValue }}) {{
  const ink = () => getComputedStyle(document.body).color
  let seen = ink()
  const timer = setInterval(() => {{
    if (ink() === seen) return
    seen = ink()
    setTriggerValue("changed", true)
  }}, {_LOOK_MILLISECONDS})
  return () => clearInterval(timer)
}}
"""
_STYLE = "<style>.st-key-theme {position: absolute}</style>"

_follow = st.components.v2.component("boardlab_theme", js=_FOLLOW)


def is_dark() -> bool:
    """Whether the browser shows the dark theme."""
    return st.context.theme.type == "dark"


def theme_colour(name: Colour, otherwise: str) -> str:
    """A colour of the theme that the browser shows, as in .streamlit/config.toml; `otherwise` where none is set."""
    return str(st.get_option(f"theme.{'dark' if is_dark() else 'light'}.{name}") or otherwise)


def follow_theme() -> None:
    """Runs the page anew when the browser's theme has changed."""
    st.html(_STYLE)
    _follow(key="theme", on_changed_change=lambda: None)
