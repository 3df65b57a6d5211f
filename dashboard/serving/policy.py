"""What our pages may load and run: only what comes from this very app, and no script that a text brought along."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from importlib.resources import files

_INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)


@cache
def page_policy() -> str:
    """The Content-Security-Policy of our pages. Streamlit's components come as blobs, Vega compiles its formulas."""
    return "; ".join(
        [
            "default-src 'self'",
            f"script-src 'self' {' '.join(_hashes_of_streamlits_own())} 'unsafe-eval' blob:",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "media-src 'self' data: blob:",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "frame-src 'self' blob: data:",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'self'",
        ]
    )


def _hashes_of_streamlits_own() -> list[str]:
    """The inline scripts of Streamlit's own page, named by their hashes so that no other one runs."""
    page = (files("streamlit") / "static" / "index.html").read_text(encoding="utf-8")
    digests = [hashlib.sha256(script.encode()).digest() for script in _INLINE_SCRIPT.findall(page)]
    return [f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests]
