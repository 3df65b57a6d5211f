"""The pictures that come with the lab, and well-known paintings of the museums, chosen by a click."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard.language import _
from dashboard.painting_choice import choose_pictures, chosen
from dashboard.plain_text import escape_markdown
from dashboard.services import services
from dashboard.thumbnails import thumbnail
from trainers.launchers import Failed, Pending, Sample

WIDTH = 120  # pixels of a sample's picture
_OPEN = "painting_samples"


def draw_samples(key: str, *, photos: bool, most: int) -> None:
    """Draws the button that shows the samples: photos to paint, or paintings whose style to take."""
    label = _("Choose a sample photo") if photos else _("Choose sample paintings")
    st.button(
        label,
        key=f"{key}_samples",
        icon=":material/collections:",
        width="stretch",
        on_click=_open,
        args=(key,),
    )
    if st.session_state.get(_OPEN) == key:
        st.dialog(label, width="medium", on_dismiss=_close)(_draw)(key, photos=photos, most=most)


def _draw(key: str, *, photos: bool, most: int) -> None:
    inspector = services().inspector
    found = inspector.samples()
    if isinstance(found, Failed):
        st.warning(escape_markdown(_(found.sentence)))
    if isinstance(found, Pending):
        _wait(_there())
    published = inspector.published()
    drawn = [one for one in inspector.catalogue() if one not in published and one.path.exists()]
    _draw_row([one for one in drawn if (one.kind == "photo") == photos], key, most)
    if photos:
        return
    st.caption(_("Well-known paintings, fetched from Wikimedia Commons when you choose them:"))
    _draw_row(published, key, most)
    if st.button(_("Done"), type="primary", on_click=_close):
        st.rerun()


@st.fragment(run_every=1)
def _wait(there: int) -> None:
    """Draws the page again for each sample that is new."""
    if not isinstance(services().inspector.samples(), Pending) or _there() > there:
        st.rerun()
    st.caption(_("They are being drawn: a minute, the first time."))


def _there() -> int:
    return sum(sample.path.exists() for sample in services().inspector.catalogue())


def _draw_row(samples: Sequence[Sample], key: str, most: int) -> None:
    with st.container(horizontal=True, gap="small"):
        for sample in samples:
            _draw_one(sample, key, most)


def _draw_one(sample: Sample, key: str, most: int) -> None:
    held = chosen(key)
    is_chosen = str(sample.path) in held
    with st.container(width=WIDTH, gap="xxsmall"):
        small = thumbnail(sample.path, 2 * WIDTH)
        if small is not None:
            st.image(small, width="stretch", alt=_(sample.title))
        pressed = st.button(
            escape_markdown(_(sample.title)),
            key=f"{key}_sample_{sample.name}",
            icon=":material/check_circle:" if is_chosen else None,
            type="tertiary",
            wrap=True,
            help=escape_markdown(_(sample.credit)),
            disabled=not is_chosen and most > 1 and len(held) >= most,
            on_click=_take,
            args=(sample, key, most),
        )
    if pressed and most == 1:
        st.rerun()  # there is no second one to choose


def _take(sample: Sample, key: str, most: int) -> None:
    """Takes one, or takes it away again; a photo takes the place of another."""
    path, held = str(sample.path), chosen(key)
    if most == 1:
        choose_pictures(key, [path])
        _close()
    else:
        choose_pictures(key, [one for one in held if one != path] if path in held else [*held, path])


def _open(key: str) -> None:
    st.session_state[_OPEN] = key


def _close() -> None:
    st.session_state.pop(_OPEN, None)
