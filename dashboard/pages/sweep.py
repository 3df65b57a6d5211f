"""Sweep: many settings of one training, to find those that validate best."""

from __future__ import annotations

import streamlit as st

from dashboard.language import _
from dashboard.report_button import draw_report_button
from dashboard.run_problems import draw_problems
from dashboard.services import Services, services
from dashboard.slides import is_presenting
from dashboard.sweep_form import draw_form
from dashboard.sweep_view import Shown, draw_view
from dashboard.whole_experiment import choose, say_what_is_damaged, show_begun
from trainers.sweeps import find_sweeps, read_sweep

CHOSEN = "sweep"


def main() -> None:
    started = services()
    present = is_presenting()
    show_begun(CHOSEN)
    with st.container(key="hidden_form") if present else st.sidebar:
        draw_form(started)  # a slide hides it: left out, it would lose what was filled in
    draw_problems()
    known = find_sweeps(started.settings.logdir)
    say_what_is_damaged(lambda named: read_sweep(started.settings.logdir, named), CHOSEN)
    if not known:
        draw_nothing_yet(started)
        return
    experiment = choose(_("Sweep"), CHOSEN, list(known), hidden=present)
    draw_view(started, Shown(known[experiment], experiment, present))
    if not present:
        draw_report_button(experiment)


def draw_nothing_yet(started: Services) -> None:
    st.title(_("Sweep"))
    st.markdown(
        _(
            "Which settings are best? A sweep trains the same network with many of them: a **grid** of given "
            "values, or values drawn **at random**, which finds good ones with fewer runs when only some settings "
            "matter. The best is chosen on the validation data, and only then judged on the test data."
        )
    )
    st.markdown(_("Choose on the left what is searched and how many runs it may take, and press **Start**."))
    st.caption(_("Or from a terminal:"))
    st.code(
        "python -m trainers sweep --dataset mnist-5k --model mlp --search learning-rate=0.001..0.1 \\\n"
        f'  --search activation=relu,tanh --budget 8 --logdir "{started.settings.logdir}" --experiment s',
        language="bash",
    )


main()
