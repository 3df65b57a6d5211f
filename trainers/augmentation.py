"""Training images, distorted anew each time they are seen, so that a network cannot learn them by heart.

    layers = layers_for(ClassifySpec(shift=2, rotation=10), (28, 28, 1))
    layers(images, training=True)                       # float32 [n, 28, 28, 1]: another distortion at every call

Keras' RandomTranslation, RandomRotation and RandomZoom one after the other took 8.0 ms for a batch of 128 digits on
two cores and blurred each image three times; one affine map of all three takes 1.8 ms, with bending 6 ms. Keras'
RandomElasticTransform (3.15) draws both directions from one seed, so that it bends along the diagonal alone, and bends
all images of a batch alike whose size is not known when it is compiled. Hence a layer of our own.

References:
    Simard, Steinkraus, Platt (2003), Best practices for convolutional neural networks applied to visual document
        analysis (elastic distortion)
    Shorten, Khoshgoftaar (2019), A survey on image data augmentation for deep learning
"""

from __future__ import annotations

import math

import keras
import numpy as np
import tensorflow as tf

from trainers.specs import ClassifySpec

SMOOTHNESS = 4 / 28  # of an elastic distortion: Simard's σ as a share of the image's side
_BACKGROUND = 0.0  # what an image shows where it was moved away


