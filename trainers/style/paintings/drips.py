"""Enamel dripped and flung over raw canvas, layer upon layer, after the manner of the action painters."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw
from scipy import ndimage

from trainers.style.paintings import noise, pigment

_CANVAS = pigment.palette("cbb894")[0]
_ENAMEL = pigment.palette("141414", "f4f1e6", "c4402b", "e0b23a", "2f5f73", "8c8f86", "141414", "f4f1e6")
_THROWS = 230
_FINER = 2


def paint(seed: int, size: int) -> np.ndarray:
    """The painting, uint8 [size, size, 3]."""
    random = np.random.default_rng(seed)
    weave = np.sin(np.arange(size) * 2.2)
    cloth = 1 + 0.03 * (weave[:, None] + weave[None]) + 0.04 * noise.fractal(random, size, size / 8)
    image = Image.new("RGB", (_FINER * size, _FINER * size), pigment.ink(_CANVAS))
    relief = Image.new("L", image.size, 0)
    paint_on, thick_on = ImageDraw.Draw(image), ImageDraw.Draw(relief)
    for _ in range(_THROWS):
        colour = pigment.ink(pigment.varied(random, _ENAMEL[random.integers(len(_ENAMEL))], 0.02, 0.015))
        line, width, drops = _throw(random)
        thickness = int(random.integers(150, 256))
        for start, end, radius in zip(line[:-1], line[1:], width, strict=False):
            segment = (_FINER * size * np.concatenate([start, end])).tolist()
            across = max(1, round(2 * _FINER * size * float(radius)))
            paint_on.line(segment, fill=colour, width=across)
            thick_on.line(segment, fill=thickness, width=across)
        for centre, radius in (*zip(line, width, strict=True), *drops):
            box = [*(_FINER * size * (centre - radius)), *(_FINER * size * (centre + radius))]
            paint_on.ellipse(box, fill=colour)
            thick_on.ellipse(box, fill=thickness)
    thick = ndimage.gaussian_filter(pigment.reduced(relief, size), 1.2)
    bare = np.clip(1 - 3 * thick, 0, 1)
    colours = pigment.reduced(image, size) * (1 + (cloth - 1) * (0.35 + 0.65 * bare))[..., None]
    return pigment.as_pixels(pigment.lit(colours, 1.6 * thick, 0.9))


def _throw(random: np.random.Generator) -> tuple[np.ndarray, np.ndarray, list[tuple[np.ndarray, float]]]:
    """One swing of the stick: a line [n, 2], half its width at each point, and drops beside it (place, radius).

    The line is thin where the arm was quick.
    """
    count = 90
    knots = np.cumsum(random.normal(0, 0.16, (7, 2)), axis=0) + random.uniform(0.05, 0.95, 2)
    steps = np.linspace(0, len(knots) - 1, count)
    line = np.stack(
        [ndimage.map_coordinates(knots[:, part], [steps], order=3, mode="nearest") for part in (0, 1)], axis=1
    )
    speed = np.linalg.norm(np.gradient(line, axis=0), axis=1)
    base = random.choice([0.0014, 0.0022, 0.004], p=[0.5, 0.35, 0.15])
    width = base * np.clip(speed.mean() / (speed + 0.3 * speed.mean()), 0.35, 2.2)
    drops = []
    for _ in range(random.integers(4, 26)):
        place = line[random.integers(count)] + random.normal(0, 0.022, 2)
        drops.append((place, min(0.011, base * random.pareto(2.2) * 0.8 + 0.0006)))
    return line, width, drops
