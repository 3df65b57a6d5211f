"""A rose window: glass of deep colours in lead, with the light of day behind it."""

from __future__ import annotations

import numpy as np
from scipy import ndimage, spatial

from trainers.style.paintings import noise, pigment

_GLASS = pigment.palette(
    "8c0f1f", "0b2f8a", "e0a11b", "0e6b4f", "5b1a7a", "1f7fc4", "d9481c", "f3d9a0", "b01e63", "123a6b"
)
_LEAD = pigment.palette("14110f")[0]


def paint(seed: int, size: int) -> np.ndarray:
    """The window, uint8 [size, size, 3]."""
    random = np.random.default_rng(seed)
    places, kinds = _panes(random)
    pixels = np.stack(np.mgrid[0:size, 0:size], axis=-1).reshape(-1, 2) / size
    distances, found = spatial.cKDTree(places).query(pixels, k=2)
    first, second = places[found[:, 0]], places[found[:, 1]]
    apart = np.linalg.norm(first - second, axis=1)
    gap = ((distances[:, 1] ** 2 - distances[:, 0] ** 2) / (2 * np.maximum(apart, 1e-6))).reshape(size, size)
    nearest = found[:, 0].reshape(size, size)
    glass = pigment.varied(random, _GLASS[kinds], 0.05, 0.03)[nearest]
    streaks = ndimage.gaussian_filter(random.standard_normal((size, size)), (size / 50, size / 400))
    turbid = 0.13 * noise.fractal(random, size, size / 14) + 0.1 * streaks / streaks.std()
    down, across = np.mgrid[0:size, 0:size] / size
    daylight = 1.3 - 0.75 * np.hypot(down - 0.4, across - 0.48)
    inner = np.clip(gap * 18, 0, 1) ** 0.5
    shown = glass * ((daylight + turbid) * (0.55 + 0.5 * inner))[..., None]
    shown += (0.12 * np.clip(turbid, 0, None) * inner)[..., None]
    bubbles = ndimage.gaussian_filter((random.random((size, size)) < 0.0006).astype(float), 0.9)
    shown += (1.2 * bubbles)[..., None]
    lead = 1 - np.clip((gap - 0.0036) * size / 1.5 + 0.5, 0, 1)
    round_lead = pigment.lit(np.broadcast_to(_LEAD, shown.shape), np.clip(1 - gap / 0.004, 0, 1) * 2, 1.6)
    return pigment.as_pixels(shown * (1 - lead[..., None]) + (round_lead + 0.03) * lead[..., None])


def _panes(random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Where panes lie, [n, 2] as shares of the side, and which glass each is."""
    places, kinds = [np.array([[0.5, 0.5]])], [np.array([2])]
    rings = [
        (0.06, 8, (0, 7)),
        (0.115, 16, (1, 2)),
        (0.175, 16, (5, 0)),
        (0.235, 32, (1, 4)),
        (0.3, 32, (2, 3)),
    ]
    rings += [(0.365, 32, (0, 1)), (0.43, 64, (5, 9)), (0.49, 64, (6, 8))]
    for radius, count, pair in rings:
        around = 2 * np.pi * (np.arange(count) + 0.5 * (count > 8)) / count
        places.append(0.5 + radius * np.stack([np.sin(around), np.cos(around)], axis=1))
        kinds.append(np.array(pair)[np.arange(count) % 2])
    corners = random.uniform(-0.05, 1.05, (420, 2))
    corners = corners[np.hypot(*(corners - 0.5).T) > 0.53]
    places.append(corners)
    kinds.append(random.choice([1, 9, 5, 1, 4, 3], len(corners)))
    return np.concatenate(places), np.concatenate(kinds)
