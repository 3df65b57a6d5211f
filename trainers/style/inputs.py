"""What a painting is made from: the files that a spec names, looked at before anything starts, and kept by the run."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from trainers.dataset_errors import DatasetMissing, PictureRefused
from trainers.runs import Run, read_json, write_atomically, write_json
from trainers.specs import StylizeSpec
from trainers.style import colours, memory, pictures, preview, weights

KEPT = "pictures.json"
Sides = tuple[int, int]  # height and width in pixels


@dataclass(frozen=True)
class Inputs:
    """Pictures uint8 [h, w, 3] as they were given, upright; the mask uint8 [h, w] where there is one.

    `initial` is a person's own picture or the preview, None for a start from the photo or noise.
    """

    photo: np.ndarray
    styles: tuple[np.ndarray, ...]
    initial: np.ndarray | None
    mask: np.ndarray | None


def check(spec: StylizeSpec) -> None:
    """Whether a painting can be made as a spec asks; raises PictureRefused or DatasetMissing with what to do."""
    weights.check(spec.network, spec.network_file)
    if spec.starts_from_preview:
        preview.check()
    _fitting(spec, _read(spec, dict(_files(spec))))


def fit(spec: StylizeSpec) -> dict[str, Any]:
    """What `check` says of a spec, for whoever asks again and again: each picture is read once.

    `problem` is one sentence, "" where there is none; `largest` the longest side that fits into memory now, in
    pixels, 0 where none does or where the pictures cannot be read.
    """
    largest = 0
    try:
        weights.check(spec.network, spec.network_file)
        if spec.starts_from_preview:
            preview.check()
        shapes = {name: _shape(path) for name, path in _files(spec)}
        styles = [shape for name, shape in shapes.items() if name.startswith("style-")]
        (height, width), share = shapes["content"], _style_pixels(spec, shapes["content"], styles)
        largest = memory.largest_size(width, height, share, memory.free(), tiled=spec.tiles)
        _check_shapes(spec, shapes["content"], styles)
    except DatasetMissing as error:
        return {"problem": str(error), "largest": largest}
    return {"problem": "", "largest": largest}


def kept(run: Run, spec: StylizeSpec) -> Inputs:
    """The pictures of a run: copied into its folder at first, and read from there ever after.

    Raises DatasetMissing, PictureRefused or StorageFailed.
    """
    folder = run.path / "inputs"
    record = folder / KEPT
    if not record.exists():
        told = {}
        for name, path in _files(spec):
            content = pictures.content(path)
            file = f"{name}{path.suffix.lower() if path.suffix[1:].isalnum() else ''}"
            write_atomically(folder / file, content)
            told[name] = {"file": file, "source": str(path), "sha256": hashlib.sha256(content).hexdigest()}
        write_json(record, told)
    files = {name: folder / Path(one["file"]).name for name, one in read_json(record).items()}
    inputs = _read(spec, files)
    if spec.starts_from_preview:
        photo = preview.fitted(inputs.photo, "The photo")
        inputs = replace(inputs, initial=preview.painted(spec, photo, inputs.styles))
    return _fitting(spec, inputs)


def _files(spec: StylizeSpec) -> list[tuple[str, Path]]:
    """The files a spec names, each under what it is for; raises PictureRefused where one lacks."""
    if spec.content is None:
        raise PictureRefused("There is no photo to paint: give one with --content FILE.")
    if not spec.style:
        raise PictureRefused("There is no painting to take the style of: give one with --style FILE.")
    if spec.initial == "file" and spec.initial_file is None:
        raise PictureRefused("There is no picture to start from: give one with --initial-file FILE.")
    files = [("content", spec.content)]
    files += [(f"style-{number}", path) for number, path in enumerate(spec.style, start=1)]
    files += [("initial", spec.initial_file)] if spec.initial_file and spec.initial == "file" else []
    return files + ([("mask", spec.mask)] if spec.mask else [])


def _read(spec: StylizeSpec, files: dict[str, Path]) -> Inputs:
    mask = pictures.read(files["mask"]) if "mask" in files else None
    return Inputs(
        photo=pictures.read(files["content"]),
        styles=tuple(pictures.read(files[f"style-{number}"]) for number in range(1, len(spec.style) + 1)),
        initial=pictures.read(files["initial"]) if "initial" in files else None,
        mask=None if mask is None else mask.mean(axis=2).round().astype(np.uint8),
    )


def _fitting(spec: StylizeSpec, inputs: Inputs) -> Inputs:
    """The pictures, if they can be painted at the size a spec asks for, with matched colours where it says so."""
    check_size(spec, inputs)
    if not spec.colour_matching:
        return inputs
    matched = tuple(colours.matched(style, inputs.photo) for style in inputs.styles)
    return Inputs(inputs.photo, matched, inputs.initial, inputs.mask)


def check_size(spec: StylizeSpec, inputs: Inputs) -> None:
    """Raises PictureRefused where a picture of the size a spec asks for does not fit the network or the memory."""
    _check_shapes(spec, _sides(inputs.photo), [_sides(style) for style in inputs.styles])


def _check_shapes(spec: StylizeSpec, photo: Sides, styles: Sequence[Sides]) -> None:
    height, width = photo
    pictures.check_fits(width, height, spec.size, "The photo")
    memory.check(width, height, spec.size, _style_pixels(spec, photo, styles), tiled=spec.tiles)


def _style_pixels(spec: StylizeSpec, photo: Sides, styles: Sequence[Sides]) -> float:
    """The largest painting's number of pixels as a multiple of the picture's."""
    return max(
        scale**2 * (height / width) * (photo[1] / photo[0])
        for scale, (height, width) in zip(spec.style_scales, styles, strict=True)
    )


def _sides(pixels: np.ndarray) -> Sides:
    return pixels.shape[0], pixels.shape[1]


def _shape(path: Path) -> Sides:
    """Height and width of an image file that can be read; raises PictureRefused for any other."""
    try:
        told = path.stat()
    except OSError:
        return _sides(pictures.read(path))  # which says what is wrong
    return _read_shape(path, told.st_size, told.st_mtime_ns)


@lru_cache(maxsize=64)
def _read_shape(path: Path, _size: int, _changed: int) -> Sides:
    return _sides(pictures.read(path))
