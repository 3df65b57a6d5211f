"""Text that people typed, shown letter by letter where Streamlit would read Markdown.

Labels, captions, tabs, buttons and messages are Markdown: a run named `:red[x]`, `$x$` or `[x](javascript:…)`
must look exactly like that. Where a widget shows plain text already (`st.text`, `st.code`, the options of
`st.selectbox`) use the name as it is.
"""

from __future__ import annotations

import re
import string

WORD_JOINER = "\u2060"  # has no width and allows no line break

_PUNCTUATION = re.compile("[" + re.escape(string.punctuation) + "]")
# Streamlit replaces these after Markdown was read, when a backslash protects no longer: emoji and icon names
# (:smile:), addresses (http://…, www.…, a@b.c) and arrows standing alone (->). A word joiner keeps them apart.
_EMOJI_OR_ADDRESS = re.compile(r":(?=[\w+/-])|@(?=\w)|(?<=www)(?=\.)", re.IGNORECASE)
_ARROW = re.compile(r"(?<!\S)(<|-|>|~)(->|>|-|=)(?!\S)")


def escape_markdown(text: object) -> str:
    """Markdown that shows `text` as it was typed, on one line."""
    line = " ".join(str(text).splitlines())
    line = _ARROW.sub(rf"\1{WORD_JOINER}\2", line)
    line = _EMOJI_OR_ADDRESS.sub(rf"\g<0>{WORD_JOINER}", line)
    return _PUNCTUATION.sub(r"\\\g<0>", line)


def shorten(text: str, length: int = 60) -> str:
    """`text` with "…" for its middle where it is longer than `length` characters: names differ at the ends."""
    if len(text) <= length:
        return text
    head = (length - 1) * 2 // 3
    return text[:head] + "…" + text[-(length - 1 - head) :]
