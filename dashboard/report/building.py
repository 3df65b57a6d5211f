"""An experiment's report: what was asked, what came out, how it looks, and how to do it again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from dashboard.colours import PALETTE, run_colour
from dashboard.comparison_table import said, table_rows
from dashboard.comparison_view import equal_line, sizes
from dashboard.comparison_view import title_of as comparison_title
from dashboard.language import _, counted, language
from dashboard.listing import RunView
from dashboard.report import document
from dashboard.report.command_lines import comparison_command, run_command, sweep_command
from dashboard.report.curve_drawing import DrawnCurve, curves_svg
from dashboard.report.document import Section
from dashboard.report.pictures import figures
from dashboard.report.versions import version_rows
from dashboard.run_overview import run_rows
from dashboard.run_progress import duration, state_word
from dashboard.run_table import RunRow, differing_settings, judged_by
from dashboard.services import Services
from dashboard.spec_form import shown_value
from dashboard.sweep_view import best_sentence, search_line
from dashboard.sweep_view import title_of as sweep_title
from trainers.comparisons import Comparison, Verdict, arm_word, measured, read_comparison, verdict
from trainers.runs import RunError
from trainers.specs import SPECS, Spec, effective_settings, settings
from trainers.sweeps import Sweep, read_sweep, results

MOST_DRAWN = 60
MOST_IN_LEGEND = 12
MOST_PICTURED = 6


@dataclass(frozen=True)
class Material:
    """All that a report is made of: the experiment's runs in the order in which they began, and what it was about."""

    started: Services
    experiment: str
    views: tuple[RunView, ...]
    rows: tuple[RunRow, ...]
    comparison: Comparison | None
    sweep: Sweep | None

    def specs(self) -> dict[str, Spec]:
        """The settings of the runs that can be read, by key."""
        return {view.key: view.spec for view in self.views if view.spec is not None}


def file_name(experiment: str) -> str:
    """What a report is called when it is saved: letters, digits and few signs, of any script."""
    return re.sub(r"[^\w.-]+", "-", experiment).strip("-.") + "-report.html"


def experiment_report(started: Services, experiment: str, *, now: datetime) -> str:
    """The report of an experiment as one HTML document; raises RunError where it has no run."""
    material = _material(started, experiment)
    parts = [
        _verdict_section(material),
        _curve_section(material),
        _run_section(material),
        *_picture_sections(material),
        _setting_section(material),
        _again_section(material),
        Section(_("Versions"), document.table([_("What"), _("Version")], version_rows())),
    ]
    return document.document(
        _title(material),
        _head(material),
        [part for part in parts if part.body],
        language=language().replace("_", "-"),
        reading=_(
            "This file needs nothing else. Add #slides to its address to show it as slides; → and ← turn them."
        ),
        foot=_("BoardLab wrote this report on {date}.").format(date=f"{now:%Y-%m-%d %H:%M}"),
    )


def _material(started: Services, experiment: str) -> Material:
    views = [view for view in started.runs() if view.run.experiment == experiment]
    if not views:
        raise RunError(
            _("The experiment {name} has no run: there is nothing to report.").format(name=experiment)
        )
    views.sort(key=lambda view: (view.status.created or 0.0, view.key))
    return Material(
        started,
        experiment,
        tuple(views),
        tuple(run_rows(views, started.reader)),
        read_comparison(started.settings.logdir, experiment),
        read_sweep(started.settings.logdir, experiment),
    )


def _title(material: Material) -> str:
    if material.comparison is not None:
        return comparison_title(material.comparison)
    if material.sweep is not None:
        return sweep_title(material.sweep)
    return material.experiment


def _head(material: Material) -> str:
    """The one sentence, and what was asked."""
    runs = counted("{n} run", "{n} runs", len(material.views)).format(n=len(material.views))
    line = document.paragraph(
        _("Experiment {name}, {runs}").format(name=material.experiment, runs=runs), "quiet"
    )
    if material.comparison is not None:
        found = _verdict(material, material.comparison)
        return (
            document.paragraph(said(found.sentence), "verdict")
            + document.paragraph(equal_line(material.comparison))
            + line
        )
    if material.sweep is not None:
        trials = results(material.sweep, material.started.settings.logdir, material.experiment)
        sentence = document.paragraph(best_sentence(material.sweep, trials), "verdict")
        return sentence + document.paragraph(search_line(material.sweep)) + line
    return line


