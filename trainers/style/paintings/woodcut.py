"""A harbour town under a rising moon, cut into wood: ridges that swell where it is dark, and two flat colours."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from trainers.style.paintings import noise, pigment

_PAPER, _INK, _RED, _OCHRE = pigment.palette("f1e6cc", "15120f", "b83a24", "dda449")


def paint(seed: int, size: int) -> np.ndarray:
    """The print, uint8 [size, size, 3]."""
    random = np.random.default_rng(seed)
    down, across = np.mgrid[0:size, 0:size].astype(np.float32) / size
    radius = np.hypot(down - 0.33, across - 0.62)
    wander = 0.006 * noise.fractal(random, size, size / 6)
    moon = radius < 0.13
    shore = 0.68 + 0.006 * noise.line(random, size, size / 10)[None]
    tone = np.clip(0.25 + 1.15 * radius + 0.1 * noise.smooth(random, size, size / 4), 0, 0.92)
    phase = 62 * (radius + wander)
    hill = 0.56 - 0.07 * noise.line(random, size, size / 2.5)[None]
    is_hill = down > hill
    tone = np.where(is_hill, 0.55 + 0.9 * (down - hill) + 0.12 * noise.fractal(random, size, size / 8), tone)
    phase = np.where(is_hill, 70 * (down - 0.6 * hill + 0.35 * across + wander), phase)
    is_water = down > shore
    glitter = np.exp(-(((across - 0.62) / (0.07 + 0.5 * (down - 0.68).clip(0))) ** 2))
    tone = np.where(is_water, 0.86 - 0.75 * glitter + 0.1 * noise.fractal(random, size, size / 10), tone)
    phase = np.where(
        is_water, 78 * down * (1.2 - 0.35 * down) + 0.9 * np.sin(17 * across + 30 * down) + 40 * wander, phase
    )
    tone = np.where(moon, 0.06, tone)
    houses, windows = _town(random, size)
    tone = np.where(houses > 0, houses, tone)
    phase = np.where(houses > 0, np.where(houses > 0.8, 80 * across, 80 * (across + down)), phase)
    ridge = 0.5 + 0.5 * np.cos(2 * np.pi * phase) + 0.1 * noise.fractal(random, size, 10)
    ink = np.clip((tone * 1.06 - ridge) * 5 + 0.5, 0, 1)
    ink = np.clip(ndimage.gaussian_filter(ink, 0.6) * 1.9 - 0.45, 0, 1)
    printed = ink * (0.93 + 0.05 * noise.fractal(random, size, 4)).clip(0, 1)
    flat = np.where((moon | (windows > 0))[..., None], _RED, _PAPER)
    flat = np.where((is_water & (glitter > 0.35))[..., None], 0.35 * _RED + 0.65 * _OCHRE, flat)
    flat = np.where((~is_water & ~moon & (radius < 0.33) & (houses == 0))[..., None], _OCHRE, flat)
    printed = np.where(windows > 0, 0, printed)
    colours = flat * (1 - printed[..., None]) + _INK * printed[..., None]
    return pigment.as_pixels(pigment.on_paper(random, colours, 0.025))


def _town(random: np.random.Generator, size: int) -> tuple[np.ndarray, np.ndarray]:
    """How dark each house is, [size, size], 0 where there is none, and where windows are lit."""
    houses, windows = np.zeros((size, size), np.float32), np.zeros((size, size), np.float32)
    down, across = np.mgrid[0:size, 0:size] / size
    left = -0.02
    while left < 1:
        width, height = random.uniform(0.05, 0.1), random.uniform(0.08, 0.2)
        foot = 0.7
        inside = (across > left) & (across < left + width) & (down > foot - height) & (down < foot)
        middle = left + width / 2
        roof = (np.abs(across - middle) < 0.62 * (down - foot + height + 0.075)) & (down < foot - height)
        houses[inside] = 0.45 if random.random() < 0.5 else 0.7
        houses[roof & (np.abs(across - middle) < 0.6 * width)] = 0.97
        for row in np.arange(foot - height + 0.02, foot - 0.03, 0.04):
            for column in np.arange(left + 0.014, left + width - 0.02, 0.027):
                lit = random.random() < 0.55
                pane = (np.abs(across - column - 0.006) < 0.006) & (np.abs(down - row - 0.01) < 0.01)
                windows[pane & inside & lit] = 1
                houses[pane & inside & (not lit)] = 0.99
        left += width * random.uniform(0.95, 1.5)
    return houses, windows
