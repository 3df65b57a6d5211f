"""Own images, whole and divided, ready to be learned from: held in memory as one block of bytes.

loaded = load(Path("pets.zip"), image_size=64, color="rgb")
loaded.part("train").shape                                      # uint8 images of the training part
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil

from trainers.dataset_errors import DatasetMissing
from trainers.file_hash import file_hash
from trainers.own_images.division import PARTS, TRAIN
from trainers.own_images.sources import Refused
from trainers.own_images.survey import Color, Survey, survey

# While images are decoded and handed to TensorFlow they are there three times.
COPIES = 3


@dataclass(frozen=True)
class Loaded:
    """`images` uint8 [n, height, width(, 3)] with `labels` int64 [n] and `parts` int8 [n], the place in PARTS.

    `refused` is all that was left out, `sha256` that of the file, or of all names and contents below a folder.
    """

    images: np.ndarray
    labels: np.ndarray
    parts: np.ndarray
    class_names: tuple[str, ...]
    refused: tuple[Refused, ...]
    passed_over: int
    sha256: str

    def rows(self, part: str) -> np.ndarray:
        """Which images belong to a part: bool [n]."""
        return np.asarray(self.parts == PARTS.index(part))


def check(path: Path, *, image_size: int, color: Color) -> Survey:
    """A survey of images that fit into memory as they are asked for; raises DatasetMissing with what to do."""
    found = survey(path)
    height, width, channels = found.shape(image_size, color)
    size = len(found.labels) * height * width * channels
    free = psutil.virtual_memory().available
    if COPIES * size > free:
        raise DatasetMissing(
            f"{len(found.labels):,} images of {height} × {width} pixels {'in colour' if channels == 3 else 'in grey'} "
            f"take {COPIES * size / 1e9:,.1f} GB while they are read, and {free / 1e9:,.1f} GB of memory are free: "
            "choose a smaller Image size, grey, or fewer images."
        )
    return found


def load(path: Path, *, image_size: int, color: Color) -> Loaded:
    """All images that can be used, decoded; raises DatasetMissing with one sentence."""
    from trainers.own_images.decoding import decoded  # late: TensorFlow

    found = check(path, image_size=image_size, color=color)
    got = decoded(found, range(len(found.labels)), found.shape(image_size, color))
    labels, parts = found.labels[got.rows], found.parts[got.rows]
    _check_parts(found, labels, parts)
    return Loaded(
        images=got.images,
        labels=labels,
        parts=parts,
        class_names=found.class_names,
        refused=tuple(sorted((*found.refused, *got.refused), key=lambda one: one.name)),
        passed_over=found.passed_over,
        sha256=_content_hash(got.hashes) if path.is_dir() else file_hash(path),
    )


def _check_parts(found: Survey, labels: np.ndarray, parts: np.ndarray) -> None:
    """Raises DatasetMissing where damaged images leave a class or a part empty."""
    counts = np.bincount(labels[parts == TRAIN], minlength=len(found.class_names))
    for label in np.flatnonzero(counts == 0):
        raise DatasetMissing(
            f"All training images of the class {found.class_names[label]!r} are damaged: replace them or take the "
            "class out."
        )
    for place, part in enumerate(PARTS):
        if not (parts == place).any():
            raise DatasetMissing(f"All images for {part} are damaged: replace them.")


def _content_hash(hashes: Mapping[str, str]) -> str:
    """The SHA-256 of the names and contents of all files that were read."""
    lines = "".join(f"{name}\0{digest}\n" for name, digest in sorted(hashes.items()))
    return hashlib.sha256(lines.encode()).hexdigest()
