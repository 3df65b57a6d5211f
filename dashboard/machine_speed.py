"""The speed comparison on the page: which network, start and stop, how far it is, and what the last one found."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from dashboard.charts.speed import setup_label, speed_chart
from dashboard.colours import PALETTE
from dashboard.language import _, counted
from dashboard.plain_text import escape_markdown
from dashboard.services import Services
from dashboard.theme import theme_colour
from trainers.launchers import (
    SpeedReport,
    SpeedRow,
    finished_comparison,
    read_comparison,
    start_comparison,
    stop_comparison,
)
from trainers.runs import RunError
from trainers.specs import ClassifySpec, InvalidSpec, Setting, parse_spec, settings

LOOK_SECONDS = 1
DISTURBED_CORES = 0.25  # of other programs, from which on a measurement is to be taken with caution
_MODEL, _DATASET = "speed_model", "speed_dataset"


def draw_speed(started: Services, *, present: bool) -> None:
    """The whole section; on a slide only what was found."""
    if present:
        model, dataset = _asked("model"), _asked("dataset")
    else:
        st.caption(
            _(
                "Trains one network for some seconds on the processor and on each graphics card, with one thread and "
                "with all, in each precision. A speed measured beside a training is wrong, so it waits until the "
                "runs before it have ended, and runs started later wait for it."
            )
        )
        model, dataset = _draw_choices()
    report = _report(started)
    watching = report is not None and report.is_under_way
    st.fragment(_draw_progress, run_every=LOOK_SECONDS if watching else None)(
        started, model, dataset, watching, present
    )
    draw_result(finished_comparison(started.settings.logdir, model, dataset), present=present)


def _report(started: Services) -> SpeedReport | None:
    try:
        return read_comparison(started.settings.logdir)
    except RunError:  # the frame says that nothing can be kept beside this log folder
        return None


def _setting(name: str) -> Setting:
    return next(one for one in settings(ClassifySpec) if one.name == name)


def _default(name: str) -> str:
    return "simple_cnn" if name == "model" else str(_setting(name).default)


def _asked(name: str) -> str:
    """What the address names, where there is such a choice."""
    asked = st.query_params.get(f"speed_{name}", "")
    return asked if asked in _choices(name) else _default(name)


def _choices(name: str) -> tuple[str, ...]:
    """What may be compared: speeds are of published images, which every machine has alike."""
    return tuple(choice for choice in _setting(name).choices if choice != "own")


def _draw_choices() -> tuple[str, str]:
    chosen = []
    with st.container(horizontal=True):
        for name, key in (("model", _MODEL), ("dataset", _DATASET)):
            setting = _setting(name)
            chosen.append(
                st.selectbox(
                    _(setting.label),
                    _choices(name),
                    index=_choices(name).index(_default(name)),
                    key=key,
                    bind="query-params",
                    width=260,
                )
            )
    return chosen[0], chosen[1]


def _draw_progress(started: Services, model: str, dataset: str, watching: bool, present: bool) -> None:
    """Start or stop, and how far it is; drawn anew every second while one is under way."""
    report = _report(started)
    if watching != (report is not None and report.is_under_way):
        st.rerun()  # once, so that the result appears and the looking ends
    if present:
        return
    if report is None or not report.is_under_way:
        if st.button(_("Compare speeds"), key="start_speed", icon=":material/speed:"):
            _start(started, model, dataset)
        if report is not None:
            _say_how_it_ended(report)
        return
    done = report.measured / report.planned if report.planned else 0.0
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(done, text=escape_markdown(progress_line(report)), width="stretch")
        if st.button(_("Stop"), key="stop_speed", icon=":material/stop:"):
            stop_comparison(started.settings.logdir)
            st.rerun()


def _start(started: Services, model: str, dataset: str) -> None:
    try:
        spec = parse_spec({"model": model, "dataset": dataset})
        assert isinstance(spec, ClassifySpec)
        start_comparison(started.settings.logdir, spec, limit=started.settings.limit)
    except (RunError, InvalidSpec) as error:
        st.error(escape_markdown(error))
    else:
        st.rerun()


def _say_how_it_ended(report: SpeedReport) -> None:
    if report.state == "failed":
        st.error(escape_markdown(f"{report.model}, {report.dataset}: {report.error}"))
    elif report.state == "stopped":
        st.info(escape_markdown(_("The comparison of {model} was stopped.").format(model=report.model)))


def progress_line(report: SpeedReport) -> str:
    """What a comparison that is under way does now."""
    if report.state == "waiting":
        if not report.before:
            return _("{model}: waiting for its turn").format(model=report.model)
        said = counted(
            "{model}: waiting for {n} run to end", "{model}: waiting for {n} runs to end", report.before
        )
        return said.format(model=report.model, n=report.before)
    possible = [row for row in report.rows if not row.note or row.images_per_second]
    waiting = [row for row in possible if row.images_per_second is None]
    if not waiting:
        return _("{model}: looking at the machine").format(model=report.model)
    return _("{model}: measuring {setup}, {number} of {all}").format(
        model=report.model, setup=setup_label(waiting[0]), number=report.measured + 1, all=report.planned
    )


def draw_result(report: SpeedReport | None, *, present: bool) -> None:
    """The bars of a whole comparison, where and when it was, and what could not be measured."""
    if report is None and present:
        return
    if report is None:
        st.caption(_("This network has not been measured on this machine yet."))
        return
    if present:
        st.markdown(f"**{escape_markdown(report.model)}**")
    st.altair_chart(
        speed_chart(
            report.rows, colour=PALETTE[0], ink=theme_colour("textColor", "#808080"), present=present
        ),
        key="speed_chart",
        width="stretch",
    )
    st.caption(escape_markdown(result_line(report, _local(report.finished))))
    if not present:
        for sentence in remarks(report.rows):
            st.caption(escape_markdown(sentence))


def result_line(report: SpeedReport, when: str) -> str:
    """What the bars are of: network, machine and date."""
    batch = _("{model} on {dataset}, batches of {n}").format(
        model=report.model, dataset=report.dataset, n=report.batch_size
    )
    machine = f"{report.machine} ({report.processor})" if report.processor else report.machine
    cores = counted("{n} core", "{n} cores", report.cores).format(n=report.cores)
    spread = _("the line spans the middle half of the pieces measured")
    return " · ".join([batch, machine, cores, when, spread])


def remarks(rows: Sequence[SpeedRow]) -> list[str]:
    """What a reader of the bars has to know: what could not be measured, and whether something disturbed."""
    said: dict[str, list[str]] = {}
    for row in rows:
        if row.images_per_second is None and row.note:
            said.setdefault(row.note, []).append(setup_label(row))
    lines = [f"{', '.join(setups)}: {note}" for note, setups in said.items()]
    most = max((row.others_cores or 0.0 for row in rows), default=0.0)
    if most >= DISTURBED_CORES:
        lines.append(
            _(
                "Other programs used up to {cores} cores meanwhile, so this machine may be faster than that."
            ).format(cores=f"{most:.1f}")
        )
    return lines


def _local(moment: float | None) -> str:
    """A moment (Unix seconds) on the reader's clock: "2026-11-25 14:03"."""
    try:
        zone: ZoneInfo | None = ZoneInfo(st.context.timezone or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        zone = None
    return datetime.fromtimestamp(moment or 0, UTC).astimezone(zone or UTC).strftime("%Y-%m-%d %H:%M")
