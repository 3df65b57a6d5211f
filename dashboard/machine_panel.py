"""The machine on the page: processor, memory, disk and graphics cards as tiles, the lab's processes as a table."""

from __future__ import annotations

import html
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

import streamlit as st

from dashboard.colours import PALETTE
from dashboard.disk_use import bytes_in_words
from dashboard.language import _, counted
from dashboard.links import base_url, page_url
from dashboard.machine_gpus import Gpu
from dashboard.machine_load import Look, MachineWatch, Use
from dashboard.machine_processes import Role, lab_processes, trainers_elsewhere
from dashboard.plain_text import escape_markdown, shorten
from dashboard.services import Services

LOOK_SECONDS = 2
FULL = 0.9  # of a memory or a disk, from which on it deserves a look
_CALM, _FULL = PALETTE[0], PALETTE[1]
_STYLE = f"""
<style>
.boardlab-tiles {{display:grid; grid-template-columns:repeat(auto-fit,minmax(13rem,1fr)); gap:.8rem}}
.boardlab-tiles section {{border:1px solid color-mix(in srgb, currentColor 18%, transparent); border-radius:.4rem;
  padding:.7rem .9rem; min-width:0}}
.boardlab-tiles h4 {{font-size:.9rem; font-weight:400; margin:0; padding:0; opacity:.75; overflow-wrap:anywhere}}
.boardlab-tiles p {{margin:.1rem 0 .5rem}}
.boardlab-tiles b {{font-size:1.4rem; font-weight:500}}
.boardlab-bar {{height:.5rem; border-radius:.25rem; overflow:hidden; margin-top:.35rem;
  background:color-mix(in srgb, currentColor 12%, transparent)}}
.boardlab-bar i {{display:block; height:100%; background:{_CALM}}}
.boardlab-cores .boardlab-bar {{margin:0}}
.boardlab-cores {{display:grid; grid-template-columns:repeat(auto-fit,minmax(.35rem,1fr)); gap:.2rem}}
.boardlab-bar i.full {{background:{_FULL}}}
.boardlab-processes {{width:100%; border-collapse:collapse; font-variant-numeric:tabular-nums}}
.boardlab-processes th {{text-align:left; font-weight:400; opacity:.75; font-size:.9rem}}
.boardlab-processes th, .boardlab-processes td {{padding:.35rem .6rem .35rem 0;
  border-bottom:1px solid color-mix(in srgb, currentColor 14%, transparent); overflow-wrap:anywhere}}
.boardlab-tiles small {{font-size:.9rem; opacity:.75}}
.boardlab-processes a {{color:inherit}}
.boardlab-processes .number {{text-align:right; white-space:nowrap}}
</style>
"""


@st.cache_resource(show_spinner=False)
def machine_watch(logdir: Path) -> MachineWatch:
    """The one watch of this process, for all visitors."""
    return MachineWatch(logdir)


@st.fragment(run_every=LOOK_SECONDS)
def draw_machine(started: Services) -> None:
    """Processor, memory, disk and graphics cards, drawn anew every two seconds."""
    look = _look(started)
    st.html(_STYLE + tiles(look))
    if not look.gpus.found:
        st.caption(escape_markdown(look.gpus.why_none))
    elif (hidden := os.environ.get("CUDA_VISIBLE_DEVICES")) is not None:
        st.caption(
            escape_markdown(
                _(
                    "CUDA_VISIBLE_DEVICES is {value!r}: runs see only those graphics cards and number them from 0."
                ).format(value=hidden)
            )
        )


@st.fragment(run_every=LOOK_SECONDS)
def draw_processes(started: Services, *, present: bool) -> None:
    """What each process of the lab takes, drawn anew every two seconds."""
    look = _look(started)
    table = process_table(look.uses, _names(started), with_gpu=bool(look.gpus.found), short=present)
    st.html(_STYLE + table)
    if elsewhere := trainers_elsewhere(started.runs()):
        said = counted(
            "{n} run trains on another machine: {runs}",
            "{n} runs train on other machines: {runs}",
            len(elsewhere),
        )
        st.caption(escape_markdown(said.format(n=len(elsewhere), runs=", ".join(elsewhere))))


def _look(started: Services) -> Look:
    return machine_watch(started.settings.logdir).look(lab_processes(started))


def _names(started: Services) -> dict[str, str]:
    return {view.key: view.about.title or view.key for view in started.runs()}


