"""A few training images beside what augmentation may make of them, before anything is trained.

The pictures are HTML of our own making: embedded PNGs with words for those who cannot see them; nothing in it can run.
"""

from __future__ import annotations

import html
from collections.abc import Sequence

from dashboard.language import _

_STYLE = """
<style>
.boardlab-augmented {display:grid; gap:4px; margin:0; align-items:center}
.boardlab-augmented img {display:block; width:100%; aspect-ratio:1; object-fit:contain; border-radius:4px;
  image-rendering:pixelated}
.boardlab-augmented.on-black img {filter:invert(1)}
.boardlab-augmented img:not(.original) {opacity:.88}
.boardlab-augmented .original {outline:2px solid rgba(128,128,128,.55); outline-offset:-1px}
</style>
"""


def variants_sheet(
    originals: Sequence[str], augmented: Sequence[Sequence[str]], *, on_black: bool = True
) -> str:
    """HTML with a row for each image: the original, framed, and then what training might see instead of it.

    All are PNGs in base64; `augmented` holds the versions of each original. White strokes on black (`on_black`) become
    ink on paper, which reads on both themes.
    """
    columns = 1 + max(map(len, augmented), default=0)
    rows = "".join(
        _image(original, _("A training image"), kind="original")
        + "".join(_image(version, _("The same image, augmented")) for version in versions)
        for original, versions in zip(originals, augmented, strict=True)
    )
    kind = "boardlab-augmented on-black" if on_black else "boardlab-augmented"
    columns_style = f"grid-template-columns:repeat({columns}, 1fr)"
    return f'{_STYLE}<div class="{kind}" style="{columns_style}">{rows}</div>'


def _image(png: str, words: str, kind: str = "") -> str:
    return f'<img class="{kind}" alt="{html.escape(words)}" src="data:image/png;base64,{html.escape(png)}">'
