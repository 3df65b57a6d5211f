import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from dashboard.plain_text import WORD_JOINER, escape_markdown, shorten

# Streamlit's own replacements in text that Markdown already read (StreamlitMarkdown in its bundle).
AFTER_MARKDOWN = [
    re.compile(r":\+1:|:-1:|:[\w-]+:"),
    re.compile(r"(^|\s)(<->|->|<-|--|>=|<=|~=)(\s|$)"),
    re.compile(r"https?://|www\.|\w@\w", re.IGNORECASE),
]


def shown(markdown: str) -> str:
    """What CommonMark makes of one line, as plain text; fails when it makes anything but text of it."""
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(markdown)
    assert {token.type for token in tokens} <= {"paragraph_open", "inline", "paragraph_close"}
    children = [child for token in tokens for child in token.children or []]
    assert {child.type for child in children} <= {"text", "text_special"}
    return "".join(child.content for child in children)


@pytest.mark.parametrize(
    "name",
    [
        "[x](javascript:alert(1))",
        ":red[danger]",
        ":material/delete:",
        ":smile:",
        "$x^2$",
        "<script>alert(1)</script>",
        "**bold** _it_ `code` ~~gone~~",
        "# heading",
        "1. first",
        "- item",
        "> quote",
        "http://example.org",
        "www.example.org",
        "a@b.org",
        "a -> b",
        "lr >= 1",
        "&lt;",
        "中文 实验",
        "![x](https://example.org/x.png)",
    ],
)
def test_hostile_names_are_shown_letter_by_letter(name):
    text = shown(escape_markdown(name))
    assert text.replace(WORD_JOINER, "") == name
    assert not any(pattern.search(text) for pattern in AFTER_MARKDOWN)


@given(st.text(st.characters(blacklist_categories=["C", "Z"]), min_size=1, max_size=60))
def test_any_name_survives_markdown(name):
    text = shown(escape_markdown(name)).replace(WORD_JOINER, "")
    assert text == name.replace(WORD_JOINER, "")


def test_a_text_of_several_lines_becomes_one():
    assert escape_markdown("a\nb") == "a b"


@given(st.text(max_size=200), st.integers(5, 80))
def test_shortened_text_fits_and_keeps_its_ends(text, length):
    short = shorten(text, length)
    assert len(short) <= max(length, 0) or short == text
    assert short == text or (text.startswith(short.split("…")[0]) and len(short) == length)
