"""The links to an experiment's report: to read it in a window of its own, and to keep it as a file."""

from __future__ import annotations

import streamlit as st

from dashboard.language import _
from dashboard.links import base_url, report_url


def draw_report_button(experiment: str) -> None:
    """Draws the links for one experiment; its report is written when somebody follows one, and not before."""
    base = base_url()
    with st.container(horizontal=True, gap="small", width="content"):
        st.link_button(
            _("Report"),
            report_url(base, experiment),
            icon=":material/description:",
            type="tertiary",
            help=_(
                "Settings, curves, results, pictures, and how to do it again, on one page. "
                "It prints, and shows itself as slides with #slides behind its address."
            ),
        )
        st.link_button(
            _("Save"),
            report_url(base, experiment, save="1"),
            icon=":material/download:",
            type="tertiary",
            help=_("Saves the report as one file that needs nothing else."),
        )
