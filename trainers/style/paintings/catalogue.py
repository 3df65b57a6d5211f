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
    Entry("waves", "Breaking waves, printed from blocks", "painting", "waves.png"),
    Entry("mosaic", "Sun over the sea in mosaic", "painting", "mosaic.png"),
    Entry("pointillism", "Riverside in dots of colour", "painting", "pointillism.png"),
    Entry("ink_wash", "Mountains in mist in ink", "painting", "ink_wash.png"),
    Entry("cubism", "Guitar in facets", "painting", "cubism.png"),
    Entry("stained_glass", "Rose window of stained glass", "painting", "stained_glass.png"),
    Entry("woodcut", "Harbour town cut into wood", "painting", "woodcut.png"),
    Entry("marbling", "Marbled paper", "painting", "marbling.png"),
    Entry("drips", "Dripped and flung enamel", "painting", "drips.png"),
)
ENTRIES = {entry.name: entry for entry in (*PHOTOS, *PAINTINGS)}


def _by(painter: str, year: str) -> str:
    return f"{painter}, {year}, public domain, by way of Wikimedia Commons"


# By the names of their files on Wikimedia Commons.
PUBLISHED = {
    entry.name: entry
    for entry in (
        Entry(
            "starry_night",
            "The Starry Night",
            "painting",
            "Van Gogh - Starry Night - Google Art Project.jpg",
            _by("Vincent van Gogh", "1889"),
        ),
        Entry(
            "great_wave",
            "The Great Wave off Kanagawa",
            "painting",
            "Tsunami by hokusai 19th century.jpg",
            _by("Katsushika Hokusai", "1831"),
        ),
        Entry(
            "grande_jatte",
            "A Sunday on La Grande Jatte",
            "painting",
            "A Sunday on La Grande Jatte, Georges Seurat, 1884.jpg",
            _by("Georges Seurat", "1884"),
        ),
        Entry(
            "impression_sunrise",
            "Impression, Sunrise",
            "painting",
            "Monet - Impression, Sunrise.jpg",
            _by("Claude Monet", "1872"),
        ),
        Entry(
            "composition_7",
            "Composition VII",
            "painting",
            "Vassily Kandinsky, 1913 - Composition 7.jpg",
            _by("Wassily Kandinsky", "1913"),
        ),
    )
}
