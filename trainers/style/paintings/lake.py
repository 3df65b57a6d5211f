"""A lake among mountains at evening, as a camera might see it: a photo to paint that is nobody's."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from trainers.style.paintings import noise, pigment

_SKY = pigment.palette("2f5d9b", "7fa9d1", "f3c79b", "f7e3b8")
_FAR, _NEAR = pigment.palette("a9b4c8", "1f3226")
_SHORE = 0.62  # how far down the water begins, as a share of the height


def paint(seed: int, size: int) -> np.ndarray:
    """The scene, uint8 [3/4 size, size, 3]."""
    random = np.random.default_rng(seed)
    height = 3 * size // 4
    down, across = np.mgrid[0:height, 0:size].astype(np.float32)
    down, across = down / height, across / size
    shore = round(_SHORE * height)
    land = _land(random, down, across, size)
    mirrored = land[np.clip(2 * shore - np.arange(height), 0, shore - 1)]
    lying = 5 * np.arange(height) % size  # five times as wide as high
    ripple = noise.fractal(random, size, 40)[lying] * (down - _SHORE).clip(0)
    rows = np.arange(height)[:, None] + ripple * 0.035 * height
    columns = np.broadcast_to(np.arange(size)[None], rows.shape) + 3 * ripple
    water = np.stack(
        [
            ndimage.map_coordinates(mirrored[..., part], [rows, columns], order=1, mode="nearest")
            for part in range(3)
        ],
        axis=-1,
    )
    water = 0.82 * water + 0.18 * np.array([0.1, 0.25, 0.35], np.float32) + 0.05 * ripple[..., None]
    picture = np.where((down >= _SHORE)[..., None], water, land)
    return pigment.as_pixels(picture + 0.008 * random.standard_normal(picture.shape))


def _land(random: np.random.Generator, down: np.ndarray, across: np.ndarray, size: int) -> np.ndarray:
    """Sky, sun and rows of mountains, each nearer one darker and greener: [height, size, 3]."""
    height = len(down)
    colours = pigment.ramp(np.clip(down / _SHORE, 0, 1), _SKY)
    clouds = np.clip(
        noise.fractal(random, size, size / 3)[np.linspace(0, size - 1, height).astype(int) * 2 % size], 0, 2
    )
    colours += 0.13 * (clouds * np.exp(-((down - 0.2) ** 2) / 0.02))[..., None]
    sun = np.hypot((down - 0.36) * height / size, across - 0.66)
    colours += np.exp(-((sun / 0.16) ** 2))[..., None] * np.array([0.35, 0.22, 0.05], np.float32)
    colours = np.where((sun < 0.035)[..., None], np.array([1, 0.96, 0.82], np.float32), colours)
    for row, (level, rough, scale) in enumerate(
        [(0.36, 0.075, 0.35), (0.45, 0.055, 0.25), (0.53, 0.035, 0.18), (0.6, 0.018, 0.05)]
    ):
        ridge = level + rough * noise.line(random, size, scale * size)
        nearness = row / 3
        rock = noise.fractal(random, size, size / 14)[:height]
        slope = ndimage.sobel(ndimage.gaussian_filter(rock, 1.5), axis=1) * 0.05
        colour = _FAR * (1 - nearness) + _NEAR * nearness
        shade = 1 + slope + 0.07 * rock - 0.25 * (down - ridge[None]) / 0.2
        mountain = colour * np.clip(shade, 0.4, 1.6)[..., None]
        snow = np.clip((0.05 - (down - ridge[None])) / 0.05 + 0.4 * rock - 0.2, 0, 1) * (row == 0)
        mountain = mountain * (1 - 0.7 * snow[..., None]) + 0.7 * snow[..., None]
        edge = np.clip((down - ridge[None]) * height + 0.5, 0, 1)[..., None]
        colours = colours * (1 - edge) + mountain * edge
    return np.clip(colours, 0, 1)
