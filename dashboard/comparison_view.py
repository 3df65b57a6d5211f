"""One comparison on its page: the whole's progress, the verdict in words and numbers, the curves, the gradients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import streamlit as st

from dashboard.charts.gradient_norms import gradient_norm_chart
from dashboard.colours import PALETTE
from dashboard.comparison_table import said, table_html, table_rows
from dashboard.curve_choices import Choices, draw_choices
from dashboard.language import _, counted
from dashboard.lasting_press import lasting_button
from dashboard.live_curves import (
    PARTS,
    Chart,
    DrawnRun,
    draw_charts,
    line_labels,
    part_lines,
    steps_per_epoch,
    tag_word,
)
from dashboard.plain_text import escape_markdown
from dashboard.run_progress import duration
from dashboard.services import Services
from dashboard.shown_runs import MOST_SHOWN
from dashboard.spec_form import changes_line, shown_value
from dashboard.whole_experiment import stop_all
from trainers.comparisons import (
    MOST_SEEDS,
    MOST_VALUES,
    Comparison,
    Progress,
    Size,
    Value,
    Verdict,
    arm_word,
    measured,
    progress,
    runs_of,
    verdict,
)
from trainers.launchers import Description, known_status
from trainers.specs import SPECS, settings

MOST_MEANS = MOST_VALUES * MOST_SEEDS  # a line for each arm, however many seeds are in it


@dataclass(frozen=True)
class Shown:
    """The comparison that a page shows: what was asked, in which experiment, on a slide or not."""

    asked: Comparison
    experiment: str
    present: bool

    def colours(self) -> list[str]:
        """The arms' colours, which their runs have on every page."""
        return [PALETTE[number % len(PALETTE)] for number in range(len(self.asked.values))]

    def names(self) -> list[str]:
        """What the arms are called."""
        return [arm_word(self.asked.field, value) for value in self.asked.values]


def title_of(asked: Comparison) -> str:
    """What a comparison is about: "Activation: sigmoid or relu"."""
    values = [shown_value(value) for value in asked.values]
    listed = _("{first} or {last}").format(first=", ".join(values[:-1]), last=values[-1])
    return _("{setting}: {values}").format(setting=_(asked.setting.label), values=listed)


def equal_line(asked: Comparison) -> str:
    """What all arms share but for what is written about them, and how often each is trained."""
    times = counted("{n} seed", "{n} seeds", asked.seeds).format(n=asked.seeds)
    if asked.is_tuned:
        rates = ", ".join(f"{rate:g}" for rate in asked.rates)
        times += " · " + _("each arm tried with the learning rates {rates}").format(rates=rates)
    untold = {one.name for one in settings(SPECS[asked.task]) if one.group == "summaries"}
    if asked.is_tuned:
        untold.add("learning_rate")
    shared = {name: value for name, value in asked.shared.items() if name not in untold}
    told = changes_line(shared, asked.task)
    equal = _("All else equal: data, order of batches, seed, and starting weights of equal shape")
    return " · ".join(part for part in (equal, told, times) if part)


def draw_view(started: Services, shown: Shown) -> None:
    """Draws a whole comparison."""
    now = _now(started, shown)
    st.title(escape_markdown(title_of(shown.asked)))
    if not shown.present:
        st.caption(escape_markdown(equal_line(shown.asked)))
    every = 1 if now.goes_on else None
    st.fragment(_draw_words, run_every=every)(started, shown, now.goes_on)
    _draw_curves(started, shown)
    st.fragment(_draw_numbers, run_every=2 if now.goes_on else None)(started, shown)


def _now(started: Services, shown: Shown) -> Progress:
    logdir = started.settings.logdir
    return progress(shown.asked, runs_of(shown.asked, logdir, shown.experiment), limit=started.settings.limit)


def _draw_words(started: Services, shown: Shown, watching: bool) -> None:
    """The sentence, and while the runs go on, the one bar for all of them."""
    now = _now(started, shown)
    if now.goes_on != watching:
        st.rerun()
    found = _verdict(started, shown)
    st.markdown("#### " + escape_markdown(said(found.sentence)))
    if now.error:
        st.error(escape_markdown(now.error))
    if not now.goes_on:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.progress(now.share, text=escape_markdown(progress_words(now)))
        if not shown.present and lasting_button(
            _("Stop all"), key="stop_comparison", icon=":material/stop_circle:"
        ):
            stop_all(
                started,
                [run for _one, run in runs_of(shown.asked, started.settings.logdir, shown.experiment)],
            )


