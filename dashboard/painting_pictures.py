"""The photo and the paintings of a new painting: uploaded or taken by camera, seen small, taken away again.

Paths lie in the session, never in the address: whoever writes an address must not choose files of this machine.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from pathlib import Path

import streamlit as st
from PIL import Image, ImageOps

from dashboard.language import _
from dashboard.plain_text import escape_markdown, shorten
from dashboard.services import services
from dashboard.spec_form import label_of
from trainers.launchers import LARGEST_UPLOAD, PictureRefused, keep_picture
from trainers.runs import RunError
from trainers.specs import Setting

MOST_STYLES = 4
KINDS = ("jpg", "jpeg", "png", "webp", "gif", "bmp", "tif", "tiff")
THUMBNAIL = 320  # pixels, twice what is shown, for sharp screens
_PROBLEM = "painting_problem_{key}"


def chosen(key: str) -> list[str]:
    """The paths that a person chose for a setting, in their order."""
    return list(st.session_state.get(key, []))


def choose_pictures(key: str, paths: Sequence[str]) -> None:
    """Makes these the chosen ones."""
    st.session_state[key] = list(paths)


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
    held = chosen(key)
    if held:
        st.markdown(escape_markdown(label_of(setting)))
        with st.container(horizontal=True, gap="small"):
            for place, path in enumerate(held):
                _draw_chosen(key, place, Path(path))
    if len(held) < most:
        uploader = f"{key}_upload_{st.session_state.get(_number(key), 0)}"
        st.file_uploader(
            _("One more") if held else label_of(setting),
            KINDS,
            accept_multiple_files=most > 1,
            key=uploader,
            help=_(setting.description) + ".",
            max_upload_size=LARGEST_UPLOAD // 2**20,
            on_change=_keep,
            args=(key, uploader, most),
        )
    if problem := st.session_state.pop(_PROBLEM.format(key=key), None):
        st.error(escape_markdown(problem))


def _draw_chosen(key: str, place: int, path: Path) -> None:
    with st.container(width=130, gap="xxsmall"):
        small = thumbnail(path)
        if small is None:
            st.caption(_("This picture is gone: choose it again."))
        else:
            st.image(small, width="stretch", alt=path.name)
        st.button(
            shorten(path.name, 12).replace("[", "").replace("]", "") or _("picture"),
            key=f"{key}_remove_{place}_{path.parent.name}",
            icon=":material/close:",
            type="tertiary",
            help=_("Take this picture away"),
            on_click=_remove,
            args=(key, place),
        )


def thumbnail(path: Path, longest: int = THUMBNAIL) -> bytes | None:
    """A picture small, as JPEG; None where it is not there or cannot be read."""
    try:
        return _thumbnail(str(path), path.stat().st_mtime_ns, longest)
    except (OSError, ValueError, SyntaxError):  # Pillow raises these for files that are torn
        return None


def data_address(jpeg: bytes) -> str:
    """A JPEG as an address that holds it."""
    return "data:image/jpeg;base64," + base64.b64encode(jpeg).decode()


@st.cache_data(max_entries=512, show_spinner=False)
def _thumbnail(path: str, _changed_ns: int, longest: int) -> bytes:
    with Image.open(path) as image:
        image.draft("RGB", (longest, longest))
        small = ImageOps.exif_transpose(image).convert("RGB")
    small.thumbnail((longest, longest))
    file = io.BytesIO()
    small.save(file, "JPEG", quality=88)
    return file.getvalue()


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
