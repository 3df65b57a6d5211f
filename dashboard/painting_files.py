"""What a painting leaves to be taken away: the picture as PNG or JPEG, and its making as an animated GIF."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from trainers.runs import Run

RESULT = "result.png"
MOST_FRAMES = 80
LARGEST_FRAME = 480  # pixels of an animation's longest side: it has no compression worth the name
FRAME_MS, LAST_FRAME_MS = 90, 2500


def frames(run: Run) -> list[tuple[int, Path]]:
    """The pictures that a painting kept on its way, each with its pass, in order."""
    found = (run.artifacts / "frames").glob("*.jpg")
    return sorted((int(path.stem), path) for path in found if re.fullmatch(r"\d+", path.stem))


def as_jpeg(png: Path) -> bytes:
    """A picture as JPEG, for where files must be small; raises OSError where it cannot be read."""
    with Image.open(png) as image:
        return _encoded(image.convert("RGB"), "JPEG", quality=93)


def time_lapse(paths: Sequence[Path]) -> bytes:
    """An animated GIF of at most `MOST_FRAMES` of these pictures, evenly chosen, with the first and the last.

    A frame that is thinned out or torn meanwhile is left out; raises FileNotFoundError where none is left.
    """
    pictures = [picture for path in _spread(paths) if (picture := _frame(path)) is not None]
    if not pictures:
        raise FileNotFoundError("This painting has kept no pictures of its making.")
    size = pictures[-1].size
    sheets = [picture.resize(size).quantize(128) for picture in pictures]
    times = [FRAME_MS] * (len(sheets) - 1) + [LAST_FRAME_MS]
    return _encoded(sheets[0], "GIF", save_all=True, append_images=sheets[1:], duration=times, loop=0)


def _spread(paths: Sequence[Path]) -> list[Path]:
    if len(paths) <= MOST_FRAMES:
        return list(paths)
    last = len(paths) - 1
    return [paths[round(place * last / (MOST_FRAMES - 1))] for place in range(MOST_FRAMES)]


def _frame(path: Path) -> Image.Image | None:
    try:
        with Image.open(path) as image:
            picture = image.convert("RGB")
    except (OSError, ValueError, SyntaxError):
        return None
    picture.thumbnail((LARGEST_FRAME, LARGEST_FRAME))
    return picture


def _encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()
