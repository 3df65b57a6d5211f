"""How large a picture this machine can paint, told before anything starts."""

from __future__ import annotations

import psutil

from trainers.dataset_errors import PictureRefused
from trainers.style.pictures import FEWEST_PIXELS, fitted_size

BYTES_PER_PIXEL = 4_700  # of all features, there and back, and of what L-BFGS remembers
BYTES_PER_PIXEL_TILED = 1_200  # of what L-BFGS remembers alone, twice while it is saved
LARGEST_TILE = 704 * 704  # pixels, with the rim
BYTES_AT_ALL = 1_400 * 2**20  # TensorFlow, the network and its matrices; 2.2 GB were seen at 512 pixels
SHARE = 0.9  # of what is free: other programs grow too


def check(
    width: int,
    height: int,
    size: int,
    style_pixels: float = 0.0,
    *,
    tiled: bool = False,
    available: int | None = None,
) -> None:
    """Raises PictureRefused where a picture of these proportions is too large at a size, with the largest that fits.

    `style_pixels` is the largest painting's number of pixels as a multiple of the picture's; `available` in bytes,
    asked of the machine where it is not given.
    """
    known = free() if available is None else available
    most = largest_size(width, height, style_pixels, known, tiled=tiled)
    if size > most:
        needed = bytes_for(*fitted_size(width, height, size), style_pixels, tiled=tiled)
        way_out = f"choose at most {most:,}" if most else "close other programs"
        if not tiled and size <= largest_size(width, height, style_pixels, known, tiled=True):
            way_out += ", or paint in tiles with --tiles"
        raise PictureRefused(
            f"A picture of size {size:,} needs {needed / 2**30:.1f} GB of memory and {known / 2**30:.1f} GB are free: "
            f"{way_out}."
        )


def free() -> int:
    """How many bytes of memory this machine has left."""
    return int(psutil.virtual_memory().available)


def bytes_for(width: int, height: int, style_pixels: float = 0.0, *, tiled: bool = False) -> int:
    """About how much memory painting takes, at most. Only the features of a painting are looked at, and those once."""
    if tiled:
        return round(BYTES_AT_ALL + LARGEST_TILE * BYTES_PER_PIXEL + width * height * BYTES_PER_PIXEL_TILED)
    return round(BYTES_AT_ALL + width * height * BYTES_PER_PIXEL * max(1.0, style_pixels / 2))


def largest_size(width: int, height: int, style_pixels: float, free: int, *, tiled: bool = False) -> int:
    """The longest side that fits in `free` bytes for a picture of these proportions; 0 where none does."""
    low, high = 0, 100_000
    while low < high:
        size = (low + high + 1) // 2
        fits = bytes_for(*fitted_size(width, height, size), style_pixels, tiled=tiled) <= SHARE * free
        low, high = (size, high) if fits else (low, size - 1)
    return low if low >= FEWEST_PIXELS else 0
