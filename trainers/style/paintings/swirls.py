"""A night sky in whirling strokes of thick oil paint, after the manner of the Post-Impressionists."""

from __future__ import annotations

import numpy as np

from trainers.style.paintings import noise, pigment
from trainers.style.paintings.brush import Canvas, Stroke

_SKY = pigment.palette("10194a", "1d3c8c", "2f6db5", "6fb3d3", "d5e6c8")
_STAR = pigment.palette("f7e27a", "f3b62e", "fff6c9")
_LAND = pigment.palette("0b1a2c", "123a3a", "2c6148", "77904a")


def paint(seed: int, size: int) -> np.ndarray:
    """The painting, uint8 [size, size, 3]."""
    random = np.random.default_rng(seed)
    down, across = np.mgrid[0:size, 0:size].astype(np.float32) / size
    direction, colours = _sky(random, size, down, across)
    ridge = 0.8 + 0.045 * noise.line(random, size, size / 3)
    is_land = down > ridge[None]
    depth = np.clip((down - ridge[None]) / 0.25, 0, 1)
    land = pigment.ramp(
        np.clip(0.75 - 0.6 * depth + 0.16 * noise.fractal(random, size, size / 12), 0, 1), _LAND
    )
    rolling = 0.5 * np.sin(9 * across + 4 * down) - 0.15
    colours = np.where(is_land[..., None], land, colours)
    direction = np.where(is_land, rolling, direction)
    canvas = Canvas(0.85 * colours)
    unit = size / 768
    for stroke in (
        Stroke(70 * unit, 20 * unit, 14 * unit, 7),
        Stroke(44 * unit, 11 * unit, 9 * unit, 5),
        Stroke(26 * unit, 6.5 * unit, 8.5 * unit, 3),
    ):
        canvas.lay(random, stroke, direction, colours)
    return canvas.finished()


def _sky(
    random: np.random.Generator, size: int, down: np.ndarray, across: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Directions [size, size] that whirl about stars, and the colours [size, size, 3] around them."""
    east = np.full((size, size), 1.0, np.float32)
    south = 0.5 * np.sin(6 * across + 3 * down).astype(np.float32)
    glow = np.zeros((size, size), np.float32)
    spiral = np.zeros((size, size), np.float32)
    for row, column, radius in _stars(random):
        y, x = down - row, across - column
        distance = np.hypot(y, x) + 1e-4
        near = np.exp(-((distance / (1.7 * radius)) ** 2))
        turn = 7 * near / np.maximum(distance, 0.2 * radius)
        east += -turn * y * 0.9
        south += turn * x
        glow = np.maximum(glow, np.exp(-((distance / (0.62 * radius)) ** 2)))
        spiral += near * np.sin(3 * np.log(distance / radius) * 3 + np.arctan2(y, x))
    light = 0.34 + 0.2 * spiral + 0.12 * noise.fractal(random, size, size / 4) + 0.25 * (down - 0.4)
    colours = pigment.ramp(np.clip(light, 0, 1), _SKY)
    rings = np.clip(glow, 0, 1)[..., None]
    return np.arctan2(south, east), colours * (1 - rings) + pigment.ramp(glow, _STAR) * rings


def _stars(random: np.random.Generator) -> list[tuple[float, float, float]]:
    """Row, column and radius of each, as shares of the side, none near another."""
    found: list[tuple[float, float, float]] = [(0.36, 0.47, 0.15)]
    while len(found) < 9:
        row, column, radius = (
            random.uniform(0.06, 0.62),
            random.uniform(0.05, 0.95),
            random.uniform(0.05, 0.1),
        )
        if all(np.hypot(row - y, column - x) > 0.9 * (radius + other) for y, x, other in found):
            found.append((row, column, radius))
    return found
