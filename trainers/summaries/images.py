"""Arrays as pictures for TensorBoard: tiles side by side, enlarged so that one sees their pixels."""

from __future__ import annotations

import io
import math

import numpy as np
from PIL import Image
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.plugins.image.metadata import create_summary_metadata
from tensorboard.util.tensor_util import make_tensor_proto

TILE_PIXELS = 56  # a tile is enlarged to about this side
SHEET_PIXELS = 224  # or to more, where there are so few that the sheet would be narrower
LARGEST_TILE = 112  # of a larger one every second, third, … pixel is shown
_PAPER = 255


def image_value(tag: str, pixels: np.ndarray, description: str) -> Summary.Value:
    """A picture uint8 [height, width] or [height, width, 3] as TensorBoard's image plugin takes it."""
    height, width = pixels.shape[:2]
    parts = [str(width).encode(), str(height).encode(), as_png(pixels)]
    return Summary.Value(
        tag=tag,
        metadata=create_summary_metadata(display_name="", description=description),
        tensor=make_tensor_proto(np.array(parts, dtype=object)),
    )


def as_png(pixels: np.ndarray) -> bytes:
    """A picture uint8 [height, width] or [height, width, 3] as a PNG."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, format="PNG")
    return file.getvalue()


def grid(tiles: np.ndarray, columns: int | None = None) -> np.ndarray:
    """Tiles uint8 [n, h, w] or [n, h, w, 3] side by side, row by row, with white between them; about a square.

    Small ones are enlarged by a whole number, so that every pixel stays a sharp square.
    """
    stride = -(-max(tiles.shape[1:3]) // LARGEST_TILE)
    tiles = tiles[:, ::stride, ::stride]
    count, height, width = tiles.shape[:3]
    columns = columns or math.ceil(math.sqrt(count))
    rows = -(-count // columns)
    factor = max(1, max(TILE_PIXELS, SHEET_PIXELS // columns) // max(height, width))
    large = tiles.repeat(factor, axis=1).repeat(factor, axis=2)
    gap = 2
    down, across = height * factor + gap, width * factor + gap
    sheet = np.full((rows * down + gap, columns * across + gap, *tiles.shape[3:]), _PAPER, np.uint8)
    for place, tile in enumerate(large):
        top, left = place // columns * down + gap, place % columns * across + gap
        sheet[top : top + down - gap, left : left + across - gap] = tile
    return sheet


def fitted(image: np.ndarray, side: int) -> np.ndarray:
    """An image uint8 [h, w] or [h, w, 3] of any size within a black square: uint8 [side, side(, 3)].

    A smaller one stays as it is, a larger one is shrunk; its proportions are kept.
    """
    height, width = image.shape[:2]
    if max(height, width) > side:
        scale = side / max(height, width)
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        image = np.asarray(Image.fromarray(image).resize(size, Image.Resampling.BOX))
        height, width = image.shape[:2]
    square = np.zeros((side, side, *image.shape[2:]), np.uint8)
    top, left = (side - height) // 2, (side - width) // 2
    square[top : top + height, left : left + width] = image
    return square


def shades(values: np.ndarray) -> np.ndarray:
    """Numbers as shades of grey, the smallest of all black and the largest white: uint8 of the same shape."""
    values = np.nan_to_num(values.astype(np.float32), posinf=0, neginf=0)
    lowest, highest = values.min(), values.max()
    return np.round((values - lowest) * (255 / max(highest - lowest, 1e-30))).astype(np.uint8)


def signed_colours(values: np.ndarray) -> np.ndarray:
    """Numbers as colours: 0 is white, the most positive red, the most negative blue: uint8 [..., 3].

    Both ends are as far from 0: the colour tells the size.
    """
    values = np.nan_to_num(values.astype(np.float32), posinf=0, neginf=0)
    share = (values / max(np.abs(values).max(), 1e-30))[..., None]  # -1…1
    end = np.where(share > 0, _RED, _BLUE)
    return np.round(_WHITE + (end - _WHITE) * np.abs(share)).astype(np.uint8)


# Cynthia Brewer's diverging pair, told apart by colour-blind people too.
_RED, _BLUE, _WHITE = (
    np.array(colour, np.float32) for colour in ((178, 24, 43), (33, 102, 172), (255, 255, 255))
)
