"""A riverside at noon in dots of unmixed colour, each beside its complement, after the manner of Seurat."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from trainers.style.paintings import noise, pigment
from trainers.style.paintings.brush import scattered

_SKY = pigment.palette("8fc1e3", "c9dff0", "f6e7c1")
_WATER = pigment.palette("3b6fb6", "74a9d8", "d9c8e8")
_GRASS = pigment.palette("2f6b3a", "7fae3c", "d8d35a")
_SHADE = pigment.palette("27346b", "2f5d50")
_TREE = pigment.palette("1f4d36", "4f8a3a", "b5b93f")
_SAIL = pigment.palette("fbf3dd")[0]


def paint(seed: int, size: int) -> np.ndarray:
    """The painting, uint8 [size, size, 3]."""
    random = np.random.default_rng(seed)
    motif = _motif(random, size)
    image = Image.new("RGB", (2 * size, 2 * size), (236, 226, 200))
    draw = ImageDraw.Draw(image)
    unit = size / 768
    for spacing, radius, share in ((9, 6, 0.0), (6.2, 3.4, 0.22), (6.2, 3.0, 0.3)):
        places = scattered(random, size, spacing * unit)
        rows, columns = places.round().astype(int).clip(0, size - 1).T
        colours = _dots(random, motif[rows, columns], share)
        radii = radius * unit * random.uniform(0.75, 1.2, len(places))
        for (row, column), colour, half in zip(2 * places, colours.tolist(), 2 * radii, strict=True):
            draw.ellipse([column - half, row - half, column + half, row + half], fill=tuple(colour))
    relief = noise.fractal(random, size, 5)
    return pigment.as_pixels(pigment.lit(pigment.reduced(image, size), relief, 0.05))


def _dots(random: np.random.Generator, colours: np.ndarray, share: float) -> np.ndarray:
    """Pure colours [n, 3] whose mean is about what is beneath; a `share` of them are complements. As uint8."""
    mean = colours.mean(axis=1, keepdims=True)
    pure = mean + 1.35 * (colours - mean)
    complement = mean + 0.18 - 0.9 * (colours - mean)
    chosen = np.where(random.random((len(colours), 1)) < share, complement, pure)
    return pigment.as_pixels(pigment.varied(random, chosen, 0.05, 0.07))


def _motif(random: np.random.Generator, size: int) -> np.ndarray:
    """River, far bank, trees and sails in soft colours, [size, size, 3]."""
    down, across = np.mgrid[0:size, 0:size].astype(np.float32) / size
    cloud = 0.12 * noise.fractal(random, size, size / 4)
    colours = pigment.ramp(np.clip(down / 0.4 + cloud, 0, 1), _SKY)
    bank = 0.36 + 0.012 * noise.line(random, size, size / 6)[None] + 0.05 * (across - 0.5)
    colours = np.where((down > bank)[..., None], pigment.ramp(0.5 + 0.3 * cloud / 0.12, _TREE), colours)
    water = 0.42 + 0.02 * across
    shimmer = 0.5 + 0.25 * np.sin(110 * down + 4 * noise.smooth(random, size, size / 7)) - 0.5 * (down - 0.5)
    colours = np.where((down > water)[..., None], pigment.ramp(np.clip(shimmer, 0, 1), _WATER), colours)
    for place, foot, height in ((0.3, 0.53, 0.17), (0.52, 0.47, 0.09), (0.63, 0.6, 0.24)):
        inside = (down < foot) & (np.abs(across - place - 0.02) < 0.32 * (down - foot + height).clip(0))
        colours = np.where(inside[..., None], _SAIL, colours)
        mirrored = (down > foot) & (
            np.abs(across - place - 0.02) < 0.28 * (foot + 0.8 * height - down).clip(0)
        )
        colours = np.where(mirrored[..., None], 0.5 * colours + 0.5 * _SAIL, colours)
    lawn = 0.98 - 0.5 * across**1.3 + 0.012 * noise.line(random, size, size / 8)[None]
    depth = np.clip(0.55 + 0.22 * noise.fractal(random, size, size / 6), 0, 1)
    colours = np.where((down > lawn)[..., None], pigment.ramp(depth, _GRASS), colours)
    shadow = (np.hypot((across - 0.8) / 0.3, (down - 0.87) / 0.07) < 1) & (down > lawn)
    colours = np.where(shadow[..., None], _SHADE[1] * 0.7 + _SHADE[0] * 0.3, colours)
    trunk = (np.abs(across - 0.86 - 0.015 * np.sin(9 * down)) < 0.02) & (down < 0.86)
    colours = np.where(trunk[..., None], _SHADE[0], colours)
    crown = np.hypot((across - 0.85) / 0.27, (down - 0.13) / 0.25) + 0.13 * noise.fractal(
        random, size, size / 8
    )
    leaves = pigment.ramp(np.clip(0.75 - 0.6 * down / 0.38 + 0.2 * cloud / 0.12, 0, 1), _TREE)
    return np.where((crown < 1)[..., None], leaves, colours)
