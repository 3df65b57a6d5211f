"""One colour for each run, the same on every page and in both themes.

The first four are those of Okabe & Ito (2008), "Color Universal Design", that stand out from white and from black
alike; violet and light blue are of IBM's colour-blind-safe palette, red and grey of Petroff (2021), "Accessible Color
Sequences for Data Visualization", arXiv:2107.02270. Each has a contrast of at least 3:1 with both backgrounds
(WCAG 2.2, 1.4.11), and any two can be told apart with protanopia and deuteranopia.
"""

from __future__ import annotations

import zlib

from trainers.runs import About

PALETTE = (
    "#0072B2",  # blue
    "#D55E00",  # vermilion
    "#009E73",  # green
    "#CC79A7",  # pink
    "#785EF0",  # violet
    "#656364",  # grey
    "#C91F16",  # red
    "#648FFF",  # light blue
)


def run_colour(about: About, run: str) -> str:
    """A run's colour as "#rrggbb"; where none was given, its key ("experiment/run") decides."""
    number = about.colour if about.colour is not None else zlib.crc32(run.encode())
    return PALETTE[number % len(PALETTE)]
