"""Noise with a scale: what makes paper, pigment and hills irregular. Arrays are float32 [height, width]."""

from __future__ import annotations

import numpy as np
from PIL import Image


def smooth(random: np.random.Generator, size: int, scale: float) -> np.ndarray:
    """Noise of mean 0 and deviation 1 whose bumps are `scale` pixels apart: [size, size]."""
    count = max(2, round(size / scale) + 2)
    grid = Image.fromarray(random.standard_normal((count, count)).astype(np.float32))
    values = np.asarray(grid.resize((size, size), Image.Resampling.BICUBIC))
    return (values - values.mean()) / max(1e-6, float(values.std()))


def fractal(random: np.random.Generator, size: int, scale: float, fall: float = 0.5) -> np.ndarray:
    """Noise of all scales from `scale` pixels down to two, each finer one `fall` times as strong: [size, size]."""
    total = np.zeros((size, size), np.float32)
    strength = 1.0
    while scale >= 2:
        total += strength * smooth(random, size, scale)
        scale, strength = scale / 2, strength * fall
    return total / max(1e-6, float(total.std()))


def line(random: np.random.Generator, size: int, scale: float, fall: float = 0.5) -> np.ndarray:
    """The same along a line, as the outline of hills: [size], of mean 0 and deviation 1."""
    places = np.arange(size)
    total = np.zeros(size)
    strength = 1.0
    while scale >= 2:
        knots = np.arange(-1, size // scale + 3) * scale
        total += strength * np.interp(places, knots, random.standard_normal(len(knots)))
        scale, strength = scale / 2, strength * fall
    return ((total - total.mean()) / max(1e-6, float(total.std()))).astype(np.float32)
