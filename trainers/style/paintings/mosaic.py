"""A sun over the sea in a mosaic of stone and gold glass, laid in rows as the Romans laid theirs.

Tiles are the cells of a Voronoi diagram whose distance is measured along and across each tile: Hausner (2001),
Simulating decorative mosaics.
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage, spatial

from trainers.style.paintings import noise, pigment
from trainers.style.paintings.brush import scattered

_RAYS = pigment.palette("f6d365", "e8a033", "c8552b", "f4e7c5", "8e2f23")
_SKY = pigment.palette("0f3a5f", "1f6f8b", "4fa7a6", "e9dcbf", "14496b")
_SEA = pigment.palette("0b2545", "13677b", "f2ead3", "1b9aaa", "123c69")
_GROUT = pigment.palette("2b241d")[0]
_NEIGHBOURS = 7


def paint(seed: int, size: int) -> np.ndarray:
    """The mosaic, uint8 [size, size, 3]."""
    random = np.random.default_rng(seed)
    down, across = np.mgrid[0:size, 0:size].astype(np.float32) / size
    direction, colours = _design(random, size, down, across)
    side = 17 * size / 768
    starts = _settled(scattered(random, size, side), side)
    rows, columns = starts.round().astype(int).clip(0, size - 1).T
    angle = direction[rows, columns] + 0.06 * random.standard_normal(len(starts))
    nearest, gap = _cells(starts, angle, size)
    tiles = pigment.varied(random, colours[rows, columns], 0.07, 0.03)
    is_glass = random.random(len(starts)) < 0.12
    tiles[is_glass] = np.clip(1.25 * tiles[is_glass] + 0.05, 0, 1)
    joint = np.clip((gap - 0.9 * size / 768) / (1.6 * size / 768), 0, 1)
    tilt = random.uniform(-0.35, 0.35, len(starts))[nearest]
    stone = tiles[nearest] * (1 + 0.05 * noise.fractal(random, size, 8))[..., None]
    dome = ndimage.gaussian_filter(np.minimum(gap, 4), 0.8) * 0.16
    shown = pigment.lit(stone, dome + tilt * 0.1, 1.1) * (1 + 0.25 * tilt[..., None])
    ground = _GROUT * (1 + 0.2 * noise.fractal(random, size, 6))[..., None]
    return pigment.as_pixels(ground * (1 - joint[..., None]) + shown * joint[..., None])


def _design(
    random: np.random.Generator, size: int, down: np.ndarray, across: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """In which direction rows run, [size, size] in radians, and the colour at each place [size, size, 3]."""
    y, x = down - 0.36, across - 0.56
    radius, around = np.hypot(y, x), np.arctan2(y, x)
    wobble = 0.012 * noise.smooth(random, size, size / 5)
    ring = np.floor((radius + wobble) / 0.048).astype(int)
    rays = np.floor((around / (2 * np.pi) + 0.5) * 24).astype(int)
    sun = np.where((radius < 0.13)[..., None], _RAYS[ring % 2], _RAYS[(ring + rays % 2 * 2) % 5])
    sky = _SKY[(ring + (rays % 3 == 0)) % 5]
    colours = np.where((radius + 0.03 * np.cos(12 * around) < 0.27)[..., None], sun, sky)
    crest = 0.69 + 0.035 * np.sin(13 * across) + wobble
    band = np.floor((down - crest) / 0.047).astype(int)
    is_sea = down > crest
    colours = np.where(is_sea[..., None], _SEA[band % 5], colours)
    slope = np.arctan(0.035 * 13 * np.cos(13 * across))
    return np.where(is_sea, slope, around + np.pi / 2), colours


def _settled(starts: np.ndarray, side: float) -> np.ndarray:
    """Places [n, 2] pushed apart until none crowds another."""
    for _ in range(8):
        distances, neighbours = spatial.cKDTree(starts).query(starts, k=7)
        away = starts[:, None] - starts[neighbours[:, 1:]]
        push = np.clip(1.05 * side - distances[:, 1:], 0, None)[..., None]
        starts = starts + 0.35 * (away / np.maximum(1e-6, distances[:, 1:, None]) * push).mean(axis=1) * 3
    return starts


def _cells(starts: np.ndarray, angle: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """The tile of each pixel, int [size, size], and how far it is from the tile's edge (pixels), [size, size]."""
    pixels = np.stack(np.mgrid[0:size, 0:size], axis=-1).reshape(-1, 2)
    neighbours = spatial.cKDTree(starts).query(pixels, k=_NEIGHBOURS)[1]
    away = pixels[:, None] - starts[neighbours]
    cosine, sine = np.cos(angle)[neighbours], np.sin(angle)[neighbours]
    along = np.abs(away[..., 1] * cosine + away[..., 0] * sine)
    across = np.abs(away[..., 0] * cosine - away[..., 1] * sine)
    distance = np.maximum(along, across) + 0.25 * (along + across)
    order = np.argsort(distance, axis=1)[:, :2]
    first, second = np.take_along_axis(distance, order, axis=1).T
    nearest = np.take_along_axis(neighbours, order[:, :1], axis=1)
    return nearest.reshape(size, size), (second - first).reshape(size, size)
