"""The curves of the chosen runs: which charts there are of them, and what each of them holds."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import streamlit as st

from dashboard.chart_order import arrange, arrangement
from dashboard.chart_views import keep, seen, told
from dashboard.curve_choices import Choices
from dashboard.curves import CurveSeries, Move, curves
from dashboard.curves.positions import Axis
from dashboard.language import _
from dashboard.links import base_url
from dashboard.plain_text import escape_markdown
from dashboard.tag_filter import InvalidExpression, matching
from trainers.runs import Status
from trainers.specs import Spec

HEIGHT, SLIDE_HEIGHT = 300, 330
MOST_CHARTS = 24
PARTS = ("train", "validation")


@dataclass(frozen=True)
class DrawnRun:
    """A run as a chart shows it: its key "experiment/run", what its legend says, colour, steps an epoch and task.

    Runs of one `alike` differ in their seed only, and `mean` is what their mean is called; "" for a run by itself.
    """

    key: str
    label: str
    colour: str
    steps_per_epoch: float | None = None
    task: str = "classify"
    alike: str = ""
    mean: str = ""


@dataclass(frozen=True)
class Chart:
    """One chart: its name in addresses, which regular expressions are matched against, its title and its curves."""

    name: str
    title: str
    series: tuple[CurveSeries, ...]


class Tags(Protocol):
    """Who knows which curves there are."""

    def tags(self, run: str) -> list[str]:
        """The names of a run's curves, by TensorBoard's name of the run."""


def say_left_out(shown: int, chosen: int) -> None:
    """Says that more runs are chosen than are shown; nothing where all of them are."""
    if chosen > shown:
        st.caption(
            _("The first {n} of {all} chosen runs are shown: more cannot be told apart.").format(
                n=shown, all=chosen
            )
        )


def draw_curves(runs: Sequence[DrawnRun], choices: Choices, reader: Tags, *, present: bool = False) -> None:
    """Draws what the runs measure; training is a full line, validation a dashed one of the same colour."""
    usual = measured(runs)
    others = sorted({tag for run in runs for _part, tag in _written(run, reader)} - set(usual))
    charts = [
        Chart(tag, tag_word(tag), _lines(runs, tag, means=choices.means, parts=measured_in)) for tag in usual
    ]
    for tag in others:
        written = {run.key: [part for part, name in _written(run, reader) if name == tag] for run in runs}
        lines = [
            line
            for part in ("", *PARTS)
            for line in part_lines(
                [run for run in runs if part in written[run.key]], tag, part, means=choices.means
            )
        ]
        charts.append(Chart(tag, tag, tuple(lines)))
    draw_charts(charts, usual, choices, present=present)


def draw_charts(
    charts: Sequence[Chart], usual: Sequence[str], choices: Choices, *, present: bool = False
) -> None:
    """Draws of these charts the usual ones, or those that the reader looks for, in the reader's order."""
    known = {chart.name: chart for chart in charts}
    wanted = arrangement()
    try:
        found = matching(list(known), choices.charts) if choices.charts else list(usual)
    except InvalidExpression as error:
        st.error(escape_markdown(error))
        found = list(usual)
    if choices.charts and not found:
        told_names = ", ".join(list(known)[:MOST_CHARTS])
        st.info(_("No curve's name fits. There are: {names}").format(names=escape_markdown(told_names)))
    names = wanted.arranged(found, list(known))
    if len(names) > MOST_CHARTS:
        st.caption(
            _("The first {n} of {all} charts are drawn: look for less.").format(n=MOST_CHARTS, all=len(names))
        )
    shown = names[:MOST_CHARTS]
    across = max(1, len(shown) if len(shown) <= 3 else 2)
    for first in range(0, len(shown), across):
        row = shown[first : first + across]
        for column, name in zip(st.columns(across, gap="medium"), row, strict=False):
            with column:
                curves(
                    known[name].series,
                    key=f"curves-{name}",
                    smoothing=choices.smoothing,
                    axis=choices.axis,
                    log_x=choices.log_x,
                    log_y=choices.log_y,
                    clip=choices.clip,
                    title=known[name].title,
                    height=SLIDE_HEIGHT if present else HEIGHT,
                    base_url=base_url(),
                    present=present,
                    place=wanted.place(name, shown),
                    on_move=_mover(name, shown),
                    seen=seen(name, choices.axis),
                    on_look=_looker(name, choices.axis),
                )


def _mover(name: str, shown: Sequence[str]) -> Callable[[Move], None]:
    return lambda move: arrange(arrangement().after(move, name, shown))


def _looker(name: str, axis: Axis) -> Callable[[Any], None]:
    def look(answer: Any) -> None:
        if (view := told(answer)) is not None:
            keep(name, axis, view)

    return look