def _verdict(material: Material, asked: Comparison) -> Verdict:
    reader = material.started.reader
    runs = measured(
        asked,
        material.started.settings.logdir,
        material.experiment,
        curves=reader.many_series,
        tags=reader.tags,
    )
    return verdict(asked, runs, sizes(material.started, asked))


def _verdict_section(material: Material) -> Section:
    """A comparison's numbers, arm beside arm, and what one should know before believing them."""
    asked = material.comparison
    if asked is None:
        return Section("", "")
    found = _verdict(material, asked)
    example = {"boundary": "point", "sequence": "window"}.get(asked.task, "image")
    rows = [
        [label, *cells]
        for label, cells in table_rows(found, task=asked.task, seeds=asked.seeds, example=example)
    ]
    names = [arm_word(asked.field, value) for value in asked.values]
    remarks = "".join(document.paragraph(said(remark), "quiet") for remark in found.remarks)
    return Section(_("Verdict"), document.table(["", *names], rows) + remarks)


def _curve_section(material: Material) -> Section:
    measures = [judged_by(spec) for spec in material.specs().values()] or ["accuracy"]
    measure = max(set(measures), key=measures.count) or "loss"
    charts = [(measure, "validation"), ("loss", "train")] if measure != "loss" else [("loss", "train")]
    drawn = [_chart(material, tag, part) for tag, part in charts]
    if not any(drawn):
        return Section("", "")
    names, colours = _legend(material)
    legend = document.legend(names, colours) if len(names) <= MOST_IN_LEGEND else ""
    left_out = len(material.views) - MOST_DRAWN
    note = (
        document.paragraph(
            _("The curves of the first {n} of {all} runs are drawn.").format(
                n=MOST_DRAWN, all=len(material.views)
            ),
            "quiet",
        )
        if left_out > 0
        else ""
    )
    return Section(
        _("Curves"), legend + document.side_by_side([one for one in drawn if one], "figures") + note
    )


def _chart(material: Material, tag: str, part: str) -> str:
    views = material.views[:MOST_DRAWN]
    keys = {f"{view.key}/{part}": view for view in views}
    found = material.started.reader.many_series([(run, tag) for run in keys])
    drawn = [
        DrawnCurve(_name(keys[run]), run_colour(keys[run].about, keys[run].key), series.steps, series.values)
        for (run, _tag), series in found.items()
        if len(series.steps)
    ]
    words = {"accuracy": _("accuracy"), "error": _("error"), "loss": _("loss")}
    title = (_("Validation {measure}") if part == "validation" else _("Training {measure}")).format(
        measure=words.get(tag, tag)
    )
    svg = curves_svg(drawn, title=title, across=_("step"), percent=tag == "accuracy")
    return document.drawing(svg, title) if svg else ""


def _legend(material: Material) -> tuple[list[str], list[str]]:
    """What the colours mean: arms of a comparison, else runs."""
    if material.comparison is not None:
        values = material.comparison.values
        names = [arm_word(material.comparison.field, value) for value in values]
        return names, [PALETTE[number % len(PALETTE)] for number in range(len(values))]
    return [_name(view) for view in material.views], [row.colour for row in material.rows]


def _name(view: RunView) -> str:
    return view.about.title or view.run.name


def _run_section(material: Material) -> Section:
    """A row a run: how it ended, what it reached, and where its settings differ from the others'."""
    differing = differing_settings(material.specs())
    columns = _result_columns(material.rows)
    head = [_("Run"), _("State"), *(label for label, _cells in columns), *(_(label) for label in differing)]
    rows = [
        [
            row.name,
            state_word(row.state),
            *(cells[place] for _label, cells in columns),
            *(values.get(row.key, "–") for values in differing.values()),
        ]
        for place, row in enumerate(material.rows)
    ]
    notes = "".join(_said_about(row) for row in material.rows)
    return Section(
        _("Runs"), document.table(head, rows, colours=[row.colour for row in material.rows]) + notes
    )


