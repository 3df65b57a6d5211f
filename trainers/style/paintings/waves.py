"""Breaking waves before a far mountain, printed from blocks after Hokusai: Prussian blue, foam, outlines."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw
from scipy import ndimage

from trainers.style.paintings import noise, pigment

_SKY = pigment.palette("c9b894", "e6d8b5", "f1e7cd")
_BLUE = pigment.palette("0d2a52", "1c4c86", "4a84b4", "a9cbdc")
_FOAM, _LINE, _MOUNTAIN = pigment.palette("f6f0df", "0b1d3a", "36506e")
_FINER = 2


def paint(seed: int, size: int) -> np.ndarray:
    """The print, uint8 [size, size, 3]."""
    random = np.random.default_rng(seed)
    fine = _FINER * size
    down, _ = np.mgrid[0:fine, 0:fine] / fine
    sky = Image.fromarray(pigment.as_pixels(pigment.ramp(np.clip(down * 1.5, 0, 1), _SKY)))
    draw = ImageDraw.Draw(sky)
    _mountain(draw, fine)
    for row, height, number in ((0.56, 0.15, 3), (0.68, 0.24, 2), (0.82, 0.17, 3), (0.97, 0.13, 4)):
        for place in np.linspace(-0.1, 0.95, number) + random.uniform(-0.07, 0.07, number):
            _swell(random, draw, fine, row, place, height * random.uniform(0.8, 1.3))
    printed = pigment.reduced(sky, size)
    wood = ndimage.gaussian_filter(random.standard_normal((size, size)), (0.7, size / 30))
    wood += 0.3 * noise.smooth(random, size, size / 3) * wood.std()
    return pigment.as_pixels(
        pigment.on_paper(random, printed * (1 + 0.035 * wood[..., None] / wood.std()), 0.015)
    )


def _mountain(draw: ImageDraw.ImageDraw, fine: int) -> None:
    across = np.linspace(0.42, 0.86, 60)
    top = 0.53 - 0.22 * np.exp(-np.abs(across - 0.64) / 0.085) ** 1.0
    top = np.maximum(top, 0.345 + 0.006 * np.sin(90 * across))
    outline = [(fine * x, fine * y) for x, y in zip(across, top, strict=True)]
    draw.polygon(
        [*outline, (0.86 * fine, 0.62 * fine), (0.42 * fine, 0.62 * fine)], fill=pigment.ink(_MOUNTAIN)
    )
    near = [(x, y) for x, y in outline if y < 0.425 * fine]
    ragged = [
        (x, 0.425 * fine + (0.02 * fine if number % 2 else -0.012 * fine))
        for number, (x, _) in enumerate(near)
    ]
    draw.polygon([*near, *reversed(ragged)], fill=pigment.ink(_FOAM))
    draw.line(outline, fill=pigment.ink(_LINE), width=fine // 380)


def _swell(
    random: np.random.Generator, draw: ImageDraw.ImageDraw, fine: int, row: float, place: float, height: float
) -> None:
    """A wave whose crest curls over to the right: bands of blue along its back, and claws of foam."""
    width = 2.3 * height
    share = np.linspace(0, 1, 60)
    back = np.stack([place - width * (1 - share), row - height * np.sin(share * np.pi / 2) ** 2.2], axis=1)
    turn = np.linspace(np.pi / 2, -1.15 * np.pi / 2, 40)
    reach = 0.3 * height
    crest = np.stack(
        [place + 1.25 * reach * np.cos(turn), row - height + reach - reach * np.sin(turn)], axis=1
    )
    hollow = np.stack(
        [
            place + 0.25 * reach + 0.7 * width * share**1.6,
            row - 0.42 * height + 0.42 * height * np.sin(share * np.pi / 2) ** 0.8,
        ],
        axis=1,
    )
    inner = np.stack(
        [
            place + 0.15 * reach + 0.75 * reach * np.cos(turn[::-1]),
            row - height + 1.35 * reach - 0.62 * reach * np.sin(turn[::-1]),
        ],
        axis=1,
    )
    body = np.concatenate([back, crest, inner[:22], hollow, [[place + width, 1.2], [place - width, 1.2]]])
    draw.polygon((fine * body).ravel().tolist(), fill=pigment.ink(_BLUE[1]))
    for number in range(9):
        depth = (number + 1) / 10
        band = np.concatenate([back, crest[:14]]) * (1 - depth) + depth * np.array(
            [place + 0.15 * width, row + 0.25 * height]
        )
        colour = _BLUE[[0, 2, 1, 3][number % 4]]
        draw.line((fine * band).ravel().tolist(), fill=pigment.ink(colour), width=round(fine * height * 0.04))
    rim = np.concatenate([back[22:], crest])
    draw.line(
        (fine * np.concatenate([back, crest])).ravel().tolist(), fill=pigment.ink(_LINE), width=fine // 190
    )
    for point, spread in zip(rim[::2], np.linspace(0.35, 1, len(rim[::2])), strict=True):
        _claw(random, draw, fine, point, spread * height)


def _claw(
    random: np.random.Generator, draw: ImageDraw.ImageDraw, fine: int, point: np.ndarray, height: float
) -> None:
    """Foam that reaches forward like fingers, outlined, with drops before it."""
    for _ in range(3):
        centre = point + random.normal(0, 0.022, 2) * height / 0.2
        radius = random.uniform(0.028, 0.062) * height
        box = [*(fine * (centre - radius)), *(fine * (centre + radius))]
        draw.ellipse(box, fill=pigment.ink(_FOAM), outline=pigment.ink(_LINE), width=max(1, fine // 500))
    for _ in range(2):
        drop = point + np.array([random.uniform(-0.1, 0.45), random.uniform(-0.35, 0.12)]) * height
        radius = random.uniform(0.004, 0.012) * height / 0.2
        draw.ellipse([*(fine * (drop - radius)), *(fine * (drop + radius))], fill=pigment.ink(_FOAM))