def tiles(look: Look) -> str:
    """Processor, memory, disk and each graphics card as HTML."""
    cores = counted("of {n} core", "of {n} cores", len(look.cores)).format(n=len(look.cores))
    each = "".join(
        _bar(load, _("Core {number}: {load}").format(number=number, load=_percent(load)), calm=True)
        for number, load in enumerate(look.cores)
    )
    parts = [
        _tile(_("Processor"), _percent(look.load), cores, f'<div class="boardlab-cores">{each}</div>'),
        _tile(
            _("Memory"),
            bytes_in_words(look.memory_used),
            _("of {size} used").format(size=bytes_in_words(look.memory_total)),
            _bar(look.memory_used / look.memory_total, _("Memory in use")),
        ),
    ]
    if look.disk_free is not None and look.disk_total:
        parts.append(
            _tile(
                _("Disk of the runs"),
                bytes_in_words(look.disk_free),
                _("of {size} free").format(size=bytes_in_words(look.disk_total)),
                _bar(1 - look.disk_free / look.disk_total, _("Disk in use")),
            )
        )
    return f'<div class="boardlab-tiles">{"".join(parts)}{"".join(map(_gpu_tile, look.gpus.found))}</div>'


def _gpu_tile(gpu: Gpu) -> str:
    title = _("GPU {number}: {name}").format(number=gpu.number, name=gpu.name)
    load = "–" if gpu.load is None else _percent(gpu.load)
    if gpu.memory_used is None or not gpu.memory_total:
        return _tile(title, load, _("busy"), "")
    memory = _("Memory: {used} of {size}").format(
        used=bytes_in_words(gpu.memory_used), size=bytes_in_words(gpu.memory_total)
    )
    bar = _bar(gpu.memory_used / gpu.memory_total, _("Graphics memory in use"))
    return _tile(title, load, _("busy"), f"{bar}<small>{html.escape(memory)}</small>")


def _tile(title: str, value: str, unit: str, below: str) -> str:
    said = f"<b>{html.escape(value)}</b> {html.escape(unit)}"
    return f"<section><h4>{html.escape(title)}</h4><p>{said}</p>{below}</section>"


def _bar(share: float, meaning: str, *, calm: bool = False) -> str:
    """A bar filled to a share in [0, 1]; a full one stands out unless it is `calm`: a busy core is no fault."""
    filled = min(1.0, max(0.0, share))
    colour = ' class="full"' if filled >= FULL and not calm else ""
    label = html.escape(meaning)
    return (
        f'<div class="boardlab-bar" role="img" aria-label="{label}" title="{label}">'
        f'<i{colour} style="width:{100 * filled:.1f}%"></i></div>'
    )


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def role_in_words(role: Role) -> str:
    """What a process of the lab is there for."""
    return {
        "trainer": _("Trains"),
        "speed": _("Compares speeds"),
        "spare": _("Spare: lets the next run start at once"),
        "helper": _("Helper: describes networks before they train"),
        "data_server": _("Data server: reads the curves"),
        "web": _("Web: these pages and TensorBoard"),
    }[role]


def process_table(uses: Sequence[Use], names: dict[str, str], *, with_gpu: bool, short: bool = False) -> str:
    """The processes as HTML; a run's name leads to the run. `short` leaves out what a slide has no room for."""
    heads = [(_("Process"), False), (_("Run"), False), (_("CPU, 100 % is a core"), True), (_("Memory"), True)]
    heads += [(_("GPU memory"), True)] if with_gpu else []
    heads += [] if short else [(_("Number"), True)]
    body = "".join(_row(_cells(use, names, with_gpu=with_gpu, short=short)) for use in uses)
    head = _row(((html.escape(text), is_number) for text, is_number in heads), "th")
    return f'<table class="boardlab-processes"><thead>{head}</thead><tbody>{body}</tbody></table>'


def _cells(use: Use, names: dict[str, str], *, with_gpu: bool, short: bool) -> list[tuple[str, bool]]:
    """One row's cells as HTML, and whether each is a number."""
    cells = [
        (html.escape(role_in_words(use.process.role)), False),
        (_run_link(use.process.run, names), False),
        (_percent(use.cores), True),
        (bytes_in_words(use.memory), True),
    ]
    if with_gpu:
        cells.append(("–" if use.gpu_memory is None else bytes_in_words(use.gpu_memory), True))
    return cells if short else [*cells, (str(use.process.identity.pid), True)]


def _run_link(run: str | None, names: dict[str, str]) -> str:
    if run is None:
        return ""
    address = html.escape(page_url(base_url(), "", runs=[run]))
    return f'<a href="{address}" target="_self">{html.escape(shorten(names.get(run, run)))}</a>'


def _row(cells: Iterable[tuple[str, bool]], tag: str = "td") -> str:
    drawn = [
        f"<{tag}{' class=number' if is_number else ''}>{content}</{tag}>" for content, is_number in cells
    ]
    return f"<tr>{''.join(drawn)}</tr>"
