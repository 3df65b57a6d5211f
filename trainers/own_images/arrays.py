"""Images and labels in an .npz: looked at before anything is unpacked, and never unpickled.

    for block in read_arrays(Path("digits.npz")).blocks:
        block.part, block.images.shape, block.labels.shape

The arrays are called x and y, or x_train, y_train, x_test, y_test (x_val and y_val where there are any), as Keras does.
Images are [n, height, width] or [n, height, width, 1 or 3] of whole numbers, or of floating-point numbers 0…1 or 0…255;
labels are [n] of whole numbers or text. An array `class_names` says what the numbers 0, 1, 2 … mean.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from trainers.dataset_errors import DatasetMissing

MOST_IMAGES = 1_000_000
LONGEST_SIDE = 1_024  # pixels
SHARE_OF_MEMORY = 0.4  # of what is free: while they are turned into bytes there are two of them
_SUFFIXES = {"": None, "_train": "train", "_val": "validation", "_valid": "validation", "_test": "test"}
_SUFFIXES["_validation"] = "validation"
_ADVICE = "save them with numpy.savez_compressed(file, x=images, y=labels)"


@dataclass(frozen=True)
class Block:
    """Images uint8 [n, height, width(, 3)] and their labels [n], as they stood in the file.

    `part` is the one they are for, None where the file does not say; `without_label` and `not_finite` bool [n] say
    which rows cannot be used; `name` is that of the array of images.
    """

    name: str
    part: str | None
    images: np.ndarray
    labels: np.ndarray
    without_label: np.ndarray
    not_finite: np.ndarray


@dataclass(frozen=True)
class Arrays:
    """What an .npz holds: the images in one to three blocks, and what the labels mean where it says so."""

    blocks: tuple[Block, ...]
    class_names: tuple[str, ...] | None


def read_arrays(path: Path) -> Arrays:
    """The images and labels of an .npz; raises DatasetMissing with one sentence."""
    try:
        with path.open("rb") as file:
            with zipfile.ZipFile(file) as archive:
                pairs, wanted = _checked(path, archive)
            file.seek(0)
            with np.load(file, allow_pickle=False) as archive:
                found = {name: archive[name] for name in wanted}
    except MemoryError:
        raise
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise DatasetMissing(f"{path.name} is no whole .npz with images and labels: {_ADVICE}.") from error
    images = {suffix: _images(path, x, found[x]) for suffix, (x, _y) in pairs.items()}
    if len({one.shape[1:] for one in images.values()}) > 1:
        raise DatasetMissing(f"{path.name} has images of another size to test than to train.")
    scale = _scale(path, images)
    blocks = [
        _block(path, x, _SUFFIXES[suffix], images[suffix], found[y], scale)
        for suffix, (x, y) in pairs.items()
    ]
    return Arrays(tuple(blocks), _class_names(path, found.get("class_names")))


def _checked(path: Path, archive: zipfile.ZipFile) -> tuple[dict[str, tuple[str, str]], list[str]]:
    """Which arrays to read: the pairs of images and labels by suffix, and all names. Only their heads are read here."""
    members = {entry.filename.removesuffix(".npy"): entry for entry in archive.infolist()}
    pairs = _pairs(path, members)
    wanted = [name for pair in pairs.values() for name in pair]
    if "class_names" in members:
        wanted.append("class_names")
    total = sum(_promised_bytes(path, archive, members[name], name) for name in wanted)
    free = psutil.virtual_memory().available
    if total > SHARE_OF_MEMORY * free:
        raise DatasetMissing(
            f"{path.name} unpacks to {total / 1e9:,.1f} GB, and {free / 1e9:,.1f} GB of memory are free: give fewer or "
            "smaller images, or a folder of image files."
        )
    return pairs, wanted


def _pairs(path: Path, members: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    lower = {name.lower(): name for name in members}
    pairs = {
        suffix: (lower[f"x{suffix}"], lower.get(f"y{suffix}", ""))
        for suffix in _SUFFIXES
        if f"x{suffix}" in lower
    }
    if "_train" in pairs:
        pairs.pop("", None)
    if not pairs or ("_train" not in pairs and "" not in pairs):
        held = ", ".join(sorted(members)[:10]) or "nothing"
        raise DatasetMissing(f"{path.name} has no array x or x_train (it holds {held}): {_ADVICE}.")
    unlabelled = [images for images, labels in pairs.values() if not labels]
    if unlabelled:
        name = unlabelled[0]
        raise DatasetMissing(
            f"{path.name} holds {name} and no labels for it: add an array {'y' + name[1:]} with the class of "
            "each image."
        )
    return pairs


def _promised_bytes(path: Path, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str) -> int:
    """How large an array says it is, in bytes; raises DatasetMissing for objects, and ValueError for a lie."""
    with archive.open(entry) as file:
        version = np.lib.format.read_magic(file)
        read_head = (
            np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        )
        shape, _fortran, kind = read_head(file)
        if kind.hasobject:
            raise DatasetMissing(
                f"{path.name} holds Python objects in the array {name}, which are never unpickled, since they could do "
                f"anything: save plain numbers or text, {_ADVICE}."
            )
        promised = int(np.prod(shape, dtype=object)) * kind.itemsize
        if promised + file.tell() != entry.file_size:
            raise ValueError(f"{name} is not as long as it says")
    return promised


def _images(path: Path, name: str, values: np.ndarray) -> np.ndarray:
    """An array as images [n, height, width(, 3)] of any numbers; raises DatasetMissing."""
    if values.dtype.kind not in "buif":
        raise DatasetMissing(f"{path.name} holds {values.dtype} in {name}: images are numbers.")
    if values.ndim == 4 and values.shape[3] == 1:
        values = values[..., 0]
    if values.ndim != 3 and (values.ndim != 4 or values.shape[3] != 3):
        raise DatasetMissing(
            f"{path.name} has {name} of the shape {list(values.shape)}: images are [n, height, width], or "
            "[n, height, width, 3] in colour."
        )
    if not 1 <= len(values) <= MOST_IMAGES:
        raise DatasetMissing(
            f"{path.name} has {len(values):,} images in {name}: 1 to {MOST_IMAGES:,} are read."
        )
    if not 1 <= min(values.shape[1:3]) <= max(values.shape[1:3]) <= LONGEST_SIDE:
        raise DatasetMissing(
            f"{path.name} has images of {values.shape[1]:,} × {values.shape[2]:,} pixels in {name}: "
            f"1 to {LONGEST_SIDE:,} a side are read."
        )
    return values


def _scale(path: Path, images: Mapping[str, np.ndarray]) -> float:
    """What the numbers of all images are multiplied by so that white is 255; raises DatasetMissing."""
    finite = [one[np.isfinite(one)] if one.dtype.kind == "f" else one for one in images.values()]
    filled = [one for one in finite if one.size]
    lowest = min((float(one.min()) for one in filled), default=0.0)
    highest = max((float(one.max()) for one in filled), default=0.0)
    kind = next(iter(images.values())).dtype.kind
    if lowest < 0 or highest > 65_535 or (kind == "f" and highest > 255):
        raise DatasetMissing(
            f"{path.name} has pixels from {lowest:g} to {highest:g}: they must be 0 to 1, 0 to 255, or whole numbers "
            "of 16 bits."
        )
    if kind == "b" or (kind == "f" and highest <= 1):
        return 255.0
    return 1.0 if highest <= 255 else 1 / 257


def _block(
    path: Path, name: str, part: str | None, values: np.ndarray, labels: np.ndarray, scale: float
) -> Block:
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    if labels.shape != values.shape[:1]:
        raise DatasetMissing(
            f"{path.name} has {len(values):,} images in {name} and labels of the shape {list(labels.shape)}: "
            "each image needs one."
        )
    finite = np.ones(len(values), bool)
    if values.dtype.kind == "f":
        finite = np.isfinite(values).reshape(len(values), -1).all(axis=1)
        values = np.where(np.isfinite(values), values, 0)
    if values.dtype != np.uint8:
        values = np.rint(values * np.float32(scale)).astype(np.uint8)
    labels, without = _labels(path, name, labels)
    return Block(name, part, values, labels, without, ~finite)


def _labels(path: Path, name: str, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Labels as whole numbers or text, and which of them are missing: bool [n]."""
    if labels.dtype.kind in "bui":
        return labels.astype(np.int64), np.zeros(len(labels), bool)
    if labels.dtype.kind in "SU":
        if labels.dtype.kind == "S":
            labels = np.array([label.decode("utf-8", "replace") for label in labels.tolist()])
        return labels, np.char.strip(labels) == ""
    missing = np.isnan(labels) if labels.dtype.kind == "f" else np.ones(len(labels), bool)
    whole = np.where(missing, 0, labels) if labels.dtype.kind == "f" else np.array([0.5])
    if not (np.isfinite(whole).all() and (whole == np.rint(whole)).all()):
        raise DatasetMissing(f"{path.name} has labels of {name} that are neither whole numbers nor text.")
    return whole.astype(np.int64), missing


def _class_names(path: Path, names: np.ndarray | None) -> tuple[str, ...] | None:
    if names is None:
        return None
    if names.ndim != 1 or names.dtype.kind not in "SU":
        raise DatasetMissing(f"{path.name} has class_names that are no list of text.")
    decoded = tuple(
        name.decode("utf-8", "replace") if isinstance(name, bytes) else name for name in names.tolist()
    )
    if len(set(decoded)) < len(decoded):
        raise DatasetMissing(f"{path.name} has two classes of the same name in class_names.")
    return decoded
