"""Fewer features: what a network sees of an image, where it does not see every pixel.

    pooled(images, 2)                              # uint8 [n, 14, 14]: means over squares of 2×2 pixels
    components = principal_components(train_images, 50)
    components.of(test_images)                     # float32 [n, 50]

Reference: Bishop (2006), Pattern Recognition and Machine Learning, section 12.1 (principal component analysis).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

MOST_NUMBERS = (
    3_072  # of an image (32 × 32 in colour) of which components are found: seconds; time grows with the cube
)
_AT_ONCE = 5_000  # images turned into floating-point numbers at a time: memory stays small


def pooled(images: np.ndarray, side: int) -> np.ndarray:
    """Means over squares of `side`×`side` pixels: uint8 [n, h, w, …] → uint8 [n, ⌈h/side⌉, ⌈w/side⌉, …].

    Where the side does not divide the image, the last squares are cut off by its edge, and the mean is over
    what is left of them. A mean is rounded to a grey value again: images stay images.
    """
    height, width = images.shape[1:3]
    rows, columns = np.arange(0, height, side), np.arange(0, width, side)
    tall, wide = np.diff(rows, append=height), np.diff(columns, append=width)
    pixels = np.outer(tall, wide).reshape(
        len(rows), len(columns), *(1 for _ in images.shape[3:])
    )  # in each square
    # A sum of 14 × 14 bytes fits into 32 bits.
    sums = np.add.reduceat(np.add.reduceat(images, rows, axis=1, dtype=np.uint32), columns, axis=2)
    return np.rint(sums / pixels).astype(np.uint8)


@dataclass(frozen=True)
class PrincipalComponents:
    """The directions in which images differ most: `mean` float64 [pixels], `axes` float64 [pixels, k], of length 1.

    `share` is the part of the images' variance that lies in them.
    """

    mean: np.ndarray
    axes: np.ndarray
    share: float

    def of(self, images: np.ndarray) -> np.ndarray:
        """The components of images uint8 [n, …], of grey values as 0…1: float32 [n, k]."""
        parts = [
            (_flat(images[first : first + _AT_ONCE]) - self.mean) @ self.axes
            for first in range(0, len(images), _AT_ONCE)
        ]
        return np.concatenate(parts).astype(np.float32)


def principal_components(images: np.ndarray, count: int) -> PrincipalComponents:
    """The first `count` principal components of images uint8 [n, …].

    The eigenvectors of the covariance, which is small ([pixels, pixels]) however many images there are. Each
    axis is turned so that its largest entry is positive: an eigenvector's sign means nothing.
    """
    pixels = int(np.prod(images.shape[1:]))
    total, products = np.zeros(pixels), np.zeros((pixels, pixels))
    for first in range(0, len(images), _AT_ONCE):
        some = _flat(images[first : first + _AT_ONCE])
        total += some.sum(axis=0)
        products += some.T @ some
    mean = total / len(images)
    variances, vectors = np.linalg.eigh(products / len(images) - np.outer(mean, mean))  # ascending
    axes = vectors[:, ::-1][:, :count]
    largest = axes[np.abs(axes).argmax(axis=0), np.arange(count)]
    kept, whole = float(variances[::-1][:count].sum()), float(variances.sum())
    return PrincipalComponents(mean, axes * np.sign(largest), kept / whole if whole > 0 else 1.0)


def _flat(images: np.ndarray) -> np.ndarray:
    """Grey values 0…255 of images [n, …] as numbers 0…1: float64 [n, pixels]."""
    return images.reshape(len(images), -1).astype(np.float64) / 255.0
