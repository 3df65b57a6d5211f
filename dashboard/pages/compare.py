"""Compare: the same network twice, one thing different, and what that difference does."""

from __future__ import annotations

import streamlit as st

from dashboard.comparison_form import begin_comparison, draw_form, free_name
from dashboard.comparison_question import take
from dashboard.comparison_view import Shown, draw_view
from dashboard.language import _
from dashboard.plain_text import escape_markdown
from dashboard.report_button import draw_report_button
from dashboard.run_problems import draw_problems
from dashboard.services import Services, services
from dashboard.slides import is_presenting
from dashboard.whole_experiment import choose, say_what_is_damaged, show_begun
from trainers.comparisons import COMPARISON_PRESETS, find_comparisons, read_comparison

CHOSEN = "comparison"
OFFERED = ("activation", "dropout", "depth")


def main() -> None:
    started = services()
    present = is_presenting()
    show_begun(CHOSEN)
    with st.container(key="hidden_form") if present else st.sidebar:
        draw_form(started)  # a slide hides it: left out, it would lose what was filled in
    draw_problems()
    known = find_comparisons(started.settings.logdir)
    say_what_is_damaged(lambda named: read_comparison(started.settings.logdir, named), CHOSEN)
    if not known:
        draw_nothing_yet(started)
        return
    experiment = choose(_("Comparison"), CHOSEN, list(known), hidden=present)
    draw_view(started, Shown(known[experiment], experiment, present))
    if not present:
        draw_report_button(experiment)


def draw_nothing_yet(started: Services) -> None:
    st.title(_("Compare"))
    st.markdown(
        _(
            "A fair comparison changes **one** thing. Here the same network is trained several times with one setting "
            "different, and all else equal: the data, the order of the batches, the seed and the starting weights. "
            "Several seeds tell what is chance."
        )
    )
    for column, name in zip(st.columns(len(OFFERED), gap="medium"), OFFERED, strict=True):
        preset = COMPARISON_PRESETS[name]
        with column.container(border=True, height="stretch"):
            st.markdown("**" + escape_markdown(_(preset.title)) + "**")
            st.markdown(escape_markdown(_(preset.explanation)))
            with st.container(horizontal=True, gap="small"):
                if st.button(_("Start"), key=f"offer-{name}", icon=":material/play_arrow:"):
                    asked = preset.comparison()
                    begin_comparison(
                        started, asked, free_name(asked, {view.run.experiment for view in started.runs()})
                    )
                st.button(
                    _("Fill the form"), key=f"fill-{name}", type="tertiary", on_click=take, args=(preset,)
                )
    st.caption(_("Or from a terminal:"))
    st.code(
        "python -m trainers compare --dataset mnist-5k --model mlp --vary activation=sigmoid,relu \\\n"
        f'  --seeds 3 --logdir "{started.settings.logdir}" --experiment e',
        language="bash",
    )


main()
