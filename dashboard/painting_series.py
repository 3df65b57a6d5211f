"""One painting several times, small: over both weights, with each pooling, at other layers.

The runs of a series are found again by what they are: those of one experiment that differ in some settings alone.
Nothing else is kept of a series.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count, product
from typing import Any

import streamlit as st

from dashboard.language import _
from dashboard.listing import RunView
from dashboard.painting_files import RESULT, frames
from dashboard.painting_form import with_kept_pictures
from dashboard.painting_weights import weight_word
from dashboard.plain_text import escape_markdown
from dashboard.run_buttons import attempt
from dashboard.run_choice import choose
from dashboard.run_progress import goes_on, state_word
from dashboard.services import Services
from dashboard.spec_form import changes_line
from dashboard.thumbnails import thumbnail
from trainers.runs import LONGEST_NAME
from trainers.specs import StylizeSpec, parse_spec

FACTORS = (0.1, 1.0, 10.0)
SIZE, PASSES = 192, 50  # small, so that nine are painted in minutes
HIGHEST = 1e8  # of a weight
WIDTH = 320  # pixels of a painting on the page, at most


@dataclass(frozen=True)
class Series:
    """Paintings that differ in the settings `fields` alone; `make` gives them by the names of their runs."""

    name: str
    fields: tuple[str, ...]
    make: Callable[[StylizeSpec], dict[str, StylizeSpec]]


def over_weights(spec: StylizeSpec) -> dict[str, StylizeSpec]:
    """Nine: a tenth, once and ten times each weight."""
    content = [min(factor * (spec.content_weight or 5.0), HIGHEST) for factor in FACTORS]
    style = [min(factor * (spec.style_weight or 500.0), HIGHEST) for factor in FACTORS]
    return {
        f"content-{weight_word(one)}-style-{weight_word(other)}": small(
            spec, content_weight=one, style_weight=other
        )
        for one, other in product(content, style)
    }


def over_poolings(spec: StylizeSpec) -> dict[str, StylizeSpec]:
    """Two: maximum and average."""
    return {pooling: small(spec, pooling=pooling) for pooling in ("max", "average")}


def over_content_layers(spec: StylizeSpec) -> dict[str, StylizeSpec]:
    """Three: content compared at relu4_2, at the more abstract relu5_2, and at both."""
    return {
        f"content-layers-{weight_word(blend)}": small(spec, content_layer="blend", content_blend=blend)
        for blend in (1.0, 0.5, 0.0)
    }


WEIGHTS = Series("weights", ("content_weight", "style_weight"), over_weights)
POOLING = Series("pooling", ("pooling",), over_poolings)
CONTENT = Series("content-layers", ("content_blend",), over_content_layers)
SERIES = (WEIGHTS, POOLING, CONTENT)


def small(spec: StylizeSpec, passes: int = PASSES, **changes: object) -> StylizeSpec:
    """A painting with some settings changed, small and of few passes."""
    size = {
        "size": min(spec.size, SIZE),
        "iterations": min(spec.passes, passes),
        "checkpoint_every": passes // 2,
    }
    made = parse_spec({**spec.model_dump(), **size, **changes})
    assert isinstance(made, StylizeSpec)
    return made


def alike(views: Sequence[RunView], shown: RunView, fields: Sequence[str]) -> list[RunView]:
    """The runs of the shown one's experiment that differ from it in these settings alone, itself among them."""
    assert isinstance(shown.spec, StylizeSpec)
    same = {name: getattr(shown.spec, name) for name in fields}
    return [
        view
        for view in views
        if isinstance(view.spec, StylizeSpec)
        and view.run.experiment == shown.run.experiment
        and view.spec.model_copy(update=same) == shown.spec
    ]


def by_setting(views: Sequence[RunView], fields: Sequence[str]) -> dict[tuple[Any, ...], RunView]:
    """Runs by what they have in these settings, in order."""
    found = {tuple(getattr(view.spec, name) for name in fields): view for view in views}
    return dict(sorted(found.items(), key=lambda one: one[0]))


