"""One picture that somebody made, in whatever form, as pixels a network can be fed. Nothing in it is believed.

    with path.open("rb") as file:
        looked = header(file)                                   # without decoding: Header(height, width, is_grey)
    pixels(path.read_bytes(), height=64, width=64, channels=3)          # uint8 [64, 64, 3]

The first frame counts, turned upright as its EXIF says; what is transparent becomes white; a picture of other
proportions keeps its own, within a black frame.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
from PIL import Image, ImageFile, ImageOps

FORMATS = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "PPM")  # judged by content, whatever a file is called
LARGEST_BYTES = 50_000_000
LARGEST_PIXELS = 50_000_000
_GREY_MODES = ("1", "L", "LA", "I", "I;16", "I;16B", "I;16L", "I;16N", "F")
_TURNED = (5, 6, 7, 8)  # EXIF orientations that exchange height and width
_ORIENTATION = 0x0112  # EXIF 2.32, section 4.6.4
_DRAFT = 2  # a JPEG is decoded at no less than so many times the size that is wanted


class NotAPicture(ValueError):
    """A file that cannot be learned from; its text goes on after the file's name: "is damaged …"."""


@dataclass(frozen=True)
class Header:
    """What a picture's file says of it: `height` and `width` in pixels once it is upright, and whether it is grey."""

    height: int
    width: int
    is_grey: bool


def header(file: BinaryIO) -> Header:
    """What a picture is, without decoding it; raises NotAPicture."""
    with _opened(file) as image:
        turned = _orientation(image) in _TURNED
        width, height = image.size
        grey = image.mode in _GREY_MODES or (image.mode == "P" and _has_grey_palette(image))
        return Header(*((width, height) if turned else (height, width)), is_grey=grey)


def pixels(content: bytes, *, height: int, width: int, channels: int) -> np.ndarray:
    """A picture's file as uint8 [height, width], or [height, width, 3] with three channels; raises NotAPicture."""
    if len(content) > LARGEST_BYTES:
        raise NotAPicture(f"is larger than {LARGEST_BYTES // 1_000_000} MB")
    with _opened(io.BytesIO(content)) as image:
        try:
            # Only JPEG does it: an eighth of the pixels are decoded in an eighth of the time.
            image.draft(None, (width * _DRAFT, height * _DRAFT))
            image.load()
            upright = ImageOps.exif_transpose(image)
            return fitted(upright, height=height, width=width, channels=channels)
        except (NotAPicture, MemoryError):
            raise
        except Exception as error:  # damaged files raise whatever Pillow's decoders stumble over
            raise NotAPicture(f"is damaged or cut off ({_reason(error)})") from error


def fitted(image: Image.Image, *, height: int, width: int, channels: int) -> np.ndarray:
    """A picture of any size and mode within a black frame of this size: uint8 [height, width(, 3)]."""
    plain = _in_bytes(image).convert("RGB" if channels == 3 else "L")
    if plain.size == (width, height):
        return np.asarray(plain)
    scale = min(width / plain.width, height / plain.height)
    size = (max(1, round(plain.width * scale)), max(1, round(plain.height * scale)))
    frame = Image.new(plain.mode, (width, height))
    frame.paste(
        plain.resize(size, Image.Resampling.BILINEAR), ((width - size[0]) // 2, (height - size[1]) // 2)
    )
    return np.asarray(frame)


def _opened(file: BinaryIO) -> ImageFile.ImageFile:
    """A file as a picture whose header was read; raises NotAPicture."""
    try:
        image = Image.open(file, formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise NotAPicture(_too_many_pixels()) from error
    except Image.UnidentifiedImageError as error:
        if not file.seek(0) and not file.read(1):
            raise NotAPicture("is empty") from error
        raise NotAPicture(
            f"is no picture in a form that can be read ({', '.join(FORMATS[:-1])} or {FORMATS[-1]})"
        ) from error
    except MemoryError:
        raise
    except Exception as error:  # damaged files raise whatever Pillow's readers stumble over
        raise NotAPicture(f"is damaged ({_reason(error)})") from error
    width, height = image.size
    if width * height > LARGEST_PIXELS:
        image.close()
        raise NotAPicture(_too_many_pixels(f"{width:,} × {height:,} pixels, "))
    return image


def _too_many_pixels(size: str = "") -> str:
    return f"has {size}more than the {LARGEST_PIXELS // 1_000_000} million pixels that are decoded"


def _orientation(image: Image.Image) -> int:
    """How EXIF says that a picture lies; 1, upright, where it says nothing."""
    if image.format == "PNG" and "exif" not in image.info:
        return 1  # to be sure, Pillow would decode it
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except MemoryError:
        raise
    except Exception as error:  # damaged metadata raise whatever Pillow's readers stumble over
        raise NotAPicture(f"is damaged ({_reason(error)})") from error


def _has_grey_palette(image: Image.Image) -> bool:
    if image.palette is None:
        return False
    order, values = image.palette.getdata()
    colours = np.frombuffer(values[: len(values) // len(order) * len(order)], np.uint8).reshape(
        -1, len(order)
    )[:, :3]
    return bool((colours == colours[:, :1]).all())


def _in_bytes(image: Image.Image) -> Image.Image:
    """A picture in a mode that Pillow converts as one expects: deep greys brought to 0…255, transparency on white."""
    if image.mode.startswith(("I", "F")):
        return Image.fromarray(_deep_greys(np.asarray(image)))
    if image.mode in ("LA", "PA", "RGBA", "RGBa", "La") or "transparency" in image.info:
        seen = image.convert("RGBA")
        paper = Image.new("RGBA", seen.size, "white")
        return Image.alpha_composite(paper, seen)
    return image


def _deep_greys(values: np.ndarray) -> np.ndarray:
    """Greys of 16 or 32 bits or floating point as uint8 of the same shape; raises NotAPicture."""
    if not np.isfinite(values).all() or values.min() < 0 or values.max() > 65_535:
        raise NotAPicture("has greys outside 0 to 65,535")
    highest = values.max()
    if values.dtype.kind == "f":
        if highest > 255:
            raise NotAPicture("has greys in floating point that are neither 0 to 1 nor 0 to 255")
        return np.rint(values * (255 if highest <= 1 else 1)).astype(np.uint8)
    if values.dtype.itemsize == 2 or highest > 255:  # 65,535 becomes 255
        return np.rint(values / 257).astype(np.uint8)
    return values.astype(np.uint8)


def _reason(error: Exception) -> str:
    first = str(error).strip().splitlines()
    return first[0][:80].rstrip(".") if first else type(error).__name__
