"""What somebody's own images are, before one of them is decoded: classes, sizes, parts, and what must be left out.

    found = survey(Path("pets.zip"))
    found.class_names, found.counts()                 # ("cat", "dog"), int [2 classes, 3 parts]
    found.shape(image_size=0, color="auto")           # (64, 64, 3): what each image becomes

Only the head of each file is read. What a survey says of classes, sizes and parts holds for the training too: an image
whose pixels turn out to be damaged is then left out of its part.
"""

from __future__ import annotations

import hashlib
import os
import stat
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

import numpy as np

from trainers.dataset_errors import DatasetMissing
from trainers.own_images.arrays import Arrays, read_arrays
from trainers.own_images.division import MOST_CLASSES, PARTS, completed, divided
from trainers.own_images.pictures import Header, NotAPicture, header
from trainers.own_images.sources import File, Refused, Source, opened

LARGEST_CHOSEN_SIDE = 64  # pixels, where nobody chose: small networks learn from small images
LARGEST_KEPT_SIDE = 128  # images that are all of one size, no larger than this, keep it
_FOLDERS = {
    "train": "train",
    "training": "train",
    "validation": "validation",
    "valid": "validation",
    "val": "validation",
    "test": "test",
    "testing": "test",
}

Color = Literal["auto", "grey", "rgb"]


@dataclass(frozen=True)
class Survey:
    """The images that can be learned from, in a fixed order, by class and name.

    `names` are what people know them by and `places` where they are found, `labels` int64 [n] and `parts` int8 [n] (the
    place in PARTS) what they are for, `sizes` int32 [n, 2] their height and width in pixels. `is_grey`: all are grey.
    `refused` names what is left out, `passed_over` counts hidden files.
    """

    path: Path
    kind: Literal["files", "arrays"]
    class_names: tuple[str, ...]
    names: tuple[str, ...]
    places: tuple[str, ...]
    labels: np.ndarray
    parts: np.ndarray
    sizes: np.ndarray
    is_grey: bool
    refused: tuple[Refused, ...]
    passed_over: int

    def counts(self) -> np.ndarray:
        """How many images each class has in each part: int64 [classes, 3]."""
        cells = self.labels * len(PARTS) + self.parts
        return np.bincount(cells, minlength=len(self.class_names) * len(PARTS)).reshape(-1, len(PARTS))

    def shape(self, image_size: int, color: Color) -> tuple[int, int, int]:
        """What each image becomes: height and width in pixels and 1 (grey) or 3 channels.

        With the size 0, images of one size no larger than 128 pixels stay as they are; others become squares with the
        median of their longer sides, 64 pixels at most.
        """
        channels = {"grey": 1, "rgb": 3, "auto": 1 if self.is_grey else 3}[color]
        if image_size:
            return image_size, image_size, channels
        height, width = (int(side) for side in self.sizes[0])
        if (self.sizes == self.sizes[0]).all() and max(height, width) <= LARGEST_KEPT_SIDE:
            return height, width, channels
        side = min(LARGEST_CHOSEN_SIDE, int(np.median(self.sizes.max(axis=1))))
        return side, side, channels


def survey(path: Path) -> Survey:
    """What a folder, a .zip or an .npz holds; raises DatasetMissing with one sentence.

    It is remembered while nothing changes there.
    """
    return _survey(path, stamp(path))


def stamp(path: Path) -> str:
    """A word that changes when a file changes, or a file below a folder does; raises DatasetMissing."""
    try:
        if not path.is_dir():
            found = os.stat(path)
            if not stat.S_ISREG(found.st_mode):
                raise DatasetMissing(f"{path} is neither a folder nor a plain file.")
            return _one_stamp(found)
        word = hashlib.sha256()
        for folder, folders, names in os.walk(path):
            folders.sort()
            for name in sorted(names):
                found = os.lstat(os.path.join(folder, name))
                word.update(os.fsencode(os.path.join(folder, name)) + _one_stamp(found).encode())
        return word.hexdigest()
    except FileNotFoundError as error:
        raise DatasetMissing(
            f"There is neither a folder nor a file {path}: check the path of your own images."
        ) from error
    except OSError as error:
        raise DatasetMissing(f"{path} cannot be read: {error.strerror}.") from error


def _one_stamp(found: os.stat_result) -> str:
    return f"{found.st_ino} {found.st_size} {found.st_mtime_ns}"


@lru_cache(maxsize=4)
def _survey(path: Path, _stamp: str) -> Survey:
    if path.suffix.lower() == ".npz" and not path.is_dir():
        return _of_arrays(path, read_arrays(path))
    with opened(path) as source:
        return _of_files(path, source)


