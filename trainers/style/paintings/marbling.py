"""Marbled paper: drops of colour on water, combed and curled.

Every drop and every comb is a map of the plane that keeps areas: Lu, Jaffer, Jin, Zhao, Mao (2012), Mathematical
marbling. A pixel is followed backwards through all of them to the drop it came from.
"""

from __future__ import annotations

import numpy as np

from trainers.style.paintings import noise, pigment

_COLOURS = pigment.palette("12355b", "d7263d", "f2c14e", "f4efe1", "1b998b", "2a1a3e", "e8743b", "0a6e8a")
_DROPS = 150


def paint(seed: int, size: int) -> np.ndarray:
    """The sheet, uint8 [size, size, 3]."""
    random = np.random.default_rng(seed)
    fine = 2 * size
    down, across = (np.mgrid[0:fine, 0:fine].astype(np.float32) + 0.5) / fine
    place = across + 1j * down
    for curl, radius, turn in (
        (0.3 + 0.32j, 0.2, 3.2),
        (0.72 + 0.66j, 0.22, -3.4),
        (0.74 + 0.2j, 0.13, 2.6),
        (0.24 + 0.76j, 0.14, -2.6),
    ):
        away = place - curl
        place = curl + away * np.exp(1j * turn * np.exp(-((np.abs(away) / radius) ** 2)))
    place = _combed(place, 1j, 1 / 14, 0.05, 0.006)
    place = _combed(place, 1, 1 / 7, 0.2, 0.03)
    place = _combed(place, -1j, 1 / 5, 0.12, 0.05)
    colours = np.broadcast_to(_COLOURS[0], (fine * fine, 3)).copy()
    place, pixel = place.ravel(), np.arange(fine * fine)  # of those whose drop is not found yet
    for _ in range(_DROPS):
        centre = complex(random.uniform(-0.25, 1.25), random.uniform(-0.25, 1.25))
        radius = random.uniform(0.03, 0.12)
        away = place - centre
        squared = away.real**2 + away.imag**2
        outside = squared >= radius**2
        colour = pigment.varied(random, _COLOURS[random.integers(len(_COLOURS))], 0.03, 0.015)
        colours[pixel[~outside]] = colour
        away, pixel = away[outside], pixel[outside]
        place = centre + away * np.sqrt(1 - radius**2 / squared[outside])
    small = colours.reshape(size, 2, size, 2, 3).mean(axis=(1, 3))
    flow = 1 + 0.035 * noise.fractal(random, size, size / 10)[..., None]
    return pigment.as_pixels(pigment.on_paper(random, small * flow, 0.02))


def _combed(place: np.ndarray, along: complex, apart: float, far: float, narrow: float) -> np.ndarray:
    """Where the paint was before a comb with teeth `apart` was drawn `far` in the direction `along`."""
    across = (place * np.conj(along)).imag
    nearest = np.abs(across / apart - np.round(across / apart)) * apart
    return place - along * far * narrow / (narrow + nearest)
