"""Pictures of people as arrays of pixels, whatever their files hold, and arrays of pixels as files.

    photo = read(Path("photo.jpg"))                     # uint8 [height, width, 3]
    save(Path("result.png"), resized(photo, (512, 341)))

Nothing here imports TensorFlow.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from trainers.dataset_errors import PictureRefused
from trainers.runs import write_atomically
from trainers.specs.stylize import LARGEST_FILE

MOST_PIXELS = 80_000_000
FEWEST_PIXELS = 16  # a side: what one number of the deepest layer stands for
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")
_ADVICE = "give a JPEG, PNG or WebP image"
_PAPER = (255, 255, 255)  # behind what is transparent


def read(path: Path) -> np.ndarray:
    """The first picture of an image file, upright and in colour: uint8 [height, width, 3].

    Transparent parts lie on white; 16 bits become 8. Raises PictureRefused.
    """
    return decoded(content(path), path.name)


def decoded(content: bytes, name: str) -> np.ndarray:
    """The same from a file's bytes; `name` is what a person calls it."""
    if not content:
        raise PictureRefused(f"{name} is empty: {_ADVICE}.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of metadata; the size is judged here
            with Image.open(io.BytesIO(content), formats=FORMATS) as image:
                _check_size(image, name)
                return np.ascontiguousarray(_in_colour(ImageOps.exif_transpose(image)))
    except PictureRefused:
        raise
    except Image.DecompressionBombError as error:
        raise _too_large(name) from error
    except Image.UnidentifiedImageError as error:
        raise PictureRefused(f"{name} is not an image that can be read: {_ADVICE}.") from error
    except (
        OSError,
        ValueError,
        SyntaxError,
        EOFError,
        IndexError,
        TypeError,
        KeyError,
        MemoryError,
    ) as error:
        # Pillow's decoders raise all of these for files that were cut short or made to break them.
        raise PictureRefused(f"{name} is damaged or cut short: save it again, or {_ADVICE}.") from error


def content(path: Path) -> bytes:
    """An image file's bytes, if they are not too many; raises PictureRefused."""
    try:
        if not path.is_file():
            raise PictureRefused(f"There is no image file {path}: {_ADVICE}.")
        with path.open("rb") as file:
            found = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise PictureRefused(f"{path} cannot be read ({error.strerror}): {_ADVICE}.") from error
    if len(found) > LARGEST_FILE:
        raise PictureRefused(f"{path.name} is larger than {LARGEST_FILE // 2**20} MB: save it smaller.")
    return found


def _check_size(image: Image.Image, name: str) -> None:
    width, height = image.size
    if width * height > MOST_PIXELS:
        raise _too_large(name)
    if min(width, height) < FEWEST_PIXELS:
        raise PictureRefused(
            f"{name} is {width:,} × {height:,} pixels, too few to see anything in: give an image of at least "
            f"{FEWEST_PIXELS} × {FEWEST_PIXELS}."
        )


def _too_large(name: str) -> PictureRefused:
    return PictureRefused(f"{name} has more than {MOST_PIXELS // 10**6} million pixels: save it smaller.")


def _in_colour(image: Image.Image) -> np.ndarray:
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        return np.repeat(_eight_bits(np.asarray(image))[..., None], 3, axis=2)
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        paper = Image.new("RGBA", layer.size, _PAPER)
        image = Image.alpha_composite(paper, layer)
    return np.asarray(image.convert("RGB"))


def _eight_bits(values: np.ndarray) -> np.ndarray:
    """Brightness of more than 8 bits as uint8: of 16 bits unless nothing is brighter than 8 bits can say."""
    numbers = np.nan_to_num(values.astype(np.float64))
    most = 255.0 if numbers.max(initial=0) <= 255 else 65535.0
    return np.round(np.clip(numbers / most, 0, 1) * 255).astype(np.uint8)


def fitted_size(width: int, height: int, longest: int) -> tuple[int, int]:
    """Width and height of a picture whose longer side is `longest`, in the same proportions."""
    scale = longest / max(width, height)
    return max(1, round(width * scale)), max(1, round(height * scale))


def check_fits(width: int, height: int, longest: int, name: str) -> None:
    """Raises PictureRefused where a picture would be a mere line at the size whose longer side is `longest`."""
    across, down = fitted_size(width, height, longest)
    if min(across, down) < FEWEST_PIXELS:
        raise PictureRefused(
            f"{name} is {width:,} × {height:,} pixels, so at size {longest:,} it would be {across:,} × {down:,}, too "
            "narrow to be painted: cut it to a wider part or choose a larger size."
        )


def resized(pixels: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """A picture uint8 [h, w, 3] or [h, w] at another width and height, by Lanczos' filter."""
    return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.LANCZOS))


def at_width(pixels: np.ndarray, width: int) -> np.ndarray:
    """A picture uint8 [h, w, 3] at this width, in its own proportions, at least as large as the network's field."""
    height = round(pixels.shape[0] * width / pixels.shape[1])
    return resized(pixels, (max(width, FEWEST_PIXELS), max(height, FEWEST_PIXELS)))


def strip(parts: Sequence[np.ndarray]) -> np.ndarray:
    """Pictures uint8 [h, w, 3] of any sizes beside each other, at the height of the last: uint8 [h, …, 3]."""
    height = parts[-1].shape[0]
    gap = np.full((height, max(4, height // 64), 3), _PAPER, np.uint8)
    sized = [resized(one, (max(1, round(one.shape[1] * height / one.shape[0])), height)) for one in parts]
    return np.concatenate([piece for one in sized for piece in (one, gap)][:-1], axis=1)


def as_pixels(picture: np.ndarray) -> np.ndarray:
    """What is saved of a picture float [h, w, 3] in 0 to 255: uint8, rounded."""
    return np.round(np.clip(picture, 0, 255)).astype(np.uint8)


def encoded(pixels: np.ndarray, kind: str = "PNG") -> bytes:
    """A picture uint8 [h, w, 3] as the bytes of a PNG (without loss) or JPEG file."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, format=kind, **({"quality": 92} if kind == "JPEG" else {}))
    return file.getvalue()


def save(path: Path, pixels: np.ndarray) -> None:
    """Replaces an image file atomically, JPEG or PNG by its name; raises StorageFailed."""
    kind = "JPEG" if path.suffix.lower() in (".jpg", ".jpeg") else "PNG"
    write_atomically(path, encoded(pixels, kind))
