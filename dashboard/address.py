"""What a page says in the address by itself, beside the widgets that are bound to it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st


def say(parameter: str, values: Sequence[str]) -> None:
    """Lets a parameter have these values, in their order; without any it goes. Writes only what changes."""
    if st.query_params.get_all(parameter) == list(values):
        return
    if values:
        st.query_params[parameter] = list(values)
    else:
        del st.query_params[parameter]
