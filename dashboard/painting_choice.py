"""Which pictures a new painting is made of.

Their paths lie in the session. The address names them too, for a reload, but by words: see `painting_address`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from dashboard.address import say
from dashboard.language import _
from dashboard.painting_address import path_for, word_for
from dashboard.services import services
from trainers.launchers import Failed, Pending, Sample

MOST_STYLES = 4
_HELD = "pictures_{key}"  # not the setting's own key: that is the word in the address


def chosen(key: str) -> list[str]:
    """The paths that a person chose for a setting, in their order; in a new session those that the address names."""
    held = _HELD.format(key=key)
    if held not in st.session_state:
        started = services()
        named = [
            path_for(word, started.settings.logdir, started.inspector)
            for word in st.query_params.get_all(key)
        ]
        st.session_state[held] = list(dict.fromkeys(str(path) for path in named if path is not None))
    return list(st.session_state[held])


def choose_pictures(key: str, paths: Sequence[str]) -> None:
    """Makes these the chosen ones."""
    st.session_state[_HELD.format(key=key)] = list(paths)


def name_in_address(key: str) -> None:
    """Lets the address name the chosen pictures, also after another page took its words away."""
    started = services()
    named = [word_for(Path(path), started.settings.logdir, started.inspector) for path in chosen(key)]
    say(key, [word for word in named if word is not None])


def sample_at(path: Path) -> Sample | None:
    """The sample whose file this is."""
    return next((one for one in services().inspector.catalogue() if one.path == path), None)


def waited_for(held: Sequence[Path]) -> bool:
    """Whether a sample among these is still being drawn or fetched."""
    samples = [sample for path in held if (sample := sample_at(path)) is not None]
    return any(isinstance(services().inspector.bring(sample), Pending) for sample in samples)


def absence(path: Path) -> str:
    """Why a chosen picture cannot be seen, in one sentence."""
    sample = sample_at(path)
    told = None if sample is None else services().inspector.bring(sample)
    if isinstance(told, Failed):
        return _(told.sentence)
    if sample is None or (not isinstance(told, Pending) and path.exists()):
        return _("This picture is gone or damaged: choose it again.")
    return _("{title} is on its way …").format(title=_(sample.title))
