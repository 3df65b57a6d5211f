"""Tested images as a contact sheet: small pictures, each with what it was and what the network said.

The sheet is HTML of our own making: pictures are embedded PNGs, words are escaped, nothing in it can run.
"""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from dashboard.evaluation import Examples
from dashboard.language import _

_STYLE = """
<style>
.boardlab-sheet {display:grid; grid-template-columns:repeat(auto-fill, minmax(var(--tile), 1fr)); gap:12px;
  margin:2px 0 10px}
.boardlab-sheet figure {margin:0; text-align:center}
.boardlab-sheet img {display:block; width:100%; aspect-ratio:1; object-fit:contain; border-radius:6px;
  image-rendering:pixelated; box-shadow:0 0 0 1px rgba(128,128,128,.28)}
.boardlab-sheet figcaption {font-size:var(--words); line-height:1.35; margin-top:5px; overflow-wrap:anywhere}
.boardlab-sheet small {font-size:1em; opacity:.65}
</style>
"""


def contact_sheet(
    examples: Examples, class_names: Sequence[str], *, on_black: bool = True, present: bool = False
) -> str:
    """HTML that shows the examples in their order; `class_names[k]` is what class k is called.

    `on_black`: they are white strokes on black, which are shown as ink on paper.
    """
    figures = "".join(
        _figure(
            picture(image, on_black=on_black),
            _name(class_names, label),
            _name(class_names, prediction),
            confidence,
        )
        for image, label, prediction, confidence in zip(
            examples.images, examples.labels, examples.predictions, examples.confidences, strict=True
        )
    )
    tile, words = ("128px", "24px") if present else ("56px", "13px")
    return f'{_STYLE}<div class="boardlab-sheet" style="--tile:{tile};--words:{words}">{figures}</div>'


def _figure(address: str, label: str, prediction: str, confidence: float) -> str:
    sentence = _("It was {label}, the network said {prediction}, {confidence} sure.").format(
        label=label, prediction=prediction, confidence=f"{confidence:.0%}"
    )
    answer = label if label == prediction else f"{label} → {prediction}"
    return (
        f'<figure title="{html.escape(sentence)}"><img alt="{html.escape(sentence)}" src="{address}">'
        f"<figcaption>{html.escape(answer)}<br><small>{confidence:.0%}</small></figcaption></figure>"
    )


def picture(image: NDArray[np.uint8], *, on_black: bool = True) -> str:
    """A PNG as a data address. White strokes on black become ink on paper, which reads on both themes."""
    file = io.BytesIO()
    Image.fromarray(255 - image if on_black and image.ndim == 2 else image).save(file, format="PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


def _name(class_names: Sequence[str], number: int) -> str:
    return class_names[number] if 0 <= number < len(class_names) else str(number)
