"""Small images as people make them: every form, and every way in which one is broken."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from pathlib import Path

import numpy as np
from PIL import Image

COLOURS = {"red": (200, 20, 30), "green": (20, 200, 30), "blue": (30, 20, 200)}


def coloured(name: str, seed: int, size: tuple[int, int] = (12, 10)) -> Image.Image:
    """A noisy picture of one colour: its width and height in pixels."""
    noise = np.random.default_rng(seed).integers(0, 50, (size[1], size[0], 3))
    return Image.fromarray((noise + COLOURS[name]).clip(0, 255).astype(np.uint8))


def as_bytes(image: Image.Image, form: str = "PNG", **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, format=form, **options)
    return file.getvalue()


def class_folders(folder: Path, names: tuple[str, ...] = ("red", "green"), count: int = 10) -> Path:
    """A folder with a folder of PNGs for each colour."""
    for name in names:
        (folder / name).mkdir(parents=True)
        for number in range(count):
            coloured(name, number).save(folder / name / f"{number}.png")
    return folder


def zipped(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def bomb_png(side: int) -> bytes:
    """A PNG of a few hundred bytes that says it is side × side pixels."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    pixels = zlib.compress(bytes(10_000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
