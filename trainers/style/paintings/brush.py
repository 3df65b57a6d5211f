"""A brush with bristles that is led along a field of directions, and leaves thick paint."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from trainers.style.paintings import pigment

_FINER = 2  # drawn at twice the size, so that edges are soft


@dataclass(frozen=True)
class Stroke:
    """How one layer is laid on: length and width in pixels, how far apart, and how many bristles the brush has."""

    length: float
    width: float
    spacing: float
    bristles: int = 5


class Canvas:
    """A square of paint over a thin ground [size, size, 3], and how thick it lies."""

    def __init__(self, ground: np.ndarray) -> None:
        self._size = size = len(ground)
        large = (_FINER * size, _FINER * size)
        self._paint = Image.fromarray(pigment.as_pixels(ground)).resize(large)
        self._relief = Image.new("L", large, 128)

    def lay(
        self, random: np.random.Generator, stroke: Stroke, direction: np.ndarray, colours: np.ndarray
    ) -> None:
        """Covers the canvas with strokes along `direction` [h, w] (radians) of the `colours` [h, w, 3] beneath them."""
        starts = scattered(random, self._size, stroke.spacing)
        lines = led(direction, starts, stroke.length)
        rows, columns = starts.round().astype(int).clip(0, self._size - 1).T
        self.draw(random, stroke, lines, pigment.varied(random, colours[rows, columns]))

    def draw(
        self, random: np.random.Generator, stroke: Stroke, lines: np.ndarray, colours: np.ndarray
    ) -> None:
        """Draws strokes along `lines` [n, points, (row, column)], each in its colour of `colours` [n, 3]."""
        paint, relief = ImageDraw.Draw(self._paint), ImageDraw.Draw(self._relief)
        along = np.gradient(lines, axis=1)
        across = np.stack([-along[..., 1], along[..., 0]], axis=-1)
        across /= np.maximum(1e-6, np.linalg.norm(across, axis=-1, keepdims=True))
        taper = np.sin(np.linspace(0.25, np.pi - 0.25, lines.shape[1]))[None, :, None] ** 0.4
        offsets = (np.arange(stroke.bristles) - (stroke.bristles - 1) / 2) / stroke.bristles
        width = max(1, round(_FINER * stroke.width / stroke.bristles * 1.5))
        heights = random.integers(50, 206, (len(lines), stroke.bristles))
        shades = pigment.varied(random, np.repeat(colours[:, None], stroke.bristles, axis=1), 0.035, 0.012)
        inks = pigment.as_pixels(shades).tolist()
        moved = lines[:, None] + offsets[None, :, None, None] * stroke.width * (across * taper)[:, None]
        points = _FINER * moved[..., ::-1]  # Pillow's order: column, row
        for number in range(len(lines)):
            for bristle in range(stroke.bristles):
                line = points[number, bristle].ravel().tolist()
                paint.line(line, fill=tuple(inks[number][bristle]), width=width)
                relief.line(line, fill=int(heights[number, bristle]), width=width)

    def finished(self, light: float = 0.9) -> np.ndarray:
        """The dry painting in the light of a gallery: uint8 [size, size, 3]."""
        relief = pigment.reduced(self._relief, self._size)
        return pigment.as_pixels(pigment.lit(pigment.reduced(self._paint, self._size), relief, light))


def scattered(random: np.random.Generator, size: int, spacing: float) -> np.ndarray:
    """Places all over a square in a random order, about `spacing` apart: [n, (row, column)]."""
    places = np.arange(-spacing, size + spacing, spacing)
    grid = np.stack(np.meshgrid(places, places, indexing="ij"), axis=-1).reshape(-1, 2)
    return random.permutation(grid + random.uniform(-spacing / 2, spacing / 2, grid.shape))


def led(direction: np.ndarray, starts: np.ndarray, length: float, points: int = 7) -> np.ndarray:
    """Lines from `starts` [n, 2] along a field of directions [h, w] in radians: [n, points, (row, column)]."""
    size = direction.shape[0]
    place = starts.astype(np.float64).copy()
    lines = [place.copy()]
    for _ in range(points - 1):
        rows, columns = place.round().astype(int).clip(0, size - 1).T
        angle = direction[rows, columns]
        place += length / (points - 1) * np.stack([np.sin(angle), np.cos(angle)], axis=1)
        lines.append(place.copy())
    return np.stack(lines, axis=1)
