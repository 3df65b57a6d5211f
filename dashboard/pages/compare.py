"""Compare: the same network twice, one thing different, and what that difference does."""

from __future__ import annotations

import streamlit as st

from dashboard.comparison_form import STARTED, begin, draw_form, free_name, take
from dashboard.comparison_view import Shown, draw_view
from dashboard.language import _
from dashboard.plain_text import escape_markdown
from dashboard.report_button import draw_report_button
from dashboard.run_problems import draw_problems
from dashboard.services import Services, services
from dashboard.slides import is_presenting
from trainers.comparisons import COMPARISON_PRESETS, find_comparisons, read_comparison
from trainers.runs import RunError

CHOSEN = "comparison"
OFFERED = ("activation", "dropout", "depth")


def main() -> None:
    started = services()
    present = is_presenting()
    if (begun := st.session_state.pop(STARTED, None)) is not None:
        st.session_state[CHOSEN] = begun
    with st.container(key="hidden_form") if present else st.sidebar:
        draw_form(started)  # a slide hides it: left out, it would lose what was filled in
    draw_problems()
    known = find_comparisons(started.settings.logdir)
    say_what_is_damaged(started)
    if not known:
        draw_nothing_yet(started)
        return
    experiment = choose(list(known), present)
    draw_view(started, Shown(known[experiment], experiment, present))
    if not present:
        draw_report_button(started, experiment)


def choose(experiments: list[str], present: bool) -> str:
    """The widget for the comparison; the last one begun where the address names none that there is."""
    if st.session_state.get(CHOSEN, st.query_params.get(CHOSEN)) not in experiments:
        st.session_state[CHOSEN] = experiments[0]
    with st.container(key="hidden_choices_of_comparison" if present else "choice_of_comparison"):
        if present:
            st.html("<style>.st-key-hidden_choices_of_comparison {display: none}</style>")
        return st.selectbox(_("Comparison"), experiments, key=CHOSEN, bind="query-params")


def say_what_is_damaged(started: Services) -> None:
    """One sentence where the address names a comparison whose file cannot be read."""
    named = st.query_params.get(CHOSEN, "")
    try:
        read_comparison(started.settings.logdir, named)
    except RunError as error:
        st.error(escape_markdown(error))


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
                    begin(started, asked, free_name(asked, {view.run.experiment for view in started.runs()}))
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
