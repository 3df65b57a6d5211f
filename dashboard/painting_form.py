"""The form that starts a painting: its photo, its styles, how much each counts, the rest folded away, and Paint."""

from __future__ import annotations

import time
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard.language import _
from dashboard.lasting_press import lasting_button
from dashboard.listing import RunView
from dashboard.new_run import draw_start_bar
from dashboard.painting_choice import choose_pictures
from dashboard.painting_pictures import draw_picture, draw_pictures
from dashboard.painting_preview import draw_preview
from dashboard.painting_verdict import draw_verdict, fit, what_lacks
from dashboard.painting_weights import draw_weight, ratio_line
from dashboard.plain_text import escape_markdown
from dashboard.run_choice import choose
from dashboard.services import Services
from dashboard.shown_runs import newest_first
from dashboard.spec_form import (
    DrawSetting,
    Form,
    draw_settings,
    fill_form,
    form_values,
    spec_from_form,
    widget_key,
)
from dashboard.starting import is_new_press, start
from trainers.launchers import Fit
from trainers.runs import DamagedFile, Run, RunError, read_json
from trainers.specs import InvalidSpec, Setting, StylizeSpec, settings

TASK = "stylize"
EXPERIMENT = "paintings"
PICTURES = ("content", "style", "initial_file", "mask")
KEPT_AS = {"content": "content", "initial_file": "initial", "mask": "mask"}
_PRESSED = "painting_pressed_at"


@st.fragment
def draw_form(started: Services) -> None:
    """Draws the form in a part of its own: a changed setting redraws nothing but the form."""
    places: list[DeltaGenerator] = []  # beside the sliders that the preview follows

    def draw_style_weight(setting: Setting, key: str) -> float:
        weight = _draw_style_weight(setting, key)
        places.append(st.container())
        return weight

    own: dict[str, DrawSetting] = {
        "content": draw_picture,
        "style": draw_pictures,
        "initial_file": draw_picture,
        "mask": draw_picture,
        "content_weight": draw_weight,
        "style_weight": draw_style_weight,
        "tv_weight": draw_weight,
    }
    form = draw_settings(TASK, own=own)
    spec, lack = _spec(form)
    told = fit(spec, started) if spec is not None else None
    experiment = _draw_experiment(started)
    taken = [view.run.name for view in started.runs() if view.run.experiment == experiment]
    with draw_start_bar():
        if lack:
            st.caption(escape_markdown(lack))
        if spec is not None and told is not None:
            draw_verdict(spec, told, started)
        pressed = lasting_button(
            _("Paint"),
            key="paint",
            type="primary",
            icon=":material/brush:",
            width="stretch",
            disabled=spec is None or (isinstance(told, Fit) and told.problem != ""),
        )
        if pressed and spec is not None and is_new_press(st.session_state.get(_PRESSED), time.monotonic):
            _start(started, spec, experiment, taken)
    if spec is not None:
        with places[0]:  # last, since it may be waited for
            draw_preview(spec, started)


def _spec(form: Form) -> tuple[StylizeSpec | None, str]:
    """The painting that the form asks for, or None and what it lacks, in one sentence."""
    try:
        spec = spec_from_form(TASK, form.values)
    except InvalidSpec as error:
        return None, _(str(error))
    assert isinstance(spec, StylizeSpec)
    lack = what_lacks(spec)
    return (None, lack) if lack else (spec, "")


def fill_painting_form(run: Run, spec: StylizeSpec) -> None:
    """Fills the form with a painting's pictures and settings: for a button's callback."""
    plain = {
        widget_key(TASK, name): value for name, value in form_values(spec).items() if name not in PICTURES
    }
    fill_form(TASK, plain)
    for name, paths in kept_pictures(run, spec).items():
        choose_pictures(widget_key(TASK, name), [str(path) for path in paths])


def kept_pictures(run: Run, spec: StylizeSpec) -> dict[str, list[Path]]:
    """The files of a painting by the setting that named them: the run's own copies, or before them what it names."""
    named = {
        name: [path for path in (value if isinstance(value, tuple) else (value,)) if path is not None]
        for name in PICTURES
        for value in (getattr(spec, name),)
    }
    folder = run.path / "inputs"
    try:
        record = read_json(folder / "pictures.json")
        kept = {name: folder / Path(str(one["file"])).name for name, one in record.items()}
    except (FileNotFoundError, DamagedFile, AttributeError, KeyError, TypeError):
        return named
    copies = {name: [kept[part]] for name, part in KEPT_AS.items() if part in kept}
    copies["style"] = [kept[part] for part in sorted(kept) if part.startswith("style-")]
    return {name: copies.get(name, []) for name in PICTURES}


def with_kept_pictures(run: Run, spec: StylizeSpec) -> StylizeSpec:
    """A painting's spec with the run's own copies of its pictures, for when what it named is gone."""
    kept = kept_pictures(run, spec)
    single = {name: next(iter(kept[name]), None) for name in PICTURES if name != "style"}
    return spec.model_copy(update={**single, "style": tuple(kept["style"])})


def paintings(started: Services) -> list[RunView]:
    """The paintings of this lab that are not archived, the newest first."""
    return [view for view in newest_first(started.runs()) if isinstance(view.spec, StylizeSpec)]


def _draw_style_weight(setting: Setting, key: str) -> float:
    style = draw_weight(setting, key)
    content_key = widget_key(TASK, "content_weight")
    default = next(one.default for one in settings(StylizeSpec) if one.name == "content_weight")
    st.caption(ratio_line(float(st.session_state.get(content_key, default)), style))
    return style


def _draw_experiment(started: Services) -> str:
    known = [view.run.experiment for view in paintings(started)] or [EXPERIMENT]
    typed = st.session_state.get("painting_experiment") or known[0]
    chosen = st.selectbox(
        _("Experiment"),
        list(dict.fromkeys([*known, typed])),
        key="painting_experiment",
        accept_new_options=True,
        help=_("Where the painting is kept. Type a new name to begin another."),
    )
    return str(chosen or EXPERIMENT)


def _start(started: Services, spec: StylizeSpec, experiment: str, taken: list[str]) -> None:
    st.session_state[_PRESSED] = time.monotonic()
    try:
        run = start(spec, experiment=experiment, name="", taken=taken, submit=started.submit)
    except RunError as error:
        st.error(escape_markdown(_(str(error))))
        return
    choose([run.key])
    st.rerun()
