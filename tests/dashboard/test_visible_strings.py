"""Every sentence that the dashboard shows passes through gettext, and nothing is shown as unchecked HTML."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

DASHBOARD = Path(__file__).resolve().parents[2] / "dashboard"
# What does not draw with Streamlit speaks to a terminal.
SOURCES = [path for path in sorted(DASHBOARD.rglob("*.py")) if "import streamlit" in path.read_text("utf-8")]
SHOWING = {
    "badge",
    "button",
    "caption",
    "checkbox",
    "download_button",
    "error",
    "expander",
    "form_submit_button",
    "header",
    "info",
    "link_button",
    "markdown",
    "metric",
    "multiselect",
    "number_input",
    "pills",
    "popover",
    "radio",
    "segmented_control",
    "selectbox",
    "slider",
    "subheader",
    "success",
    "text",
    "text_area",
    "text_input",
    "title",
    "toast",
    "toggle",
    "warning",
}
SHOWN_ARGUMENTS = {"help", "placeholder", "label", "caption", "alt"}
TRANSLATORS = {"_", "counted"}


def shown_literals(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Words in what `st.…` is given to show that no translator is asked for: line number and text."""
    for call in ast.walk(tree):
        if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)):
            continue
        shown = [keyword.value for keyword in call.keywords if keyword.arg in SHOWN_ARGUMENTS]
        if call.func.attr in SHOWING and "st" in ast.unparse(call.func).split("."):
            shown += call.args[:1]
        for part in shown:
            yield from untranslated(part)


def untranslated(node: ast.AST) -> Iterator[tuple[int, str]]:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in TRANSLATORS:
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        words = re.sub(r":material/\w+:|:\w+\[|<[^>]*>", "", node.value)
        if re.search(r"[^\W\d_]{2,}", words):
            yield node.lineno, node.value
    for child in ast.iter_child_nodes(node):
        yield from untranslated(child)


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: str(source.relative_to(DASHBOARD)))
def test_every_sentence_passes_through_gettext(source):
    assert list(shown_literals(ast.parse(source.read_text("utf-8")))) == []


def test_the_check_sees_a_sentence_that_does_not():
    source = (
        'st.markdown("**" + "Hello" + _("fine"))\nst.button(_("ok"), help="not fine")\nst.text(f"{x} left")'
    )
    assert [text for _line, text in shown_literals(ast.parse(source))] == ["Hello", "not fine", " left"]


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: str(source.relative_to(DASHBOARD)))
def test_no_text_is_shown_as_html_unchecked(source):
    assert "unsafe_allow_html" not in source.read_text("utf-8")
