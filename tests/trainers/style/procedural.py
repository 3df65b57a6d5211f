"""Pictures for tests of painting, drawn by formulas: a scene and two manners of painting."""

from __future__ import annotations

import numpy as np


def scene(width: int = 64, height: int = 48) -> np.ndarray:
    """A sun over hills, uint8 [height, width, 3]: soft areas with a few edges."""
    down, across = np.mgrid[0:height, 0:width] / np.array([height, width]).reshape(2, 1, 1)
    sky = np.stack([0.4 + 0.3 * down, 0.6 + 0.2 * down, 0.95 - 0.2 * down], axis=2)
    sun = (across - 0.7) ** 2 + (down - 0.3) ** 2 < 0.02
    hills = down > 0.65 + 0.08 * np.sin(9 * across)
    picture = np.where(sun[..., None], [0.98, 0.9, 0.4], sky)
    picture = np.where(hills[..., None], [0.2, 0.45, 0.2], picture)
    return np.round(255 * np.clip(picture, 0, 1)).astype(np.uint8)


def waves(width: int = 64, height: int = 48) -> np.ndarray:
    """Curved stripes of strong colours, uint8 [height, width, 3]."""
    down, across = np.mgrid[0:height, 0:width].astype(float)
    phase = 0.6 * across + 6 * np.sin(down / 7)
    picture = np.stack([np.sin(phase), np.sin(phase + 2), np.cos(0.5 * phase)], axis=2)
    return np.round(127.5 + 127.5 * picture).astype(np.uint8)


def mosaic(width: int = 64, height: int = 48, tile: int = 8) -> np.ndarray:
    """Tiles of random colours with dark joints, uint8 [height, width, 3]."""
    random = np.random.default_rng(3)
    tiles = random.integers(0, 256, (height // tile + 1, width // tile + 1, 3))
    picture = tiles.repeat(tile, axis=0).repeat(tile, axis=1)[:height, :width].astype(np.uint8)
    picture[::tile], picture[:, ::tile] = 20, 20
    return picture
