"""The button that saves an experiment's report: it is written when somebody asks for it, and not before."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime

import streamlit as st
from streamlit.runtime.scriptrunner import add_script_run_ctx, get_script_run_ctx

from dashboard.language import _
from dashboard.report import experiment_report, file_name
from dashboard.services import Services


def draw_report_button(started: Services, experiment: str) -> None:
    """Draws the button for one experiment."""
    st.download_button(
        _("Report"),
        in_this_session(lambda: experiment_report(started, experiment, now=datetime.now().astimezone())),
        file_name=file_name(experiment),
        mime="text/html",
        icon=":material/description:",
        on_click="ignore",
        type="tertiary",
        key=f"report-{experiment}",
        help=_(
            "Saves one file that needs nothing else: settings, curves, results, pictures, and how to do it again. "
            "It prints, and shows itself as slides with #slides behind its address."
        ),
    )


def in_this_session(work: Callable[[], str]) -> Callable[[], str]:
    """The same work in the reader's language: Streamlit does what a download waits for outside of any session."""
    context = get_script_run_ctx()

    def wait() -> str:
        done: list[str] = []
        faults: list[Exception] = []

        def run() -> None:
            try:
                done.append(work())
            except Exception as error:  # noqa: BLE001  raised below, where Streamlit waits for it
                faults.append(error)

        thread = threading.Thread(target=run, name="report", daemon=True)
        add_script_run_ctx(thread, context)
        thread.start()
        thread.join()
        if faults:
            raise faults[0]
        return done[0]

    return wait
