"""What a sweep searches, and where: from the address into the form's widgets, and into the address.

`?search=learning_rate~0.001..0.1&search=activation~relu~tanh&sweep_method=grid`. What all runs share is in the address
already: its widgets are bound to it. A bound choice of words would stand there in the reader's language.
"""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from dashboard.address import say
from trainers.specs import Setting
from trainers.sweeps import METHODS, MOST_DIMENSIONS

SEARCH, METHOD = "search", "sweep_method"
FIRST_METHOD = "random"
LONGEST_TEXT = 200

Places = tuple[tuple[str, tuple[str, ...] | str], ...]


def take_from_address(task: str, known: Mapping[str, Setting]) -> bool:
    """Fills the widgets with what the address searches; False where it names no setting. Before they are drawn.

    Anybody can write an address: what is no such setting and no such value is left out.
    """
    named = [text.split("~") for text in st.query_params.get_all(SEARCH)]
    searched = {name: where for name, *where in named if name in known}
    chosen = list(searched)[:MOST_DIMENSIONS]
    for name in chosen:
        setting, where = known[name], searched[name]
        key = place_key(task, setting)
        if setting.kind in ("choice", "bool"):
            options = place_options(setting)
            st.session_state[key] = [one for one in dict.fromkeys(where) if one in options]
        elif where:
            st.session_state[key] = where[0][:LONGEST_TEXT]
    if chosen:
        st.session_state[fields_key(task)] = chosen
    if (method := st.query_params.get(METHOD)) in METHODS:
        st.session_state[METHOD] = method
    return bool(chosen)


def say_in_address(places: Places, method: str) -> None:
    """Lets the address name what is searched, where, and how."""
    say(METHOD, [] if method == FIRST_METHOD else [method])
    say(
        SEARCH,
        ["~".join((name, *((where,) if isinstance(where, str) else where))) for name, where in places],
    )


def fields_key(task: str) -> str:
    """The key of the widget for what is searched."""
    return f"sweep_fields_{task}"


def place_key(task: str, setting: Setting) -> str:
    """The key of the widget for where a setting is searched: each setting has its own, so that none is lost."""
    return f"sweep_place_{task}_{setting.name}"


def place_options(setting: Setting) -> tuple[str, ...]:
    """What may be searched of a choice or a switch."""
    return setting.choices or ("false", "true")


def first_place(setting: Setting) -> str:
    """Where to look at first: around the default, within the bounds."""
    default = float(setting.default)
    factor = 10.0 if setting.logarithmic else 2.0
    low, high = (default / factor, default * factor) if default else (0.0, 0.5)
    if setting.maximum is not None:
        high = min(
            high, setting.maximum if not setting.exclusive_maximum else (default + setting.maximum) / 2
        )
    if setting.minimum is not None:
        low = max(low, setting.minimum)
    if setting.kind == "int":
        return f"{int(low)}..{max(int(high), int(low) + 1)}"
    return f"{low:.6g}..{high:.6g}"
