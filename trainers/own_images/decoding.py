"""Own images decoded side by side, through tf.data, into one block of bytes.

    loaded = decoded(survey(path), rows, (64, 64, 3))
    loaded.images.shape                                   # (len(rows) without those that are damaged, 64, 64, 3)

Pillow decodes them, since it knows every form that people's images have; it leaves Python's lock meanwhile, so that as
many are decoded at a time as there are cores.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

import numpy as np
import tensorflow as tf
from PIL import Image

from trainers.hardware import usable_cores
from trainers.own_images.arrays import read_arrays
from trainers.own_images.pictures import NotAPicture, fitted, pixels
from trainers.own_images.sources import File, Refused, opened, read
from trainers.own_images.survey import Survey

Shape = tuple[int, int, int]
_Decode = Callable[[int], tuple[np.ndarray, str]]  # a row's pixels, and the hash of its file where it has one


@dataclass(frozen=True)
class Decoded:
    """`images` uint8 [n, height, width(, 3)] of the `rows` int64 [n] of a survey; `refused` those that are damaged.

    `hashes` are the SHA-256 of all files that were read, by name; none where rows come from an .npz.
    """

    images: np.ndarray
    rows: np.ndarray
    refused: tuple[Refused, ...]
    hashes: dict[str, str]


def decoded(found: Survey, rows: Sequence[int], shape: Shape, *, at_once: int | None = None) -> Decoded:
    """Some rows of a survey as images of one shape, in their order; `at_once` many are decoded side by side."""
    count = len(rows)
    images = np.zeros((count, *(shape if shape[2] == 3 else shape[:2])), np.uint8)
    reasons, hashes = [""] * count, {}
    with ExitStack() as stack:
        decode = _decoder(found, shape, stack)

        def one(place: int) -> tuple[np.ndarray, str, str]:
            try:
                return (*decode(rows[place]), "")
            except NotAPicture as error:
                return np.zeros(images.shape[1:], np.uint8), "", str(error)

        for place, (image, digest, reason) in enumerate(_pipeline(one, count, at_once or usable_cores())):
            images[place], reasons[place] = image, reason.decode()
            hashes[found.names[rows[place]]] = digest.decode()
    good = np.array([not reason for reason in reasons], bool)
    bad = [Refused(found.names[rows[place]], reasons[place]) for place in np.flatnonzero(~good)]
    kept = images if good.all() else images[good]
    return Decoded(kept, np.asarray(rows, np.int64)[good], tuple(bad), hashes)


def _pipeline(one: Callable[[int], tuple[np.ndarray, str, str]], count: int, at_once: int):
    """The outcomes in their order; so many are worked on at a time."""
    kinds = [tf.uint8, tf.string, tf.string]
    places = tf.data.Dataset.range(count)
    outcomes = places.map(
        # Without a state: where a run asks for determinism, tf.data would else do one after another.
        lambda place: tf.numpy_function(one, [place], kinds, stateful=False),
        num_parallel_calls=at_once,
        deterministic=True,
    )
    options = tf.data.Options()
    # The threads of a run may be one; those of its images are not its business.
    options.threading.private_threadpool_size = at_once
    return outcomes.with_options(options).prefetch(at_once).as_numpy_iterator()


def _decoder(found: Survey, shape: Shape, stack: ExitStack) -> _Decode:
    height, width, channels = shape
    if found.kind == "arrays":
        blocks = read_arrays(found.path).blocks

        def from_array(row: int) -> tuple[np.ndarray, str]:
            block, place = map(int, found.places[row].split())
            image = blocks[block].images[place]
            if image.shape == (shape if channels == 3 else shape[:2]):
                return image, ""
            return fitted(Image.fromarray(image), height=height, width=width, channels=channels), ""

        return from_array
    source = stack.enter_context(opened(found.path))

    def from_file(row: int) -> tuple[np.ndarray, str]:
        content = read(source, File(found.names[row], found.places[row], 0))
        image = pixels(content, height=height, width=width, channels=channels)
        return image, hashlib.sha256(content).hexdigest()

    return from_file
