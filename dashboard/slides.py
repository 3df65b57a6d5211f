"""Any page as a slide: `?present=1` takes the menu away, makes words large, and lets keys walk the saved views.

Right and left arrow (or page down and up, which presenters' remotes send) go to the next and the previous view,
Escape goes back to the page as it is worked with.
"""

from __future__ import annotations

from urllib.parse import urlencode

import streamlit as st

from dashboard.links import base_url
from dashboard.presenting import OWN_PARAMETERS, View

# On every page, so that nothing hidden on a slide shows for a moment when the slide is left.
_HIDING = """
<style>
[data-testid="stLayoutWrapper"]:has(> [class*="st-key-hidden_"]) {display: none}
</style>
"""

# Streamlit measures in rem and its smallest words are 0.875 rem: 28 pixels make those 24.5.
_STYLE = """
<style>
:root {font-size: 28px}
[data-testid="stHeader"], [data-testid="stToolbar"], [data-testid="stSidebar"] {display: none}
[data-testid="stMainBlockContainer"] {padding: 0.7rem 1.3rem 0.6rem}
[data-testid="stVerticalBlock"] {gap: 0.6rem}
[data-testid="stMarkdownContainer"] :is(h1, h2, h3, h4) {padding-top: .2rem}
.st-key-slide_keys {position: absolute}
</style>
"""

# Streamlit answers the browser's own "back" by showing the page of the new address without loading it anew. This is
# the same, so a slide changes without a white flash, and "back" really goes back.
_GO = """
const go = (address) => {
  history.pushState({}, "", address)
  window.dispatchEvent(new PopStateEvent("popstate"))
}
"""

_KEYS = (
    _GO
    + """
export default function ({ data, parentElement }) {
  const worked = () => {
    const here = new URL(location.href)
    here.searchParams.delete("present")
    here.searchParams.delete("view")
    return here
  }
  const beside = (by) => {
    const view = new URL(location.href).searchParams.get("view") ?? ""
    const place = /^[0-9]+$/.test(view) && Number(view) <= data.views.length ? Number(view) - 1 : -1
    return data.views[place + by] // nothing beyond either end
  }
  const pressed = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return
    const into = event.composedPath()[0]
    const takesArrows = 'input, textarea, select, [contenteditable="true"], [role="slider"], [role="listbox"]'
    if (event.key !== "Escape" && into.closest && into.closest(takesArrows)) return
    const steps = {
      ArrowRight: beside(+1), PageDown: beside(+1), ArrowLeft: beside(-1), PageUp: beside(-1), Escape: worked(),
    }
    if (!steps[event.key]) return
    event.preventDefault()
    go(steps[event.key])
  }
  if (parentElement.pressed) document.removeEventListener("keydown", parentElement.pressed)
  parentElement.pressed = pressed
  document.addEventListener("keydown", pressed)
  return () => document.removeEventListener("keydown", pressed)
}
"""
)

_OPEN = (
    _GO
    + """
export default function ({ data }) {
  go(data.address)
}
"""
)

_keys = st.components.v2.component("boardlab_slide_keys", js=_KEYS)
_open = st.components.v2.component("boardlab_open_view", js=_OPEN)


def is_presenting() -> bool:
    """Whether the address asks for a slide."""
    return st.query_params.get("present") == "1"


def hide_what_slides_hide() -> None:
    """Keeps the widgets out of sight that a slide draws only to keep what they hold."""
    st.html(_HIDING)


def show_as_slide(views: list[View]) -> None:
    """Makes the page a slide among the saved views.

    Where a key leads is decided when it is pressed, by the address of that moment: until a slide is drawn the
    keys of the one before are still at work.
    """
    st.html(_STYLE)
    addresses = [f"{base_url()}/{view.address(position)}" for position, view in enumerate(views)]
    _keys(key="slide_keys", data={"views": addresses}, height="content")


def open_view(view: View, position: int | None = None) -> None:
    """Takes the reader to a view; as a slide when its position in the list is given."""
    _open(key="open_view", data={"address": f"{base_url()}/{view.address(position)}"})


def view_here(title: str, page: str) -> View:
    """The view that the reader has before them; raises pydantic's ValidationError for a title too long."""
    pairs = [
        (name, value)
        for name in st.query_params
        if name not in OWN_PARAMETERS
        for value in st.query_params.get_all(name)
    ]
    return View(title=title, page=page, query=urlencode(pairs))
