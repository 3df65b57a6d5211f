r"""The reader's language: every visible sentence of the dashboard passes through `_`.

`BOARDLAB_LANGUAGE` (for example `de`) decides; without it the language of the reader's browser does, so two people
can read the same lab in two languages. Where there is no translation, the English sentence in the code is shown.

To add a language, here German, with GNU gettext:

    xgettext --language=Python --keyword=_ --keyword=counted:1,2 --from-code=UTF-8 --sort-by-file \
        --output=dashboard/locales/boardlab.pot $(find dashboard -name '*.py')
    mkdir -p dashboard/locales/de/LC_MESSAGES
    msginit --no-translator --locale=de --input=dashboard/locales/boardlab.pot \
        --output=dashboard/locales/de/LC_MESSAGES/boardlab.po
    msgfmt --output=dashboard/locales/de/LC_MESSAGES/boardlab.mo dashboard/locales/de/LC_MESSAGES/boardlab.po

The labels of settings are said once, in `trainers.specs`, which knows nothing of languages; they are translated when
shown. Join them to the template before `msginit`:

    xgettext --language=Python --extract-all --from-code=UTF-8 --join-existing \
        --output=dashboard/locales/boardlab.pot trainers/specs/*.py

`msgmerge` brings an existing .po up to date with a new .pot.
"""

from __future__ import annotations

import gettext
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

LOCALES = Path(__file__).parent / "locales"
DOMAIN = "boardlab"
_ACCEPTED = ContextVar("accepted", default="")  # of the request that is being answered outside a page


def language() -> str:
    """The language wanted here and now, as gettext writes it ("de", "pt_BR"); English where nobody says."""
    chosen = os.environ.get("BOARDLAB_LANGUAGE") or _browser_locale()
    # A locale names a folder, so anything but letters, digits, "_" and "-" could lead out of LOCALES.
    return chosen.replace("-", "_") if re.fullmatch(r"[A-Za-z0-9_-]{1,35}", chosen) else "en"


def _(sentence: str) -> str:
    """`sentence` in the reader's language. Put values in afterwards: `_("step {step}").format(step=3)`."""
    return translations(language()).gettext(sentence)


def counted(one: str, many: str, number: int) -> str:
    """The form of a sentence that fits `number`: `counted("{n} run", "{n} runs", n).format(n=n)`."""
    return translations(language()).ngettext(one, many, number)


@lru_cache(maxsize=64)
def translations(name: str, locales: Path = LOCALES) -> gettext.NullTranslations:
    """The catalogue of one language; "pt_BR" falls back to "pt", an unknown one to the English in the code."""
    wanted = [name, name.split("_")[0]]
    return gettext.translation(DOMAIN, localedir=str(locales), languages=wanted, fallback=True)


@contextmanager
def answering(accept_language: str) -> Iterator[None]:
    """Speaks, outside a page, the language that a request's header Accept-Language names first."""
    token = _ACCEPTED.set(re.split("[,;]", accept_language)[0].strip())
    try:
        yield
    finally:
        _ACCEPTED.reset(token)


def _browser_locale() -> str:
    if get_script_run_ctx(suppress_warning=True) is None:
        return _ACCEPTED.get() or "en"
    return st.context.locale or "en"
