"""The losses and the gradient of a picture too large for the memory: tile by tile, and still those of the whole.

A Gram matrix of a picture is the sum of those of its tiles, so each tile is looked at twice: once to find the picture's
Gram matrices, and once to follow their loss back to the pixels. A tile is looked at with a rim around it, as wide as
the deepest layer sees, so that what its own pixels answer is what they answer in the whole picture.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from trainers.specs.stylize import STYLE_LAYERS
from trainers.style.objective import (
    STYLE_CHANNELS,
    Balance,
    Objective,
    Target,
    named,
    pixels_of,
    roughness,
)

SIDE = 512  # pixels of a tile, a multiple of STEP
STEP = 16  # pixels that one number of the deepest layer stands for
RIM = 96  # pixels: more than half of what relu5_2 sees, 164 pixels; a multiple of STEP


@dataclass(frozen=True)
class Tile:
    """Rows and columns of a tile, and those with the rim around it, as far as the picture goes."""

    rows: tuple[int, int]
    columns: tuple[int, int]
    seen_rows: tuple[int, int]
    seen_columns: tuple[int, int]

    def seen(self, picture: np.ndarray) -> np.ndarray:
        """What is looked at of a picture [h, w, …]."""
        return picture[slice(*self.seen_rows), slice(*self.seen_columns)]

    def own(self, layer: str, features: tf.Tensor) -> tf.Tensor:
        """Of a layer's answers [1, h, w, c] to what is looked at, those that belong to the tile itself."""
        size = pixels_of(layer)
        ranges = []
        for (first, end), (seen_first, _) in (
            (self.rows, self.seen_rows),
            (self.columns, self.seen_columns),
        ):
            ranges.append(slice((first - seen_first) // size, -(-(end - seen_first) // size)))
        return features[:, ranges[0], ranges[1]]


def tiles(height: int, width: int, side: int = SIDE) -> Iterator[Tile]:
    """The tiles of a picture, row by row; every pixel lies in one."""
    for rows, seen_rows in _parts(height, side):
        for columns, seen_columns in _parts(width, side):
            yield Tile(rows, columns, seen_rows, seen_columns)


def _parts(length: int, side: int) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    found = []
    for first in range(0, length, side):
        end = min(first + side, length)
        found.append(((first, end), (max(0, first - RIM), min(length, end + RIM))))
    return found


class TiledObjective:
    """The objective of large pictures; the same numbers as `Objective` gives, in about half again the time."""

    def __init__(self, objective: Objective, side: int = SIDE) -> None:
        self._objective, self._side = objective, side

    @property
    def is_rounded(self) -> bool:
        """As `Objective.is_rounded`."""
        return self._objective.is_rounded

    def photo(self, pixels: np.ndarray, *, quick: bool = False) -> tuple[tf.Tensor, ...]:
        """The features of a photo float [h, w, 3] that content is compared with."""
        rows: list[list[tuple[tf.Tensor, ...]]] = []
        for tile in tiles(*pixels.shape[:2], self._side):
            found = self._features(tile.seen(pixels), self._objective.content, quick=quick)
            if tile.columns[0] == 0:
                rows.append([])
            rows[-1].append(tuple(tile.own(layer, found[layer]) for layer in self._objective.content))
        return tuple(
            tf.concat([tf.concat([one[place] for one in row], axis=2) for row in rows], axis=1)
            for place in range(len(self._objective.content))
        )

    def grams(self, pixels: np.ndarray, *, quick: bool = False) -> tuple[tf.Tensor, ...]:
        """The Gram matrices of a picture float [h, w, 3], layer by layer."""
        sums, counts = self._sums(pixels, quick=quick)
        return tuple(total / count for total, count in zip(sums, counts, strict=True))

    def target(
        self, photo: tuple[tf.Tensor, ...], styles: Sequence[tuple[tf.Tensor, ...]], blend: Sequence[float]
    ) -> Target:
        """As `Objective.target`, which knows no sizes."""
        return self._objective.target(photo, styles, blend)

    def losses(self, picture: np.ndarray, target: Target, balance: Balance) -> dict[str, float]:
        """The losses of a picture float or uint8 [h, w, 3], by the names in `objective.PARTS`."""
        return named(self._judged(picture, target, balance))

    def value_and_gradient(
        self, picture: np.ndarray, target: Target, balance: Balance
    ) -> tuple[np.ndarray, np.ndarray]:
        """The losses float32 [parts] of a picture float [h, w, 3], and the gradient of the first float32 [h, w, 3]."""
        grams = self.grams(picture, quick=True)
        of_layers = balance.style * self._objective.layers
        pulls = [
            2 * share * (one - there) / tf.cast(tf.size(one), tf.float32)
            for share, one, there in zip(of_layers, grams, target.grams, strict=True)
        ]
        gradient = self._rough_gradient(picture, balance)
        content = 0.0
        for tile in tiles(*picture.shape[:2], self._side):
            part, slope = self._pulled(tile, picture, target, balance, pulls)
            content += float(part)
            tile.seen(gradient)[...] += slope
        return self._parts(picture, grams, content, target, balance), gradient

    def _judged(self, picture: np.ndarray, target: Target, balance: Balance) -> np.ndarray:
        content = 0.0
        for tile in tiles(*picture.shape[:2], self._side):
            found = self._features(tile.seen(picture), self._objective.content, quick=False)
            content += float(self._content(tile, found, target, picture.shape) * balance.content)
        return self._parts(picture, self.grams(picture), content, target, balance)

    def _parts(
        self,
        picture: np.ndarray,
        grams: tuple[tf.Tensor, ...],
        content: float,
        target: Target,
        balance: Balance,
    ) -> np.ndarray:
        distances = [
            tf.reduce_mean(tf.square(one - there)) for one, there in zip(grams, target.grams, strict=True)
        ]
        of_layers = (balance.style * self._objective.layers * (tf.stack(distances) + target.spread)).numpy()
        rough = balance.tv * float(roughness(tf.constant(picture[None], tf.float32)))
        parts = np.array([content, of_layers.sum(), rough])
        return np.concatenate([[parts.sum()], parts, of_layers]).astype(np.float32)

    def _pulled(
        self, tile: Tile, picture: np.ndarray, target: Target, balance: Balance, pulls: list[tf.Tensor]
    ) -> tuple[tf.Tensor, np.ndarray]:
        """A tile's part of the content loss, and where content and style pull the pixels that it sees."""
        seen = tf.constant(tile.seen(picture)[None], tf.float32)
        counts = self._counts(picture.shape)
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(seen)
            found = self._objective.features(seen, {*STYLE_LAYERS, *self._objective.content}, quick=True)
            content = balance.content * self._content(tile, found, target, picture.shape)
            pulled = [content]
            for layer, pull, count in zip(STYLE_LAYERS, pulls, counts, strict=True):
                flat = _flat(tile.own(layer, found[layer]))
                pulled.append(tf.reduce_sum(pull * tf.matmul(flat, flat, transpose_a=True)) / count)
            total = tf.add_n(pulled)
        return content, tape.gradient(total, seen).numpy()[0]

    def _content(
        self, tile: Tile, found: dict[str, tf.Tensor], target: Target, shape: tuple[int, ...]
    ) -> tf.Tensor:
        """A tile's part of the unweighted content loss."""
        parts = []
        for (layer, share), there in zip(self._objective.content.items(), target.content, strict=True):
            size = pixels_of(layer)
            (top, bottom), (left, right) = tile.rows, tile.columns
            wanted = there[:, top // size : -(-bottom // size), left // size : -(-right // size)]
            apart = tf.reduce_sum(tf.square(tile.own(layer, found[layer]) - wanted))
            parts.append(share * apart / float(np.prod(there.shape)))
        return tf.add_n(parts)

    def _sums(self, pixels: np.ndarray, *, quick: bool) -> tuple[list[tf.Tensor], list[float]]:
        sums: list[tf.Tensor] = []
        for tile in tiles(*pixels.shape[:2], self._side):
            found = self._features(tile.seen(pixels), STYLE_LAYERS, quick=quick)
            flats = [_flat(tile.own(layer, found[layer])) for layer in STYLE_LAYERS]
            products = [tf.matmul(flat, flat, transpose_a=True) for flat in flats]
            sums = products if not sums else [one + more for one, more in zip(sums, products, strict=True)]
        return sums, self._counts(pixels.shape)

    def _counts(self, shape: tuple[int, ...]) -> list[float]:
        """How many numbers each style layer answers to a picture: H · W · C."""
        counts = []
        for depth, channels in enumerate(STYLE_CHANNELS):
            size = 2**depth
            counts.append(float(-(-shape[0] // size) * -(-shape[1] // size) * channels))
        return counts

    def _features(self, pixels: np.ndarray, layers: Collection[str], *, quick: bool) -> dict[str, tf.Tensor]:
        return self._objective.features(tf.constant(pixels[None], tf.float32), layers, quick=quick)

    def _rough_gradient(self, picture: np.ndarray, balance: Balance) -> np.ndarray:
        down, across = np.diff(picture, axis=0), np.diff(picture, axis=1)
        gradient = np.zeros_like(picture, np.float32)
        for differences, axis in ((down, 0), (across, 1)):
            slope = (2 * balance.tv / differences.size * differences).astype(np.float32)
            gradient += np.diff(slope, axis=axis, prepend=0, append=0) * np.float32(-1)
        return gradient


def _flat(features: tf.Tensor) -> tf.Tensor:
    return tf.reshape(features, [-1, features.shape[-1]])
