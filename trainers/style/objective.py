"""How far a picture is from its photo and its paintings: content, style and total variation, and their gradient.

Gatys, Ecker, Bethge (2015), arXiv:1508.06576, with the normalisations of the program that made it popular:

    content = w_c · Σ_l b_l · mean((F_l(x) − F_l(photo))²)                  l ∈ relu4_2 (b), relu5_2 (1 − b), or one
    style   = w_s · Σ_i s_i Σ_l e_l · mean((G_l(x) − G_l(painting_i))²)     l ∈ relu1_1 … relu5_1
    tv      = w_t · (mean of squared vertical differences + mean of squared horizontal differences)

F_l are the features of layer l, G_l = FᵀF / (H·W·C) their Gram matrix, s_i the blend of the paintings and e_l the
layers' weights, e_{l+1} = e · e_l where nobody gives them; both have the sum 1.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from trainers.specs.stylize import STYLE_LAYERS
from trainers.style.network import Network

STYLE_CHANNELS = (64, 128, 256, 512, 512)
SHALLOW, DEEP = "relu4_2", "relu5_2"  # where content is compared unless somebody says where
PARTS = ("loss", "content", "style", "tv", *(f"style/{layer}" for layer in STYLE_LAYERS))


@dataclass(frozen=True)
class Balance:
    """The weights of the three parts."""

    content: float
    style: float
    tv: float

    def tensor(self) -> tf.Tensor:
        """All three: float32 [3]."""
        return tf.constant([self.content, self.style, self.tv], tf.float32)


@dataclass(frozen=True)
class Target:
    """What a picture of one size is compared with.

    `content` are the photo's features, in the order of the content layers; `grams` float32 [channels, channels] the
    blended Gram matrices of the paintings, layer by layer, and `spread` float32 [layers] what is left of the style's
    loss where a picture has just these: Σ s_i mean((G − G_i)²) = mean((G − Σ s_i G_i)²) + spread.
    """

    content: tuple[tf.Tensor, ...]
    grams: tuple[tf.Tensor, ...]
    spread: tf.Tensor


class Objective:
    """The losses of pictures under one network; one compiled function serves pictures of all sizes.

    `content` is the share of each content layer, `layers` float32 [layers] the weights of the style layers.
    """

    def __init__(
        self,
        network: Network,
        *,
        content_blend: float = 1.0,
        layer_exponent: float = 1.0,
        content_layer: str = "blend",
        style_layers: Sequence[float] = (),
    ) -> None:
        self._network = network
        blended = {SHALLOW: content_blend, DEEP: 1 - content_blend}
        shares = blended if content_layer == "blend" else {content_layer: 1.0}
        self.content = {layer: share for layer, share in shares.items() if share > 0}
        powers = np.array(style_layers or [layer_exponent**depth for depth in range(len(STYLE_LAYERS))])
        self.layers = (powers / powers.sum()).astype(np.float32)
        self._style = [layer for layer, share in zip(STYLE_LAYERS, self.layers, strict=True) if share > 0]
        # Sizes are left open, so that it is compiled once, whatever sizes a painting goes through.
        signature = (
            tf.TensorSpec([1, None, None, 3]),
            tuple(tf.TensorSpec([1, None, None, channels_of(layer)]) for layer in self.content),
            tuple(tf.TensorSpec([channels, channels]) for channels in STYLE_CHANNELS),
            tf.TensorSpec([len(STYLE_LAYERS)]),
            tf.TensorSpec([3]),
        )
        self._evaluate = tf.function(self._judged_with_gradient, input_signature=signature)

    def compile(self) -> None:
        """Compiles what a pass does. It takes half a second, in which another thread can find the targets."""
        side = 32
        content = tuple(
            tf.zeros([1, side // pixels_of(layer), side // pixels_of(layer), channels_of(layer)])
            for layer in self.content
        )
        grams = tuple(tf.zeros([channels, channels]) for channels in STYLE_CHANNELS)
        self._evaluate(
            tf.zeros([1, side, side, 3]), content, grams, tf.zeros([len(STYLE_LAYERS)]), tf.zeros([3])
        )

    def features(
        self, picture: tf.Tensor, layers: Collection[str], *, quick: bool = False
    ) -> dict[str, tf.Tensor]:
        """What some layers answer to a picture float32 [1, h, w, 3]."""
        return self._network.features(picture, layers, quick=quick)

    @property
    def is_rounded(self) -> bool:
        """Whether the quick way differs visibly: passes are then compared with what it finds, judgements are not."""
        return self._network.is_rounded

    def photo(self, pixels: np.ndarray, *, quick: bool = False) -> tuple[tf.Tensor, ...]:
        """The features of a photo float [h, w, 3] in 0 to 255 that content is compared with."""
        found = self._network.features(_batch(pixels), self.content, quick=quick)
        return tuple(found[layer] for layer in self.content)

    def grams(self, pixels: np.ndarray, *, quick: bool = False) -> tuple[tf.Tensor, ...]:
        """The Gram matrices of a painting float [h, w, 3] in 0 to 255, layer by layer."""
        found = self._network.features(_batch(pixels), STYLE_LAYERS, quick=quick)
        return tuple(gram(found[layer]) for layer in STYLE_LAYERS)

    def target(
        self, photo: tuple[tf.Tensor, ...], styles: Sequence[tuple[tf.Tensor, ...]], blend: Sequence[float]
    ) -> Target:
        """What pictures are compared with, for a blend (of sum 1) of the paintings' Gram matrices."""
        grams, spread = [], []
        for of_layer in zip(*styles, strict=True):
            blended = tf.add_n([share * one for share, one in zip(blend, of_layer, strict=True)])
            left = [
                share * tf.reduce_mean(tf.square(one - blended))
                for share, one in zip(blend, of_layer, strict=True)
            ]
            grams.append(blended)
            spread.append(tf.add_n(left) if len(styles) > 1 else tf.zeros([]))
        return Target(photo, tuple(grams), tf.stack(spread))

    def losses(self, picture: np.ndarray, target: Target, balance: Balance) -> dict[str, float]:
        """The losses of a picture float or uint8 [h, w, 3] in 0 to 255, by the names in PARTS."""
        # Not compiled: it is asked for so seldom that compiling would take longer than is gained.
        values = self._judged(_batch(picture), target.content, target.grams, target.spread, balance.tensor())
        return named(values.numpy())

    def value_and_gradient(
        self, picture: np.ndarray, target: Target, balance: Balance
    ) -> tuple[np.ndarray, np.ndarray]:
        """The losses float32 [parts] of a picture float [h, w, 3], and the gradient of the first float32 [h, w, 3]."""
        values, gradient = self._evaluate(
            _batch(picture), target.content, target.grams, target.spread, balance.tensor()
        )
        return values.numpy(), gradient.numpy()[0]

    def _judged_with_gradient(
        self,
        picture: tf.Tensor,
        content: tuple[tf.Tensor, ...],
        grams: tuple[tf.Tensor, ...],
        spread: tf.Tensor,
        balance: tf.Tensor,
    ) -> tuple[tf.Tensor, tf.Tensor]:
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(picture)
            losses = self._judged(picture, content, grams, spread, balance, quick=True)
            total = losses[0]
        return losses, tape.gradient(total, picture)

    def _judged(
        self,
        picture: tf.Tensor,
        content: tuple[tf.Tensor, ...],
        grams: tuple[tf.Tensor, ...],
        spread: tf.Tensor,
        balance: tf.Tensor,
        *,
        quick: bool = False,
    ) -> tf.Tensor:
        found = self.features(picture, {*self._style, *self.content}, quick=quick)
        of_content = tf.add_n(
            [
                share * tf.reduce_mean(tf.square(found[layer] - there))
                for (layer, share), there in zip(self.content.items(), content, strict=True)
            ]
        )
        distances = [
            tf.reduce_mean(tf.square(gram(found[layer]) - there)) if layer in self._style else tf.zeros([])
            for layer, there in zip(STYLE_LAYERS, grams, strict=True)
        ]
        of_layers = balance[1] * self.layers * (tf.stack(distances) + spread)
        parts = tf.stack([balance[0] * of_content, tf.reduce_sum(of_layers), balance[2] * roughness(picture)])
        return tf.concat([[tf.reduce_sum(parts)], parts, of_layers], axis=0)