def _result_columns(rows: Sequence[RunRow]) -> list[tuple[str, list[str]]]:
    """The results that any run has, each with a cell a run."""

    def share(value: float | None) -> str:
        return "–" if value is None else f"{100 * value:.2f} %"

    def number(value: float | None) -> str:
        return "–" if value is None else f"{value:.4g}"

    columns = [
        (_("Validation accuracy"), [share(row.validation_accuracy) for row in rows]),
        (_("Test accuracy"), [share(row.test_accuracy) for row in rows]),
        (_("Validation error"), [number(row.validation_error) for row in rows]),
        (_("Test error"), [number(row.test_error) for row in rows]),
        (_("Total loss"), [number(row.total_loss) for row in rows]),
        (_("Duration"), ["–" if row.seconds is None else duration(row.seconds) for row in rows]),
    ]
    return [column for column in columns if any(cell != "–" for cell in column[1])]


def _said_about(row: RunRow) -> str:
    """What people and the machine say about a run."""
    parts = [", ".join(row.tags), " ".join(row.notes.split()), row.remark]
    told = " · ".join(part for part in parts if part)
    return document.paragraph(f"{row.name}: {told}", "quiet") if told else ""


def _setting_section(material: Material) -> Section:
    """What all runs share: every setting that has an effect, with what it means."""
    specs = list(material.specs().values())
    if not specs:
        return Section("", "")
    effective = [effective_settings(spec) for spec in specs]
    rows = [
        [_(one.label), f"{shown_value(effective[0][one.name])} {_(one.unit)}".strip(), _(one.description)]
        for one in settings(SPECS[specs[0].task])
        if all(one.name in known and known[one.name] == effective[0].get(one.name) for known in effective)
    ]
    head = [_("Setting"), _("Value"), _("Meaning")]
    return Section(_("Settings that all runs share"), document.table(head, rows))


def _picture_sections(material: Material) -> list[Section]:
    """What the runs left to look at: of a comparison's arms one run each, else of the best runs."""
    found = []
    for view in _pictured(material):
        if body := figures(view):
            found.append(Section(_("What {run} made of it").format(run=_name(view)), body))
    return found


def _pictured(material: Material) -> list[RunView]:
    by_key = {view.key: view for view in material.views}
    ended = [row for row in material.rows if row.state == "completed"] or list(material.rows)
    if material.comparison is not None:
        names = [one.name for one in material.comparison.planned()[: len(material.comparison.values)]]
        first = [key for name in names if (key := f"{material.experiment}/{name}") in by_key]
        return [by_key[key] for key in first]
    best = sorted(ended, key=lambda row: (-(row.validation_accuracy or 0.0), row.validation_error or 0.0))
    return [by_key[row.key] for row in best[:MOST_PICTURED]]


def _again_section(material: Material) -> Section:
    """The exact command lines, for the whole where there is one, and for each run."""
    parts = []
    whole = ""
    if material.comparison is not None:
        whole = comparison_command(material.comparison, material.experiment)
    elif material.sweep is not None:
        whole = sweep_command(material.sweep, material.experiment)
    if whole:
        parts += [
            document.paragraph(_("The whole experiment:")),
            document.code(whole),
            document.heading(_("Run by run")),
        ]
    commands = [
        run_command(view.spec, experiment=view.run.experiment, name=view.run.name)
        for view in material.views
        if view.spec is not None
    ]
    parts.append(document.code("\n".join(commands)))
    devices = sorted({view.status.device for view in material.views if view.status.device})
    if devices:
        parts.append(
            document.paragraph(_("Trained on: {devices}").format(devices=", ".join(devices)), "quiet")
        )
    return Section(_("How to do it again"), "".join(parts))