def draw_series(shown: RunView, started: Services) -> None:
    """Draws the series that the shown painting belongs to, and the buttons that begin one from it."""
    st.subheader(_("What the settings do"))
    members = [view for series in SERIES for view in alike(started.runs(), shown, series.fields)]
    watching = any(goes_on(view.status) for view in members)
    st.fragment(_draw_found, run_every=2 if watching else None)(shown, started)
    with st.container(horizontal=True, gap="small"):
        for series, label in zip(SERIES, _offers(), strict=True):
            draw_offer(shown, series, label, started)


def draw_offer(shown: RunView, series: Series, label: str, started: Services) -> None:
    """The button that begins a series from the shown painting."""
    st.button(
        label,
        key=f"series-{series.name}-{shown.key}",
        icon=":material/grid_view:",
        help=_("Small pictures of {size} pixels, painted one after the other").format(size=SIZE),
        on_click=_begin,
        args=(shown, series, started),
    )


def _offers() -> tuple[str, ...]:
    """What begins each series."""
    return (
        _("Nine, over both weights"),
        _("Two, one for each pooling"),
        _("Three, one for each choice of content layers"),
    )


def _begin(shown: RunView, series: Series, started: Services) -> None:
    """Queues them in a new experiment; what keeps one from starting stands beside the shown run's buttons."""
    assert isinstance(shown.spec, StylizeSpec)
    paintings = series.make(with_kept_pictures(shown.run, shown.spec))

    def submit_all() -> None:
        taken = {view.run.experiment for view in started.runs()}
        base = f"{series.name}-{shown.run.name}"[: LONGEST_NAME - 5]
        names = (base if number == 1 else f"{base}-{number}" for number in count(1))
        experiment = next(name for name in names if name not in taken)
        begun = [started.submit(spec, experiment=experiment, name=name) for name, spec in paintings.items()]
        choose([begun[0].key])

    attempt(shown.run, submit_all)


def _draw_found(shown: RunView, started: Services) -> None:
    views = started.runs()
    found = {series.name: by_setting(alike(views, shown, series.fields), series.fields) for series in SERIES}
    if not any(len(members) > 1 for members in found.values()):
        st.caption(_("Paint this picture several times with one thing changed, and compare."))
    for series in SERIES:
        if len(found[series.name]) > 1:
            _draw_one_series(series, found[series.name])


def _draw_one_series(series: Series, found: Mapping[tuple[Any, ...], RunView]) -> None:
    """A row for each value of the first setting where there are two, and one row where there is one."""
    st.caption(done_line(list(found.values())))
    firsts = sorted({key[0] for key in found}) if len(series.fields) > 1 else [None]
    lasts = sorted({key[-1] for key in found})
    with st.container(width=WIDTH * len(lasts)):  # three rows are seen at once
        for first in firsts:
            for column, last in zip(st.columns(len(lasts), gap="small"), lasts, strict=True):
                key = (last,) if first is None else (first, last)
                words = changes_line(dict(zip(series.fields, key, strict=True)), "stylize")
                if key in found:
                    with column:
                        draw_member(found[key], words)


def done_line(members: Sequence[RunView]) -> str:
    """How many of a series are painted, where some are not."""
    done = sum(not goes_on(view.status) for view in members)
    if done == len(members):
        return _("{n} paintings that differ in this alone:").format(n=done)
    return _("{done} of {all} are painted.").format(done=done, all=len(members))


def draw_member(view: RunView, words: str) -> None:
    """One painting of a series, small, with what it differs in; a press looks at it."""
    places = [view.run.artifacts / RESULT, *(path for _passes, path in frames(view.run)[-1:])]
    picture = next((one for path in places if (one := thumbnail(path, 480)) is not None), None)
    if picture is not None:
        st.image(picture, width="stretch", alt=words)
    state = "" if view.status.state == "completed" else f" ({state_word(view.status.state)})"
    st.button(
        escape_markdown(words + state),
        key=f"series-look-{view.key}-{words}",
        type="tertiary",
        wrap=True,
        help=_("Look at this painting"),
        on_click=choose,
        args=([view.key],),
    )
