"""Colours and paint: palettes by their hexadecimal names, ramps between them, light on thick paint, grain of paper.

Colours are float32 [..., 3] in 0 to 1 until `as_pixels`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image
from scipy import ndimage


def palette(*names: str) -> np.ndarray:
    """Colours written as RRGGBB: float32 [n, 3] in 0 to 1."""
    return (
        np.array([[int(name[place : place + 2], 16) for place in (0, 2, 4)] for name in names], np.float32)
        / 255
    )


def ramp(values: np.ndarray, colours: np.ndarray) -> np.ndarray:
    """Values [...] in 0 to 1 as colours [..., 3] on the way from the first of `colours` [n, 3] to the last."""
    places = np.linspace(0, 1, len(colours))
    return np.stack([np.interp(values, places, colours[:, channel]) for channel in range(3)], axis=-1).astype(
        np.float32
    )


def varied(
    random: np.random.Generator, colours: np.ndarray, light: float = 0.06, hue: float = 0.04
) -> np.ndarray:
    """Colours [n, 3] as a hand mixes them: no two alike, in light and in hue."""
    shape = colours.shape[:-1]
    change = light * random.standard_normal((*shape, 1)) + hue * random.standard_normal((*shape, 3))
    return np.clip(colours + change, 0, 1).astype(np.float32)


def lit(colours: np.ndarray, relief: np.ndarray, strength: float = 0.5) -> np.ndarray:
    """Paint [h, w, 3] as light from the upper left shows it, its thickness in `relief` [h, w]."""
    down, across = np.gradient(ndimage.gaussian_filter(relief.astype(np.float32), 0.7))
    slope = strength * (down + across)
    shine = np.clip(slope - 0.12, 0, None) ** 1.5
    return np.clip(colours * (1 + slope[..., None]) + 0.6 * shine[..., None], 0, 1)


def on_paper(random: np.random.Generator, colours: np.ndarray, strength: float = 0.03) -> np.ndarray:
    """Colours [h, w, 3] with the grain of paper."""
    grain = ndimage.gaussian_filter(random.standard_normal(colours.shape[:2]), 0.8)
    return np.clip(colours * (1 + strength * grain[..., None] / grain.std()), 0, 1)


def as_pixels(colours: np.ndarray) -> np.ndarray:
    """Colours [h, w, 3] as uint8."""
    return np.round(255 * np.clip(colours, 0, 1)).astype(np.uint8)


def reduced(image: Image.Image, size: int) -> np.ndarray:
    """What was drawn larger, at its size and with soft edges: float32 [size, size, …] in 0 to 1."""
    return np.asarray(image.resize((size, size), Image.Resampling.BOX), np.float32) / 255


def ink(colour: Sequence[float] | np.ndarray) -> tuple[int, int, int]:
    """A colour [3] in 0 to 1 as Pillow draws with it."""
    red, green, blue = (round(255 * float(np.clip(part, 0, 1))) for part in colour)
    return red, green, blue
