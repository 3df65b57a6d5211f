"""One painting: the picture as it grows, how far it is, its sliders; at the end what to compare and to take away."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from dashboard.colours import PALETTE, run_colour
from dashboard.curves.component import CurveSeries, curves
from dashboard.language import _, counted
from dashboard.links import base_url
from dashboard.listing import RunView
from dashboard.painting_comparison import draw_before_after
from dashboard.painting_files import RESULT, as_jpeg, frames, time_lapse
from dashboard.painting_form import fill_painting_form, kept_pictures
from dashboard.painting_steering import draw_steering
from dashboard.plain_text import escape_markdown
from dashboard.run_buttons import draw_buttons, last_word
from dashboard.run_choice import PARAMETER
from dashboard.run_panel import BADGE_COLOURS, draw_head, draw_log, draw_troubles
from dashboard.run_progress import duration, goes_on, phase_line, share_done, state_word, stopping
from dashboard.services import Services
from dashboard.thumbnails import thumbnail
from trainers.launchers import known_status
from trainers.runs import Run, Status, pending_commands
from trainers.specs import StylizeSpec

HEIGHT = 230
FRAME_SECONDS = 0.5  # a painter leaves a frame a second, and the first one is waited for
LOSSES = ("loss", "content_loss", "style_loss", "tv_loss")


def draw_painting(view: RunView, spec: StylizeSpec, started: Services, *, present: bool) -> None:
    """Draws one painting, the picture beside what is known and can be done."""
    run, status = view.run, known_status(view.run)
    watching = goes_on(status)
    left, right = st.columns([3, 1] if present else [5, 4], gap="large")
    with left:
        if watching or not (run.artifacts / RESULT).exists():
            st.fragment(_draw_frame, run_every=FRAME_SECONDS if watching else None)(run, spec)
        else:
            _draw_result(run, spec)
    with right:
        draw_head(view, run_colour(view.about, view.key), present=present)
        st.fragment(_draw_progress, run_every=1 if watching else None)(run, started, status.state, present)
        if status.state == "running" and not present:
            draw_steering(run, spec, status, started)
        if not watching and not present:
            _draw_taking_away(run, spec)
        _draw_losses(run, present=present)
        if not present:
            draw_log(run, expanded=status.state == "failed")


def _draw_frame(run: Run, spec: StylizeSpec) -> None:
    """The newest picture on its way; before there is one, the photo."""
    for passes, path in reversed(frames(run)[-3:]):
        small = thumbnail(path, 1600)
        if small is not None:  # the painter thins its frames out while we look
            st.image(small, width="stretch", alt=_("The painting after pass {n}").format(n=f"{passes:,}"))
            st.caption(counted("After {n} pass", "After {n} passes", passes).format(n=f"{passes:,}"))
            return
    photo = next(iter(kept_pictures(run, spec)["content"]), None)
    small = thumbnail(photo, 1600) if photo is not None else None
    if small is not None:
        st.image(small, width="stretch", alt=_("The photo"))
    st.caption(_("The photo. The painting takes its place with its first pass."))


def _draw_progress(run: Run, started: Services, known: str, present: bool) -> None:
    status = known_status(run)
    if status.state != known:
        st.rerun()  # once, so that sliders and results come and go
    asked = stopping(status, asked=any(one.kind == "stop" for one in pending_commands(run.commands)))
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.badge(
            _("stopping") if asked else state_word(status.state),
            color=BADGE_COLOURS[status.state],  # type: ignore[arg-type]
        )
        if not present:
            draw_buttons(run, status, started, stopping=asked)
    if goes_on(status) or status.state == "paused":
        st.progress(share_done(status))
    st.caption(escape_markdown(passes_line(status)))
    if status.state == "running" and not present and (word := last_word(run, status)):
        st.caption(escape_markdown(word))
    draw_troubles(status)


def passes_line(status: Status) -> str:
    """How far a painting is, in one line: "pass 40 of 150 · 55 s left", or "… · 72 s · total loss 291,000"."""
    if status.state == "queued":
        return _("Waiting for its turn: another run or a speed comparison has to end first.")
    if status.state == "starting":
        return phase_line(status.phase or "")
    done, every = f"{status.step:,}", f"{status.total_steps or 0:,}"
    parts = [phase_line(status.phase)] if status.phase else []
    parts.append(
        _("pass {done} of {all}").format(done=done, all=every)
        if status.total_steps
        else _("pass {done}").format(done=done)
    )
    if status.seconds_left is not None and status.state == "running":
        parts.append(_("{time} left").format(time=duration(status.seconds_left)))
    elif not goes_on(status) and status.seconds is not None:
        parts.append(duration(status.seconds))
    total = status.metrics.get("total_loss")  # of the saved picture; until then the curves tell it
    if total is not None:
        parts.append(_("total loss {loss}").format(loss=f"{total:,.0f}"))
    return " · ".join(parts)


def _draw_result(run: Run, spec: StylizeSpec) -> None:
    result = run.artifacts / RESULT
    photo = next(iter(kept_pictures(run, spec)["content"]), None)
    if photo is None or not draw_before_after(photo, result, key=f"before-after-{run.key}"):
        small = thumbnail(result, 1600)
        if small is None:
            st.error(_("result.png is damaged: paint it again with these settings."))
        else:
            st.image(small, width="stretch", alt=_("The painting"))
    kept = frames(run)
    if len(kept) > 1:
        _draw_making(run, kept)


@st.fragment
def _draw_making(run: Run, kept: list[tuple[int, Path]]) -> None:
    with st.expander(_("How it was made"), icon=":material/movie:", type="compact"):
        by_pass = dict(kept)
        chosen = st.select_slider(_("After pass"), list(by_pass), key=f"making-{run.key}")
        small = thumbnail(by_pass[chosen], 1024)
        if small is not None:
            st.image(small, width="stretch", alt=_("The painting after pass {n}").format(n=f"{chosen:,}"))


def _draw_taking_away(run: Run, spec: StylizeSpec) -> None:
    result = run.artifacts / RESULT
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        if result.exists():
            st.download_button(
                _("PNG"),
                result.read_bytes,
                f"{run.name}.png",
                "image/png",
                key=f"png-{run.key}",
                icon=":material/download:",
                on_click="ignore",
            )
            st.download_button(
                _("JPEG"),
                lambda: as_jpeg(result),
                f"{run.name}.jpg",
                "image/jpeg",
                key=f"jpeg-{run.key}",
                icon=":material/download:",
                on_click="ignore",
            )
        kept = [path for _passes, path in frames(run)]
        if len(kept) > 1:
            st.download_button(
                _("Time-lapse"),
                lambda: time_lapse(kept),
                f"{run.name}.gif",
                "image/gif",
                key=f"gif-{run.key}",
                icon=":material/movie:",
                help=_("An animated GIF of how it was made"),
                on_click="ignore",
            )
        st.button(
            _("Again with these settings"),
            key=f"again-{run.key}",
            icon=":material/edit_note:",
            help=_("Fills the form with this painting's pictures and settings, to try a variation"),
            on_click=fill_painting_form,
            args=(run, spec),
        )
        st.page_link(
            "dashboard/pages/tensor_board.py",
            label=_("TensorBoard"),
            icon=":material/monitoring:",
            query_params={PARAMETER: [run.key]},
        )


def _draw_losses(run: Run, *, present: bool) -> None:
    words = {
        "loss": _("total"),
        "content_loss": _("content"),
        "style_loss": _("style"),
        "tv_loss": _("total variation"),
    }
    curves(
        [
            CurveSeries(run=f"{run.key}/train", tag=tag, label=words[tag], colour=colour)
            for tag, colour in zip(LOSSES, PALETTE, strict=False)
        ],
        key=f"painting-losses-{run.key}",
        title=_("Loss, each part times its weight"),
        height=HEIGHT,
        base_url=base_url(),
        present=present,
    )