def channels_of(layer: str) -> int:
    """How many numbers a layer ("relu4_2") answers for each place: as many as all of its block."""
    return STYLE_CHANNELS[int(layer[4]) - 1]


def pixels_of(layer: str) -> int:
    """How many pixels a side one place of a layer ("relu4_2") stands for: each block halves the picture."""
    return 2 ** (int(layer[4]) - 1)


def gram(features: tf.Tensor) -> tf.Tensor:
    """How often two channels answer together: FᵀF / (H·W·C) of features [1, H, W, C], float32 [C, C]."""
    channels = features.shape[-1]
    flat = tf.reshape(features, [-1, channels])
    return tf.matmul(flat, flat, transpose_a=True) / tf.cast(tf.size(flat), tf.float32)


def roughness(picture: tf.Tensor) -> tf.Tensor:
    """Total variation: the mean squared difference of vertical neighbours and that of horizontal ones, added."""
    down = picture[:, 1:] - picture[:, :-1]
    across = picture[:, :, 1:] - picture[:, :, :-1]
    return tf.reduce_mean(tf.square(down)) + tf.reduce_mean(tf.square(across))


def named(losses: np.ndarray) -> dict[str, float]:
    """Losses float32 [parts] by the names in PARTS."""
    return dict(zip(PARTS, losses.tolist(), strict=True))


def totals(losses: Mapping[str, float]) -> dict[str, float]:
    """The numbers of a picture that a run reports: total, content, style and total variation."""
    return {
        "total_loss": losses["loss"],
        "content_loss": losses["content"],
        "style_loss": losses["style"],
        "tv_loss": losses["tv"],
    }


def _batch(picture: np.ndarray) -> tf.Tensor:
    return tf.constant(np.asarray(picture, np.float32)[None])
