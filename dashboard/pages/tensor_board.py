"""The real TensorBoard, as high and as wide as the window; the address says which runs it shows."""

from __future__ import annotations

import streamlit as st

from dashboard.language import _
from dashboard.links import base_url, tensorboard_url
from dashboard.run_choice import choose, chosen_keys
from dashboard.services import services
from dashboard.shown_runs import newest_first
from dashboard.slides import is_presenting
from dashboard.theme import is_dark

# The frame ends where the window does, so that TensorBoard's own bars are the only ones that scroll.
STYLE = """
<style>
.stMainBlockContainer {{ padding: {top} 1rem 0; max-width: none; }}
.st-key-tensorboard .stElementContainer {{ height: auto; flex: none; }}
.st-key-tensorboard iframe {{ zoom: {zoom}; height: calc((100dvh - {above}) / {zoom}); display: block; border: 0; }}
</style>
"""
PAGE = STYLE.format(top="3.2rem", above="7.4rem", zoom=1)
SLIDE = STYLE.format(top="0.4rem", above="0.8rem", zoom=1.75)  # TensorBoard's 14 pixels become 24
CHOSEN = "tensorboard_runs"
MOST_TICKED = 500  # TensorBoard ticks no run at all where there are more


def main() -> None:
    present = is_presenting()
    address = tensorboard_url(base_url(), runs=chosen_keys(), dark=is_dark())
    st.html(SLIDE if present else PAGE)
    if not present:
        with st.container(horizontal=True, vertical_alignment="center"):
            draw_choice()
            st.link_button(
                _("Open in its own window"), address, icon=":material/open_in_new:", width="content"
            )
    with st.container(key="tensorboard"):
        st.iframe(address, height=800, alt=_("TensorBoard"))


def draw_choice() -> None:
    started = services()
    keys = [view.key for view in newest_first(started.runs())]
    # A run in the address that is gone, or archived, can still be taken off the list.
    st.session_state[CHOSEN] = chosen_keys()
    st.multiselect(
        _("Runs"),
        [*keys, *(key for key in chosen_keys() if key not in keys)],
        key=CHOSEN,
        on_change=lambda: choose(st.session_state[CHOSEN]),
        placeholder=_("All runs. Choose some to see only those.")
        if len(started.reader.runs()) <= MOST_TICKED
        else _("Choose runs here: there are so many that TensorBoard ticks none by itself."),
        label_visibility="collapsed",
    )


main()
