"""Instruments on a table seen from all sides at once: facets that are shaded from edge to edge, after the Cubists."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFilter
from scipy import ndimage

from trainers.style.paintings import noise, pigment

_COLOURS = pigment.palette(
    "c39a5b",
    "7a5230",
    "ead9b4",
    "2e2a28",
    "5f7480",
    "9fb0af",
    "b5482a",
    "24415a",
    "d9c49a",
    "4a3a2e",
    "3c5f63",
)
_LINE = pigment.palette("1d1712")[0]
_CUTS = 90


def paint(seed: int, size: int) -> np.ndarray:
    """The painting, uint8 [size, size, 3]."""
    random = np.random.default_rng(seed)
    down, across = np.mgrid[0:size, 0:size].astype(np.float32) / size
    colours = np.broadcast_to(_COLOURS[0], (size, size, 3)).astype(np.float32).copy()
    lines = np.zeros((size, size), np.float32)
    for _ in range(_CUTS):
        corners = _facet(random)
        rows, columns = _box(corners, size)
        edge, rim = _mask(corners, rows, columns, size)
        slant = random.uniform(0, 2 * np.pi)
        along = np.cos(slant) * across[rows, columns] + np.sin(slant) * down[rows, columns]
        inside = along[edge > 0.5]
        low, high = inside.min(initial=1), inside.max(initial=0)
        shade = np.clip((along - low) / max(1e-3, high - low), 0, 1)
        opacity = (0.45 + 0.55 * shade**0.7) * edge
        painted = _COLOURS[random.integers(len(_COLOURS))] * (0.5 + 0.75 * shade)[..., None]
        beneath = colours[rows, columns]
        colours[rows, columns] = beneath + (painted - beneath) * opacity[..., None]
        drawn = lines[rows, columns] * (1 - 0.75 * opacity)
        lines[rows, columns] = np.maximum(drawn, rim * random.uniform(0.5, 1))
    colours = _instruments(random, colours, size)
    colours += (_LINE - colours) * (0.85 * lines)[..., None]
    return pigment.as_pixels(_brushed(random, colours, size))


def _facet(random: np.random.Generator) -> np.ndarray:
    """A polygon of three to five corners, [n, (column, row)] as shares of the side; finer in the middle."""
    centre = random.uniform(0, 1, 2) if random.random() < 0.5 else 0.5 + 0.17 * random.standard_normal(2)
    reach = random.uniform(0.12, 0.4) * (0.45 + np.hypot(*(centre - 0.5)))
    count = random.integers(3, 6)
    angles = np.sort(random.uniform(0, 2 * np.pi) + np.linspace(0, 2 * np.pi, count, endpoint=False))
    angles += random.uniform(-0.5, 0.5, count)
    return centre + reach * random.uniform(0.6, 1.3, (count, 1)) * np.stack(
        [np.cos(angles), np.sin(angles)], axis=1
    )


def _box(corners: np.ndarray, size: int) -> tuple[slice, slice]:
    """The rows and columns that a facet reaches, and two beyond; at least one of each."""
    low = np.clip(np.floor(size * corners.min(axis=0)).astype(int) - 2, 0, size - 1)
    high = np.clip(np.ceil(size * corners.max(axis=0)).astype(int) + 2, low + 1, size)
    return slice(low[1], high[1]), slice(low[0], high[0])


def _mask(corners: np.ndarray, rows: slice, columns: slice, size: int) -> tuple[np.ndarray, np.ndarray]:
    """How much of each pixel of a box is inside the facet, and how much on its outline, in 0 to 1."""
    width, height = columns.stop - columns.start, rows.stop - rows.start
    image = Image.new("L", (2 * width, 2 * height), 0)
    moved = 2 * (size * corners - [columns.start, rows.start])
    ImageDraw.Draw(image).polygon(moved.ravel().tolist(), fill=255)
    inside = image.resize((width, height), Image.Resampling.BOX)
    eroded = inside.filter(ImageFilter.MinFilter(5 if size > 400 else 3))
    full = np.asarray(inside, np.float32) / 255
    return full, full - np.asarray(eroded, np.float32) / 255


def _instruments(random: np.random.Generator, colours: np.ndarray, size: int) -> np.ndarray:
    """The curves of a guitar, its strings, and a glass, each broken where it meets another facet."""
    image = Image.new("L", (2 * size, 2 * size), 0)
    draw = ImageDraw.Draw(image)
    unit, width = 2 * size, max(2, size // 110)
    for column, row, reach, begin, end in (
        (0.42, 0.62, 0.17, 60, 300),
        (0.5, 0.6, 0.19, 280, 400),
        (0.44, 0.4, 0.12, 110, 290),
        (0.53, 0.41, 0.11, 250, 420),
        (0.47, 0.55, 0.06, 0, 360),
        (0.72, 0.32, 0.07, 180, 360),
        (0.72, 0.22, 0.07, 0, 360),
    ):
        box = [unit * (column - reach), unit * (row - reach), unit * (column + reach), unit * (row + reach)]
        draw.arc(box, begin, end, fill=255, width=width)
    for number in range(5):
        offset = 0.011 * number
        draw.line(
            [unit * (0.41 + offset), unit * 0.78, unit * (0.56 + offset), unit * 0.1],
            fill=220,
            width=max(1, width // 3),
        )
    for number in range(9):
        row = 0.8 + 0.017 * number
        draw.line(
            [unit * 0.12, unit * row, unit * 0.34, unit * (row - 0.05)], fill=150, width=max(1, width // 3)
        )
    drawn = (
        pigment.reduced(image, size)[..., None]
        * (0.55 + 0.25 * noise.smooth(random, size, size / 6).clip(-1, 1))[..., None]
    )
    return colours + (_LINE - colours) * drawn


def _brushed(random: np.random.Generator, colours: np.ndarray, size: int) -> np.ndarray:
    """Short dabs of a flat brush, all one way in each part of the picture."""
    parts = ndimage.zoom(random.integers(0, 2, (7, 7)).astype(np.float32), size / 7, order=0)[:size, :size]
    grain = random.standard_normal((size, size))
    dabs = np.where(
        parts > 0.5, ndimage.gaussian_filter(grain, (1, 7)), ndimage.gaussian_filter(grain, (7, 1))
    )
    dabs = dabs / dabs.std()
    return pigment.lit(np.clip(colours * (1 + 0.03 * dabs[..., None]), 0, 1), dabs, 0.035)
