"""The pictures that come with the lab, by name. A painting's name is its module's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

OWN_CREDIT = "Drawn by BoardLab; use it as you like"


@dataclass(frozen=True)
class Entry:
    """A picture before it lies anywhere; `file` is the name of its file."""

    name: str
    title: str
    kind: Literal["photo", "painting"]
    file: str
    credit: str = OWN_CREDIT


PHOTOS = (
    Entry(
        "china",
        "Temple in China",
        "photo",
        "china.jpg",
        "Photo: danielbuechele, flickr.com/photos/danielbuechele/6061409035, CC BY 2.0, by way of scikit-learn",
    ),
    Entry(
        "flower",
        "Flower",
        "photo",
        "flower.jpg",
        "Photo: vultilion, flickr.com/photos/vultilion/6056698931, CC BY 2.0, by way of scikit-learn",
    ),
    Entry("lake", "Lake in the mountains", "photo", "lake.png"),
)
PAINTINGS = (
    Entry("swirls", "Night in whirling strokes", "painting", "swirls.png"),
    Entry("mosaic", "Sun over the sea in mosaic", "painting", "mosaic.png"),
)
ENTRIES = {entry.name: entry for entry in (*PHOTOS, *PAINTINGS)}
