"""Mountains in mist, in black ink on rice paper, after the Song masters: wash upon wash, and a red seal."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw
from scipy import ndimage

from trainers.style.paintings import noise, pigment

_PAPER, _INK, _SEAL = pigment.palette("efe5cf", "1a1c22", "b3271e")


def paint(seed: int, size: int) -> np.ndarray:
    """The painting, uint8 [size, size, 3]."""
    random = np.random.default_rng(seed)
    down = (np.mgrid[0:size, 0:size][0] / size).astype(np.float32)
    fibre = ndimage.gaussian_filter(random.standard_normal((size, size)), (0.6, 3))
    wash = 0.05 + 0.03 * noise.fractal(random, size, size / 3)
    for number, (level, rough, scale, dark) in enumerate(
        [
            (0.24, 0.11, 0.2, 0.42),
            (0.4, 0.12, 0.24, 0.62),
            (0.55, 0.1, 0.2, 0.78),
            (0.72, 0.07, 0.16, 0.92),
            (0.9, 0.05, 0.12, 1.05),
        ]
    ):
        ridge = level - rough * np.abs(noise.line(random, size, scale * size, 0.55)) + 0.04
        below = down - ridge[None] + 0.006 * noise.fractal(random, size, 24)
        mist = np.exp(-np.clip(below, 0, None) / (0.12 + 0.03 * number))
        folds = _folds(random, size)
        edge = np.exp(-((below / 0.006) ** 2)) * (0.5 + 0.5 * noise.smooth(random, size, 40).clip(-1, 1))
        body = dark * mist * (0.5 + 0.5 * folds) + 0.5 * dark * edge.clip(0, 1)
        inside = np.clip(below * size / 2 + 0.5, 0, 1)
        wash = wash * (1 - 0.92 * inside) + inside * body
    wash = np.maximum(wash, _pines(random, size))
    wash = wash * (1 + 0.09 * fibre / fibre.std()) + 0.012 * fibre / fibre.std()
    colours = _PAPER + (_INK - _PAPER) * np.clip(wash, 0, 1)[..., None]
    return pigment.as_pixels(_sealed(pigment.on_paper(random, colours, 0.015), size))


def _folds(random: np.random.Generator, size: int) -> np.ndarray:
    """Dry strokes down a slope, [size, size] in 0 to 1: the texture strokes called cun."""
    streaks = ndimage.gaussian_filter(random.standard_normal((size, size)), (size / 55, size / 420))
    bent = noise.smooth(random, size, size / 9)
    rows, columns = np.mgrid[0:size, 0:size]
    streaks = ndimage.map_coordinates(
        streaks / streaks.std(), [rows, (columns + 0.02 * size * bent + 0.5 * rows) % size], order=1
    )
    return np.clip(0.5 + 0.4 * streaks + 0.15 * bent, 0, 1)


def _pines(random: np.random.Generator, size: int) -> np.ndarray:
    """Two groups of pines in dark ink, [size, size] in 0 to 1."""
    image = Image.new("L", (2 * size, 2 * size), 0)
    draw = ImageDraw.Draw(image)
    for centre, count in ((0.17, 5), (0.8, 4)):
        for _ in range(count):
            foot = np.array([centre + random.normal(0, 0.05), random.uniform(0.86, 0.94)])
            height, lean = random.uniform(0.14, 0.26), random.normal(0, 0.12)
            steps = np.linspace(0, 1, 12)
            trunk = foot + np.stack(
                [lean * height * steps + 0.01 * np.sin(7 * steps), -height * steps], axis=1
            )
            draw.line((2 * size * trunk).ravel().tolist(), fill=215, width=max(1, size // 110))
            for place in trunk[4:]:
                for side in (-1, 1):
                    tip = place + np.array(
                        [side * random.uniform(0.02, 0.055), random.uniform(-0.004, 0.018)]
                    )
                    draw.line([*(2 * size * place), *(2 * size * tip)], fill=190, width=max(1, size // 300))
                    for share in np.linspace(0.25, 1, 7):
                        start = place + share * (tip - place)
                        end = start + np.array([random.normal(0, 0.007), -random.uniform(0.006, 0.016)])
                        draw.line(
                            [*(2 * size * start), *(2 * size * end)],
                            fill=int(random.integers(150, 250)),
                            width=2,
                        )
    return pigment.reduced(image, size)


def _sealed(colours: np.ndarray, size: int) -> np.ndarray:
    side = size // 14
    top, left = size // 16, size - size // 16 - side
    seal = Image.new("L", (side, side), 230)
    draw = ImageDraw.Draw(seal)
    for share in (0.2, 0.5, 0.8):
        draw.line([0.15 * side, share * side, 0.85 * side, share * side], fill=30, width=max(1, side // 12))
    draw.line([0.5 * side, 0.1 * side, 0.5 * side, 0.9 * side], fill=30, width=max(1, side // 12))
    share = (np.asarray(seal, np.float32) / 255)[..., None]
    colours[top : top + side, left : left + side] *= 1 - share
    colours[top : top + side, left : left + side] += share * _SEAL
    return colours
