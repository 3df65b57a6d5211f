"""Whose colours a painting has: the paintings' (nothing to do), or the photo's, in one of two ways.

Gatys, Bethge, Hertzmann, Shechtman (2016), Preserving color in neural artistic style transfer, arXiv:1606.05897.
Pictures are uint8 [height, width, 3].
"""

from __future__ import annotations

import numpy as np
from PIL import Image

_LEAST_VARIANCE = 1e-3  # of a colour, in the square of 0 to 255: a grey picture has none


def matched(style: np.ndarray, photo: np.ndarray) -> np.ndarray:
    """The painting with the photo's colours: a linear map gives its pixels the photo's mean and covariance.

    Section 4.1 of the paper, in the form of its equation for image analogies: A = Σ_photo^½ Σ_style^−½.
    """
    pixels = style.reshape(-1, 3).astype(np.float64)
    mean, covariance = _statistics(pixels)
    wanted_mean, wanted_covariance = _statistics(photo.reshape(-1, 3).astype(np.float64))
    change = _power(wanted_covariance, 0.5) @ _power(covariance, -0.5)
    moved = (pixels - mean) @ change.T + wanted_mean
    return np.round(np.clip(moved, 0, 255)).astype(np.uint8).reshape(style.shape)


def with_colours_of(photo: np.ndarray, painted: np.ndarray) -> np.ndarray:
    """The painted picture's light and dark, Y, with the photo's colours, Cb and Cr; both are of one size."""
    light = Image.fromarray(painted).convert("YCbCr").getchannel(0)
    colours = Image.fromarray(photo).convert("YCbCr").split()[1:]
    return np.asarray(Image.merge("YCbCr", (light, *colours)).convert("RGB"))


def _statistics(pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    mean = pixels.mean(axis=0)
    return mean, (pixels - mean).T @ (pixels - mean) / len(pixels)


def _power(covariance: np.ndarray, exponent: float) -> np.ndarray:
    """A power of a symmetric matrix with no negative eigenvalue; none is taken for smaller than a trace of colour."""
    values, vectors = np.linalg.eigh(covariance)
    return (vectors * np.maximum(values, _LEAST_VARIANCE) ** exponent) @ vectors.T