def progress_words(now: Progress) -> str:
    """How far the whole is: "2 of 6 runs have ended · 1 min 5 s left"."""
    ended = _("{n} of {all} runs have ended").format(n=now.ended, all=now.total)
    if now.seconds_left is None:
        return ended + " · " + _("time left is known once the first run trains")
    return ended + " · " + _("{time} left").format(time=duration(now.seconds_left))


def _verdict(started: Services, shown: Shown) -> Verdict:
    runs = measured(
        shown.asked,
        started.settings.logdir,
        shown.experiment,
        curves=started.reader.many_series,
        tags=started.reader.tags,
    )
    return verdict(shown.asked, runs, sizes(started, shown.asked))


def sizes(started: Services, asked: Comparison) -> dict[Value, Size]:
    """How large the arms' networks are, as far as the helper has said so."""
    found = {}
    for value in asked.values:
        spec = next(one.spec for one in asked.planned() if one.value == value)
        answer = started.inspector.describe(spec)
        if isinstance(answer, Description):
            layers = tuple(layer.name for layer in answer.layers)
            found[value] = Size(answer.parameters, answer.multiply_adds, layers)
    return found


def _draw_curves(started: Services, shown: Shown) -> None:
    """Validation beside training, every arm in its colour: the mean of its seeds, or seed by seed."""
    choices = draw_choices(hidden=shown.present, offer_means=True if shown.asked.seeds > 1 else None)
    runs = drawn_runs(started, shown)
    most = MOST_MEANS if choices.means else MOST_SHOWN
    if len(runs) > most:
        st.caption(_("The curves of the first {n} of {all} runs are drawn.").format(n=most, all=len(runs)))
        runs = runs[:most]
    tag = "error" if shown.asked.task == "sequence" else "accuracy"
    usual = (f"validation/{tag}", "train/loss")
    names = {
        f"{part}/{one}" for run in runs for part in PARTS for one in started.reader.tags(f"{run.key}/{part}")
    }
    charts = [_chart(name, runs, choices) for name in [*usual, *sorted(names - set(usual))]]
    draw_charts(charts, usual, choices, present=shown.present)


def _chart(name: str, runs: Sequence[DrawnRun], choices: Choices) -> Chart:
    part, tag = name.split("/", 1)
    told = {
        "validation/accuracy": _("Validation accuracy"),
        "validation/error": _("Validation error"),
        "train/loss": _("Training loss"),
    }
    word = _("training") if part == "train" else _("validation")
    title = told.get(name) or _("{curve} in {part}").format(curve=tag_word(tag), part=word)
    # The chart's title says which part it shows, so no line needs to.
    lines = [
        replace(line, label=label, dashed=False)
        for line, label in zip(
            part_lines(runs, tag, part, means=choices.means),
            line_labels(runs, means=choices.means),
            strict=True,
        )
    ]
    return Chart(name, title, tuple(lines))


def drawn_runs(started: Services, shown: Shown) -> list[DrawnRun]:
    """The runs that there are; of an arm that is tuned, those at its best rate once that is known."""
    rates = {arm.value: arm.rate for arm in _verdict(started, shown).arms}
    planned = runs_of(shown.asked, started.settings.logdir, shown.experiment)
    colours = dict(zip(shown.asked.values, shown.colours(), strict=True))
    return [
        DrawnRun(
            run.key,
            run.name,
            colours[one.value],
            steps_per_epoch(known_status(run)),
            shown.asked.task,
            alike=f"{one.value}@{one.rate}",
            mean=one.name.removesuffix(f"-{one.seed}"),
        )
        for one, run in planned
        if run is not None and rates.get(one.value) in (None, one.rate)
    ]


def _draw_numbers(started: Services, shown: Shown) -> None:
    """The table beside the gradients, and what one should know before believing it."""
    found = _verdict(started, shown)
    example = {"boundary": "point", "sequence": "window"}.get(shown.asked.task, "image")
    rows = table_rows(found, task=shown.asked.task, seeds=shown.asked.seeds, example=example)
    norms = {arm.name: arm.gradient_norms for arm in found.arms if arm.gradient_norms}
    table, chart = st.columns([6, 5], gap="large") if norms else (st.container(), None)
    with table:
        st.html(table_html(rows, shown.names(), shown.colours()))
    if chart is not None:
        with chart:
            st.markdown("**" + _("How large the gradients are") + "**")
            colours = dict(zip(shown.names(), shown.colours(), strict=True))
            st.altair_chart(
                gradient_norm_chart(norms, colours=[colours[name] for name in norms], present=shown.present),
                width="stretch",
                key="gradient_norms",
            )
    if not shown.present:
        for remark in found.remarks:
            st.caption(escape_markdown(said(remark)))
