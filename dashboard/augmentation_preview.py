"""A few training images beside what augmentation may make of them, before anything is trained.

The pictures are HTML of our own making: embedded PNGs with words for those who cannot see them; nothing in it can run.
"""

from __future__ import annotations

import html
from collections.abc import Sequence

from dashboard.language import _

# White strokes on black become ink on paper, which reads on both themes.
_STYLE = """
<style>
.boardlab-augmented {display:grid; gap:4px; margin:0; align-items:center}
.boardlab-augmented img {display:block; width:100%; aspect-ratio:1; border-radius:4px; filter:invert(1);
  image-rendering:pixelated}
.boardlab-augmented img:not(.original) {opacity:.88}
.boardlab-augmented .original {outline:2px solid rgba(128,128,128,.55); outline-offset:-1px}
</style>
"""


def variants_sheet(originals: Sequence[str], augmented: Sequence[Sequence[str]]) -> str:
    """HTML with a row for each image: the original, framed, and then what training might see instead of it.

    All are PNGs in base64; `augmented` holds the versions of each original.
    """
    columns = 1 + max(map(len, augmented), default=0)
    rows = "".join(
        _image(original, _("A training image"), kind="original")
        + "".join(_image(version, _("The same image, augmented")) for version in versions)
        for original, versions in zip(originals, augmented, strict=True)
    )
    return (
        f'{_STYLE}<div class="boardlab-augmented" style="grid-template-columns:repeat({columns}, 1fr)">'
        f"{rows}</div>"
    )


def _image(png: str, words: str, kind: str = "") -> str:
    return f'<img class="{kind}" alt="{html.escape(words)}" src="data:image/png;base64,{html.escape(png)}">'
