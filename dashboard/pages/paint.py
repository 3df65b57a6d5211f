"""Paint: choose a photo and paintings, press Paint, watch it paint itself, and steer it while it does."""

from __future__ import annotations

import streamlit as st

from dashboard.language import _
from dashboard.painting_form import draw_form, paintings
from dashboard.painting_gallery import draw_gallery
from dashboard.painting_layers import draw_layers
from dashboard.painting_panel import draw_painting
from dashboard.painting_series import draw_series
from dashboard.run_choice import chosen_keys
from dashboard.services import Services, services
from dashboard.slides import is_presenting
from trainers.specs import StylizeSpec


def main() -> None:
    started = services()
    present = is_presenting()
    # A slide hides the form: left out, it would lose what was filled in.
    place = st.container(key="hidden_form") if present else st.sidebar
    draw_paintings(started, present=present)
    with place:
        draw_form(started)  # after the pictures, since a preview may be waited for


def draw_paintings(started: Services, *, present: bool) -> None:
    views = paintings(started)
    named = chosen_keys()
    known = {view.key: view for view in started.runs_with(named) if isinstance(view.spec, StylizeSpec)}
    chosen = next((known[key] for key in named if key in known), None)
    view = chosen or next(iter(views), None)
    if view is None:
        draw_nothing_yet(started)
        return
    draw_painting(view, view.spec, started, present=present)
    if not present:
        draw_series(view, started)
        draw_layers(view, started)
        draw_gallery(views)
        draw_credits()


@st.fragment(run_every=2)
def draw_nothing_yet(started: Services) -> None:
    if paintings(started):
        st.rerun()
    st.title(_("Paint a photo"))
    st.markdown(
        _(
            "A network that was trained to name what photos show looks at your photo and at a painting. Then it "
            "changes the picture, pass by pass, until it shows what the photo shows and is made like the painting."
        )
    )
    steps = (
        (_("1. Choose"), _("Bring a photo and one to four paintings on the left. Any images will do.")),
        (
            _("2. Paint"),
            _(
                "Press **Paint**. The first picture appears within seconds, and the curves show the losses fall."
            ),
        ),
        (
            _("3. Steer"),
            _("Move the weights of content and style while it paints: the picture goes on from where it is."),
        ),
    )
    for column, (heading, words) in zip(st.columns(3, gap="medium"), steps, strict=True):
        with column.container(border=True, height="stretch"):
            st.markdown("**" + heading + "**")
            st.markdown(words)
    st.markdown(_("In a terminal it is one line:"))
    st.code(
        "python -m trainers stylize --content photo.jpg --style painting.jpg \\\n"
        f'  --logdir "{started.settings.logdir}" --experiment paintings --run first',
        language="bash",
    )
    draw_credits()


def draw_credits() -> None:
    st.caption(
        _(
            "Method: Gatys, Ecker, Bethge (2015), arXiv 1508.06576. The networks VGG16 and VGG19: Karen Simonyan and "
            "Andrew Zisserman, Visual Geometry Group, University of Oxford (2014), licence CC BY 4.0."
        )
    )


main()