def _of_files(path: Path, source: Source) -> Survey:
    sorted_out = _by_class(source.listing.files)
    refused = list(source.listing.refused)
    refused += [Refused(file.name, "lies in no class folder") for file, place in sorted_out if place is None]
    kept: list[tuple[str, str | None, File, Header]] = []  # class, part
    for file, place in sorted_out:
        if place is None:
            continue
        try:
            with source.open(file) as stream:
                kept.append((place[1], place[0], file, header(stream)))
        except NotAPicture as error:
            refused.append(Refused(file.name, str(error)))
        except (OSError, RuntimeError, NotImplementedError, EOFError) as error:
            refused.append(Refused(file.name, f"cannot be read ({error})"))
    class_names = tuple(sorted({one[0] for one in kept}))
    _check_classes(path, class_names, refused)
    kept.sort(key=lambda one: (one[0], one[2]))
    names = tuple(one[2].name for one in kept)
    place_of = {name: place for place, name in enumerate(class_names)}
    labels = np.array([place_of[one[0]] for one in kept], np.int64)
    return Survey(
        path=path,
        kind="files",
        class_names=class_names,
        names=names,
        places=tuple(one[2].place for one in kept),
        labels=labels,
        parts=_parts([one[1] for one in kept], labels, names, class_names),
        sizes=np.array([(one[3].height, one[3].width) for one in kept], np.int32),
        is_grey=all(one[3].is_grey for one in kept),
        refused=tuple(sorted(refused, key=lambda one: one.name)),
        passed_over=source.listing.passed_over,
    )


def _by_class(files: Sequence[File]) -> list[tuple[File, tuple[str | None, str] | None]]:
    """Each file with its part (where the folders say so) and its class; None for one that lies in no class folder.

    A folder around all others is looked into: archives are often packed so.
    """
    paths = [unicodedata.normalize("NFC", file.name).split("/") for file in files]  # macOS takes names apart
    while len({parts[0] for parts in paths if len(parts) > 1}) == 1 and any(
        len(parts) > 2 for parts in paths
    ):
        paths = [parts[1:] if len(parts) > 1 else parts for parts in paths]
    tops = {parts[0].lower() for parts in paths if len(parts) > 1}
    given = "train" in {_FOLDERS.get(top) for top in tops} and all(top in _FOLDERS for top in tops)
    found: list[tuple[File, tuple[str | None, str] | None]] = []
    for file, parts in zip(files, paths, strict=True):
        if given:
            place = (_FOLDERS[parts[0].lower()], parts[1]) if len(parts) > 2 else None
        else:
            place = (None, parts[0]) if len(parts) > 1 else None
        found.append((file, place))
    return found


def _of_arrays(path: Path, arrays: Arrays) -> Survey:
    refused: list[Refused] = []
    names: list[str] = []
    places: list[str] = []
    values: list[int | str] = []
    parts: list[str | None] = []
    for number, block in enumerate(arrays.blocks):
        bad = block.without_label | block.not_finite
        for row in range(len(block.images)):
            name = f"row {row} of {block.name}"
            if bad[row]:
                reason = "has no label" if block.without_label[row] else "has pixels that are no numbers"
                refused.append(Refused(name, reason))
                continue
            names.append(name)
            places.append(f"{number} {row}")
            values.append(block.labels[row].item())
            parts.append(block.part)
    known = sorted(set(values), key=lambda value: (isinstance(value, str), value))
    class_names = tuple(_named(path, value, arrays.class_names) for value in known)
    _check_classes(path, class_names, refused)
    place_of = {value: place for place, value in enumerate(known)}
    labels = np.array([place_of[value] for value in values], np.int64)
    shape = arrays.blocks[0].images.shape
    order = np.argsort(labels, kind="stable")
    return Survey(
        path=path,
        kind="arrays",
        class_names=class_names,
        names=tuple(names[row] for row in order),
        places=tuple(places[row] for row in order),
        labels=labels[order],
        parts=_parts(parts, labels, names, class_names)[order],
        sizes=np.tile(np.array(shape[1:3], np.int32), (len(labels), 1)),
        is_grey=len(shape) == 3,
        refused=tuple(refused),
        passed_over=0,
    )


def _named(path: Path, value: int | str, names: tuple[str, ...] | None) -> str:
    if names is None or isinstance(value, str):
        return str(value)
    if not 0 <= value < len(names):
        raise DatasetMissing(
            f"{path.name} has the label {value} and {len(names)} class_names, of which the first is that of 0."
        )
    return names[value]


def _parts(
    given: Sequence[str | None], labels: np.ndarray, names: Sequence[str], class_names: Sequence[str]
) -> np.ndarray:
    if any(part is None for part in given):
        return divided(labels, names, class_names)
    parts = np.array([PARTS.index(part) for part in given if part is not None], np.int8)
    return completed(parts, labels, names, class_names)


def _check_classes(path: Path, class_names: Sequence[str], refused: Sequence[Refused]) -> None:
    if len(class_names) > MOST_CLASSES:
        raise DatasetMissing(
            f"{path.name} has {len(class_names):,} classes, more than the {MOST_CLASSES:,} that are learned: "
            "give fewer folders or labels."
        )
    if len(class_names) == 1:
        raise DatasetMissing(
            f"{path.name} has one class only, {class_names[0]!r}: a network that learns to tell classes apart "
            "needs two."
        )
    if not class_names:
        first = f" (the first: {refused[0].name} {refused[0].reason})" if refused else ""
        raise DatasetMissing(
            f"{path.name} has no image in a class folder{first}: put the images of each class into a "
            "folder with its name."
        )