def measured(runs: Sequence[DrawnRun]) -> list[str]:
    """The tags that are worth a chart for these runs, what is most looked at first."""
    tags = ("accuracy", "error", "loss")
    return [tag for tag in tags if any(measured_in(run.task, tag) for run in runs)]


def measured_in(task: str, tag: str) -> tuple[str, ...]:
    """In which parts a task measures something: nobody forecasts or paints an accuracy, say."""
    if tag == "loss":
        return PARTS
    if task == "sequence":
        return ("validation",) if tag == "error" else ()
    return PARTS if tag == "accuracy" and task != "stylize" else ()


def tag_word(tag: str) -> str:
    """What a chart of this tag is called; one that we have no word for by its own name."""
    return {"accuracy": _("Accuracy"), "error": _("Error one step ahead"), "loss": _("Loss")}.get(tag, tag)


def task_of(spec: Spec | None) -> str:
    """A run's task; one whose spec cannot be read is taken for what most are."""
    return "classify" if spec is None else spec.task


def part_lines(runs: Sequence[DrawnRun], tag: str, part: str, *, means: bool) -> list[CurveSeries]:
    """The lines of one part of the runs; with `means`, one for all that differ in their seed only."""
    return [
        mean_series(group, tag, part) if len(group) > 1 else series(group[0], tag, part)
        for group in groups(runs, means=means)
    ]


def line_labels(runs: Sequence[DrawnRun], *, means: bool) -> list[str]:
    """What those lines are called where they need not say which part they show."""
    return [mean_name(group) if len(group) > 1 else group[0].label for group in groups(runs, means=means)]


def groups(runs: Sequence[DrawnRun], *, means: bool) -> list[list[DrawnRun]]:
    """The runs that one line stands for each, in their order; without `means` every one by itself."""
    alike: dict[str, list[DrawnRun]] = {}
    for run in runs:
        alike.setdefault((run.alike if means else "") or f"{run.key}/", []).append(run)
    return list(alike.values())


def mean_name(group: Sequence[DrawnRun]) -> str:
    """What the mean of these runs is called; by default as the first, without the seed's number at the end."""
    first = group[0]
    return first.mean or re.sub(r"[-_@ ]*\d+$", "", first.label) or first.label


def has_seeds(runs: Sequence[DrawnRun]) -> bool:
    """Whether some of the runs differ in their seed only."""
    known = [run.alike for run in runs if run.alike]
    return len(set(known)) < len(known)


def mean_series(group: Sequence[DrawnRun], tag: str, part: str) -> CurveSeries:
    """The mean of runs that differ in their seed only, in the colour of the first."""
    one = series(replace(group[0], label=mean_name(group)), tag, part)
    return replace(one, seeds=tuple((series(run, tag, part).run, run.label) for run in group))


def settings_but_seed(spec: Spec | None) -> str:
    """The same text for runs that differ in their seed only; "" for a run whose settings cannot be read."""
    return "" if spec is None else json.dumps(spec.model_dump(mode="json", exclude={"seed"}), sort_keys=True)


def _lines(
    runs: Sequence[DrawnRun], tag: str, *, means: bool, parts: Callable[[str, str], tuple[str, ...]]
) -> tuple[CurveSeries, ...]:
    """Run by run, training before validation; means likewise."""
    by_part = {
        part: part_lines([run for run in runs if part in parts(run.task, tag)], tag, part, means=means)
        for part in PARTS
    }
    order = {run.key: number for number, run in enumerate(runs)}
    lines = [line for part in PARTS for line in by_part[part]]
    return tuple(sorted(lines, key=lambda line: order[line.run.rpartition("/")[0]]))


def _written(run: DrawnRun, reader: Tags) -> Iterable[tuple[str, str]]:
    """The parts and tags that a run has curves of; "" is the part of what lies in its own folder."""
    for part in ("", *PARTS):
        for tag in reader.tags(f"{run.key}/{part}".rstrip("/")):
            yield part, tag


def series(run: DrawnRun, tag: str, part: str) -> CurveSeries:
    """One line of a chart."""
    word = {"train": _("training"), "validation": _("validation")}.get(part)
    return CurveSeries(
        run=f"{run.key}/{part}".rstrip("/"),
        tag=tag,
        label=_("{run}, {part}").format(run=run.label, part=word) if word else run.label,
        colour=run.colour,
        dashed=part == "validation",
        steps_per_epoch=run.steps_per_epoch,
    )


def steps_per_epoch(status: Status) -> float | None:
    """How many steps an epoch of a run has; None before its trainer has counted them."""
    if status.steps_per_epoch:
        return status.steps_per_epoch
    return status.total_steps / status.epochs if status.total_steps and status.epochs else None
