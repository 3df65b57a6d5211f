"""Every address inside the lab, built in one place, so that all hold under a base path and behind a proxy.

Addresses are paths on the reader's own origin. They start from the address in the reader's browser, so what a
proxy strips before the app is still in them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from urllib.parse import quote, urlencode, urlsplit

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from dashboard.chosen_runs import token_of

_NOWHERE = "address_of_no_page"
_REGEX_SYNTAX = re.compile(r"[\\^$.|?*+()\[\]{}]")


def base_url() -> str:
    """The path under which the reader's browser sees the app: "" at the root of a host, else as "/lab"."""
    address = st.context.url
    if address is None:  # no browser, as in a test of a page
        configured = str(st.get_option("server.baseUrlPath") or "").strip("/")
        return f"/{configured}" if configured else ""
    pages = _page_paths()
    if asked := _asked_in_vain(address, pages):
        pages.add(asked)
    return base_of(address, pages)


def _asked_in_vain(address: str, page_paths: Collection[str]) -> str:
    """The last part of an address that names a page there is not, for which Streamlit shows the first one; else "".

    The browser says which page it asks for only once, so the address is remembered.
    """
    context = get_script_run_ctx()
    asked = context.pages_manager.intended_page_name if context else None
    if asked and asked not in page_paths:
        st.session_state[_NOWHERE] = address
    if st.session_state.get(_NOWHERE) != address:
        return ""
    return urlsplit(address).path.rstrip("/").rpartition("/")[2]


def base_of(address: str, page_paths: Collection[str]) -> str:
    """What stands before the page in an address: "/lab" for "http://host/lab/runs"."""
    path = urlsplit(address).path.rstrip("/")
    head, _slash, last = path.rpartition("/")
    return head if last in page_paths else path


def page_url(base: str, page_path: str, *, runs: Iterable[str] = (), **settings: str) -> str:
    """A page's address with the runs it shows, keys as "experiment/run"; the start page's path is ""."""
    query = urlencode([("run", key) for key in runs] + sorted(settings.items()), quote_via=quote)
    return f"{base}/{page_path}" + (f"?{query}" if query else "")


def report_url(base: str, experiment: str, **settings: str) -> str:
    """The address of an experiment's report."""
    return f"{base}/report?{urlencode({'experiment': experiment, **settings}, quote_via=quote)}"


def tensorboard_url(
    base: str,
    *,
    runs: Iterable[str] = (),
    dark: bool = False,
    smoothing: float | None = None,
    tab: str = "timeseries",
) -> str:
    """TensorBoard's address in the app's colours, showing just the runs of these keys (none: all of them)."""
    chosen = list(runs)
    query = {"darkMode": "true" if dark else "false"}
    if smoothing is not None:
        query["smoothing"] = f"{smoothing:g}"
    if chosen:
        query["runFilter"] = run_filter(chosen)
    only = f"only/{token_of(chosen)}/" if chosen else ""
    return f"{base}/tensorboard/{only}?{urlencode(query, quote_via=quote, safe='')}#{tab}"


def run_filter(runs: Iterable[str]) -> str:
    """The regular expression (JavaScript's) that TensorBoard's names of these runs match, and no others.

    One run of ours is up to three there: "e/r", "e/r/train" and "e/r/validation".
    """
    names = [_REGEX_SYNTAX.sub(r"\\\g<0>", key) for key in runs]
    return f"^{names[0]}(/|$)" if len(names) == 1 else f"^({'|'.join(names)})(/|$)"


def _page_paths() -> set[str]:
    context = get_script_run_ctx()
    pages = context.pages_manager.get_pages().values() if context else ()
    return {str(page["url_pathname"]) for page in pages if page.get("url_pathname")}
