"""The photo and the paintings of a new painting: uploaded, taken by camera or chosen, seen small, taken away again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from dashboard.language import _
from dashboard.painting_choice import (
    MOST_STYLES,
    absence,
    choose_pictures,
    chosen,
    name_in_address,
    sample_at,
    waited_for,
)
from dashboard.painting_samples import draw_samples
from dashboard.plain_text import escape_markdown, shorten
from dashboard.services import services
from dashboard.spec_form import label_of
from dashboard.thumbnails import thumbnail
from trainers.launchers import LARGEST_UPLOAD, PictureRefused, keep_picture
from trainers.runs import RunError
from trainers.specs import Setting

KINDS = ("jpg", "jpeg", "png", "webp", "gif", "bmp", "tif", "tiff")
SAMPLED = ("content", "style")
WIDTH = 112  # pixels of a chosen picture: two beside each other in the sidebar
_PROBLEM = "painting_problem_{key}"


def draw_picture(setting: Setting, key: str) -> str:
    """The place of one picture, with the camera folded away beside the upload; gives its path or ""."""
    _draw(setting, key, most=1)
    if setting.name == "content" and not chosen(key):
        with st.expander(_("Take one with the camera"), icon=":material/photo_camera:", type="compact"):
            # A camera asks for leave as soon as it is drawn.
            if st.toggle(_("Camera on"), key=f"{key}_camera_on"):
                number = st.session_state.get(_number(key), 0)
                camera = f"{key}_camera_{number}"
                st.camera_input(
                    _("Camera"),
                    key=camera,
                    label_visibility="collapsed",
                    on_change=_keep,
                    args=(key, camera, 1),
                )
    return next(iter(chosen(key)), "")


def draw_pictures(setting: Setting, key: str) -> str:
    """The place of one to four pictures; gives their paths, one a line."""
    _draw(setting, key, most=MOST_STYLES)
    return "\n".join(chosen(key))


def _draw(setting: Setting, key: str, *, most: int) -> None:
    held = [Path(path) for path in chosen(key)]
    name_in_address(key)
    st.markdown(escape_markdown(label_of(setting)), help=_(setting.description) + ".")
    if setting.name in SAMPLED:
        draw_samples(key, photos=setting.name == "content", most=most)
    if held:
        with st.container(horizontal=True, gap="small"):
            for place, path in enumerate(held):
                _draw_chosen(key, place, path)
        _draw_credits(held)
        if waited_for(held):
            _wait_for(held)
    if len(held) < most:
        uploader = f"{key}_upload_{st.session_state.get(_number(key), 0)}"
        st.file_uploader(
            label_of(setting),
            KINDS,
            accept_multiple_files=most > 1,
            key=uploader,
            label_visibility="collapsed",
            max_upload_size=LARGEST_UPLOAD // 2**20,
            on_change=_keep,
            args=(key, uploader, most),
        )
    if problem := st.session_state.pop(_PROBLEM.format(key=key), None):
        st.error(escape_markdown(problem))


def _draw_chosen(key: str, place: int, path: Path) -> None:
    sample = sample_at(path)
    name = path.name if sample is None else _(sample.title)
    with st.container(width=WIDTH, gap="xxsmall"):
        small = thumbnail(path)
        if small is None:
            st.caption(escape_markdown(absence(path)))
        else:
            st.image(small, width="stretch", alt=name)
        st.button(
            shorten(name, 12).replace("[", "").replace("]", "") or _("picture"),
            key=f"{key}_remove_{place}_{path.parent.name}",
            icon=":material/close:",
            type="tertiary",
            help=_("Take this picture away"),
            on_click=_remove,
            args=(key, place),
        )


def _draw_credits(held: Sequence[Path]) -> None:
    samples = [sample for path in held if (sample := sample_at(path)) is not None]
    for credit in dict.fromkeys(sample.credit for sample in samples):
        st.caption(escape_markdown(_(credit)))


@st.fragment(run_every=1)
def _wait_for(held: Sequence[Path]) -> None:
    if not waited_for(held):
        st.rerun()


def _keep(key: str, widget: str, most: int) -> None:
    brought = st.session_state.get(widget)
    files = brought if isinstance(brought, list) else [brought] if brought is not None else []
    held, problems = chosen(key), []
    for file in files[: most - len(held)]:
        try:
            held.append(str(keep_picture(services().settings.logdir, file.getvalue(), file.name)))
        except (PictureRefused, RunError) as error:
            problems.append(str(error))
    if len(files) > most - len(chosen(key)):
        problems.append(_("There is room for {n} at most: the others were left out.").format(n=most))
    choose_pictures(key, list(dict.fromkeys(held)))
    st.session_state[_number(key)] = st.session_state.get(_number(key), 0) + 1  # an empty place for the next
    if problems:
        st.session_state[_PROBLEM.format(key=key)] = " ".join(problems)


def _remove(key: str, place: int) -> None:
    choose_pictures(key, [path for number, path in enumerate(chosen(key)) if number != place])


def _number(key: str) -> str:
    return f"{key}_number"
