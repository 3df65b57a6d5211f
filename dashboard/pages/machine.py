"""Machine: what the processor, the memory and the graphics cards are busy with, and how fast a network trains here."""

from __future__ import annotations

import streamlit as st

from dashboard.language import _
from dashboard.machine_panel import draw_machine, draw_processes
from dashboard.machine_speed import draw_speed
from dashboard.services import services
from dashboard.slides import is_presenting


def main() -> None:
    started = services()
    if is_presenting():
        draw_machine(started)
        draw_speed(started, present=True)
        draw_processes(started, present=True)
        return
    st.title(_("Machine"))
    draw_machine(started)
    st.subheader(_("What the lab runs here"))
    draw_processes(started, present=False)
    st.subheader(_("How fast is this machine?"))
    draw_speed(started, present=False)


main()