@keras.saving.register_keras_serializable("boardlab")
class Distortion(keras.layers.Layer):
    """Moves, turns, scales and bends each image at random, in one resampling; does nothing but in training.

    `shift` in pixels, `rotation` in degrees and `scale` as a share are the most that may happen either way;
    `elastic` is two standard deviations of the bending, in pixels.
    """

    def __init__(
        self,
        *,
        shift: float,
        rotation: float,
        scale: float,
        elastic: float,
        seed: int,
        name: str = "distortion",
    ) -> None:
        super().__init__(name=name, trainable=False, dtype="float32")
        self.shift, self.rotation, self.scale, self.elastic, self.seed = shift, rotation, scale, elastic, seed
        self.generator = keras.random.SeedGenerator(seed)  # its state is one of the layer's variables

    def call(self, images: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Images float32 [n, height, width, channels] → the same shape."""
        if not training:
            return images
        maps = self._affine_maps(images)
        if not self.elastic:
            return keras.ops.image.affine_transform(
                images, maps, interpolation="bilinear", fill_mode="constant", fill_value=_BACKGROUND
            )
        return _sampled(images, _mapped(maps, _grid(images) + self._bending(images)))

    def get_config(self) -> dict[str, object]:
        """What makes this layer again."""
        own = ("shift", "rotation", "scale", "elastic", "seed")
        return {"name": self.name, **{name: getattr(self, name) for name in own}}

    def _uniform(self, count: tf.Tensor, most: float) -> tf.Tensor:
        """So many numbers in −most … most: float32 [n]."""
        return keras.random.uniform((count,), -most, most, seed=self.generator)

    def _affine_maps(self, images: tf.Tensor) -> tf.Tensor:
        """Where each pixel of the new image is found in the old one, as affine maps: float32 [n, 8].

        x' = a₀x + a₁y + a₂ and y' = b₀x + b₁y + b₂ in pixels: turning by θ about the centre c, scaling by s and
        moving by t is undone by o ↦ c + R(−θ)(o − c − t)/s. The last two numbers, of a projection, are 0.
        """
        count, height, width = tf.shape(images)[0], images.shape[1], images.shape[2]
        angle = self._uniform(count, math.radians(self.rotation))
        factor = 1.0 + self._uniform(count, self.scale)
        right, down = self._uniform(count, self.shift), self._uniform(count, self.shift)
        cosine, sine = tf.cos(angle) / factor, tf.sin(angle) / factor
        x, y = (width - 1) / 2, (height - 1) / 2  # the centre
        a = [cosine, sine, x - cosine * (x + right) - sine * (y + down)]
        b = [-sine, cosine, y + sine * (x + right) - cosine * (y + down)]
        none = tf.zeros_like(angle)
        return tf.stack([*a, *b, none, none], axis=1)

    def _bending(self, images: tf.Tensor) -> tf.Tensor:
        """Random displacements that neighbouring pixels share, in pixels: float32 [n, 2 (x, y), height, width]."""
        height, width = _smoothing(images.shape[1]), _smoothing(images.shape[2])
        shape = (tf.shape(images)[0], 2, height.shape[1], width.shape[1])
        noise = keras.random.normal(shape, seed=self.generator)
        return tf.einsum("ih,nchw,jw->ncij", height, noise, width) * (self.elastic / 2)


def layers_for(spec: ClassifySpec, input_shape: tuple[int, ...]) -> keras.Sequential | None:
    """The layers that distort training images as a spec asks, or None where it asks for nothing.

    `input_shape` is the network's: [height, width, channels]. A spec's pixels are those of the original
    images, of which a pooled image has fewer.
    """
    if not any((spec.shift, spec.rotation, spec.scale, spec.elastic)):
        return None
    pixel = 1 / spec.pooling if spec.features == "pooled" else 1.0
    distortion = Distortion(
        shift=spec.shift * pixel,
        rotation=spec.rotation,
        scale=spec.scale,
        elastic=spec.elastic * pixel,
        seed=spec.seed,
    )
    return keras.Sequential([keras.Input(input_shape, name="image"), distortion], name="augmentation")


def preview(spec: ClassifySpec, images: np.ndarray, seed: int) -> np.ndarray:
    """What training might make of images uint8 [n, height, width] or [n, height, width, channels]: the same shape.

    The images are as the network would see them, pooled where the spec says so; another seed, another distortion.
    """
    as_network_sees = images if images.ndim == 4 else images[..., np.newaxis]
    layers = layers_for(spec.model_copy(update={"seed": seed}), as_network_sees.shape[1:])
    if layers is None:
        return images
    distorted = layers(tf.constant(as_network_sees, tf.float32), training=True).numpy()
    return np.asarray(distorted.round().astype(np.uint8).reshape(images.shape))


def _smoothing(side: int) -> np.ndarray:
    """Makes random numbers, a σ apart, a smooth curve of variance 1 along an image's side: float32 [side, numbers].

    Simard draws a number for each pixel. With Gaussian bells a number each σ gives as smooth a curve, for less.
    """
    width = SMOOTHNESS * side
    places = np.arange(-3 * width, side + 3 * width, width)
    bells = np.exp(-0.5 * ((np.arange(side)[:, None] - places) / width) ** 2)
    return np.asarray(bells / np.linalg.norm(bells, axis=1, keepdims=True), np.float32)


def _grid(images: tf.Tensor) -> tf.Tensor:
    """Every pixel's own place: float32 [2 (x, y), height, width]."""
    return tf.stack(tf.meshgrid(tf.range(float(images.shape[2])), tf.range(float(images.shape[1]))))


def _mapped(maps: tf.Tensor, places: tf.Tensor) -> tf.Tensor:
    """Places float32 [n, 2 (x, y), height, width] after affine maps [n, 8]: the same shape."""
    matrices = tf.reshape(maps[:, :6], [-1, 2, 3])
    return tf.einsum("nij,njhw->nihw", matrices[:, :, :2], places) + matrices[:, :, 2, None, None]


def _sampled(images: tf.Tensor, places: tf.Tensor) -> tf.Tensor:
    """What images float32 [n, height, width, channels] show at places [n, 2 (x, y), height, width], bilinearly.

    Images are framed by background, into which every place outside falls. The four pixels around a place are
    laid beside each other first, so that each place is looked up once.
    """
    height, width, channels = images.shape[1:]
    framed = tf.pad(images, [[0, 0], [1, 2], [1, 2], [0, 0]], constant_values=_BACKGROUND)
    around = [framed[:, :-1, :-1], framed[:, :-1, 1:], framed[:, 1:, :-1], framed[:, 1:, 1:]]
    table = tf.reshape(
        tf.stack(around, axis=3), [-1, 4 * channels]
    )  # [n · (height + 2) · (width + 2), 4 · channels]
    x = tf.clip_by_value(places[:, 0] + 1, 0.0, float(width + 1))  # [n, height, width]
    y = tf.clip_by_value(places[:, 1] + 1, 0.0, float(height + 1))
    left, top = tf.floor(x), tf.floor(y)
    first = tf.range(tf.shape(images)[0])[:, None, None] * ((height + 2) * (width + 2))
    row = first + tf.cast(top, tf.int32) * (width + 2) + tf.cast(left, tf.int32)
    found = tf.reshape(tf.gather(table, row), [-1, height, width, 4, channels])
    right, down = x - left, y - top  # how far between two pixels
    shares = [(1 - right) * (1 - down), right * (1 - down), (1 - right) * down, right * down]
    return tf.reduce_sum(found * tf.stack(shares, axis=-1)[..., None], axis=3)
