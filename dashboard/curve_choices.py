"""How the reader wants curves drawn: smoothing, axes, outliers, which charts. The address holds all of it."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from dashboard.curves.positions import AXES, Axis
from dashboard.language import _
from dashboard.tag_filter import LONGEST_EXPRESSION


@dataclass(frozen=True)
class Choices:
    """Smoothing is TensorBoard's weight, 0 to 0.99; `charts` is a regular expression, "" for the usual charts."""

    smoothing: float = 0.0
    axis: Axis = "step"
    log_x: bool = False
    log_y: bool = False
    clip: bool = False
    means: bool = False
    charts: str = ""


def draw_choices(*, hidden: bool = False, offer_means: bool | None = None) -> Choices:
    """Draws the widgets and gives what they say.

    `offer_means` offers to draw seeds as their mean and says whether that is so at first; None offers nothing. A slide
    hides all of them (`dashboard.slides`): left out, Streamlit would take them out of the address.
    """
    with st.container(key="hidden_choices" if hidden else "choices"):
        left, middle, right = st.columns(
            [3, 2, 3] if offer_means else [6, 6, 3],
            gap="medium" if offer_means else "small",
            vertical_alignment="bottom",
        )
        smoothing = left.slider(
            _("Smoothing"),
            0.0,
            0.99,
            0.0,
            0.01,
            key="smoothing",
            bind="query-params",
            help=_("How much each point is averaged with those before it. 0 draws what was measured."),
        )
        axis = middle.selectbox(_("Across"), AXES, format_func=axis_word, key="axis", bind="query-params")
        with right, st.container(horizontal=True, vertical_alignment="center", gap="medium"):
            with st.popover("", icon=":material/tune:", help=_("More about the charts"), key="more_choices"):
                log_x, log_y, clip, charts = _draw_more(axis)
                means = offer_means is False and _draw_means(at_first=False)
            # Where seeds are drawn as their mean unless one says otherwise, saying so takes no search.
            means = _draw_means(at_first=True) if offer_means else means
        if means and axis == "wall":
            st.caption(_("Over the time of day there is no mean: every seed is drawn by itself."))
    return Choices(smoothing, axis, log_x, log_y, clip, means, charts)


def _draw_more(axis: Axis) -> tuple[bool, bool, bool, str]:
    charts = st.text_input(
        _("Which charts"),
        key="charts",
        bind="query-params",
        max_chars=LONGEST_EXPRESSION,
        placeholder=_("the usual ones"),
        help=_(
            "Part of a curve's name, or a regular expression: `gradient` draws every curve with that word in its "
            "name, `loss|rate` those with one of the two, `.` all there are."
        ),
    )
    log_x = st.toggle(
        _("Logarithmic across"),
        key="log_x",
        bind="query-params",
        disabled=axis == "wall",  # the time of day has no zero to count decades from
    )
    log_y = st.toggle(_("Logarithmic upwards"), key="log_y", bind="query-params")
    clip = st.toggle(
        _("Cut outliers off"),
        key="clip",
        bind="query-params",
        help=_("Lets the charts reach from the 5th to the 95th percentile of each curve."),
    )
    return log_x, log_y, clip, charts or ""


def _draw_means(*, at_first: bool) -> bool:
    return st.toggle(
        _("Mean ± sd of the seeds"),
        value=at_first,
        key="means",
        bind="query-params",
        help=_("Runs that differ in their seed only are drawn as one line with a band. Off: one by one."),
    )


def axis_word(axis: Axis) -> str:
    """What lies across the charts, in a word."""
    return {
        "step": _("step"),
        "epoch": _("epoch"),
        "relative": _("time trained"),
        "wall": _("time of day"),
    }[axis]
