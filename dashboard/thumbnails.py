"""Pictures small, as pages show them: JPEG, made once for each state of a file."""

from __future__ import annotations

import base64
import io
from pathlib import Path

import streamlit as st
from PIL import Image, ImageOps

THUMBNAIL = 320  # pixels, twice what is shown, for sharp screens


def thumbnail(path: Path, longest: int = THUMBNAIL) -> bytes | None:
    """A picture small, as JPEG; None where it is not there or cannot be read."""
    try:
        return _thumbnail(str(path), path.stat().st_mtime_ns, longest)
    except (OSError, ValueError, SyntaxError):  # Pillow raises these for files that are torn
        return None


def data_address(jpeg: bytes) -> str:
    """A JPEG as an address that holds it."""
    return "data:image/jpeg;base64," + base64.b64encode(jpeg).decode()


@st.cache_data(max_entries=512, show_spinner=False)
def _thumbnail(path: str, _changed_ns: int, longest: int) -> bytes:
    with Image.open(path) as image:
        image.draft("RGB", (longest, longest))
        small = ImageOps.exif_transpose(image).convert("RGB")
    small.thumbnail((longest, longest))
    file = io.BytesIO()
    small.save(file, "JPEG", quality=88)
    return file.getvalue()
