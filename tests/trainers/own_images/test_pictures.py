"""One picture in any form becomes the pixels a person sees in it, or is refused with a reason."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.trainers.own_images.made_images import as_bytes, bomb_png, coloured
from trainers.own_images.pictures import LARGEST_PIXELS, NotAPicture, header, pixels

RED = np.array([200, 20, 30])
PLAIN = Image.new("RGB", (8, 6), tuple(RED.tolist()))


def seen(content: bytes, size: tuple[int, int] = (6, 8), channels: int = 3) -> np.ndarray:
    return pixels(content, height=size[0], width=size[1], channels=channels)


@pytest.mark.parametrize(
    ("content", "tolerance"),
    [
        (as_bytes(PLAIN), 0),
        (as_bytes(PLAIN, "BMP"), 0),
        (as_bytes(PLAIN, "TIFF"), 0),
        (as_bytes(PLAIN, "PPM"), 0),
        (as_bytes(PLAIN, "WEBP", lossless=True), 0),
        (as_bytes(PLAIN, "JPEG", quality=95), 4),
        (as_bytes(PLAIN.convert("CMYK"), "JPEG", quality=95), 4),
        (as_bytes(PLAIN.convert("CMYK"), "TIFF"), 2),
        (as_bytes(PLAIN.convert("P", palette=Image.Palette.ADAPTIVE)), 1),
        (as_bytes(PLAIN.convert("RGBA")), 0),
        (as_bytes(PLAIN.convert("P", palette=Image.Palette.ADAPTIVE), "GIF"), 1),
        (as_bytes(PLAIN, "GIF", save_all=True, append_images=[Image.new("RGB", (8, 6), "blue")]), 2),
    ],
    ids="png bmp tiff ppm webp jpeg cmyk-jpeg cmyk-tiff palette alpha gif animated".split(),
)
def test_red_is_red_in_every_form_and_the_first_frame_counts(content: bytes, tolerance: int) -> None:
    image = seen(content)
    assert (image.shape, image.dtype) == ((6, 8, 3), np.uint8)
    assert np.abs(image.astype(int) - RED).max() <= tolerance
    looked = header(io.BytesIO(content))
    assert (looked.height, looked.width, looked.is_grey) == (6, 8, False)


@pytest.mark.parametrize("form", ["PNG", "TIFF"])
def test_greys_of_16_bits_keep_their_shade(form: str) -> None:
    values = np.linspace(0, 65_535, 48).round().astype(np.uint16).reshape(6, 8)
    content = as_bytes(Image.fromarray(values), form)
    assert header(io.BytesIO(content)).is_grey
    assert np.abs(seen(content, channels=1) - values / 257).max() <= 0.5


def test_greys_in_floating_point_are_taken_where_their_scale_is_known() -> None:
    values = np.linspace(0, 1, 48, dtype=np.float32).reshape(6, 8)
    assert np.abs(seen(as_bytes(Image.fromarray(values), "TIFF"), channels=1) - values * 255).max() <= 0.5
    for wrong in (values * 1_000, values - 0.5):
        with pytest.raises(NotAPicture, match="has greys"):
            seen(as_bytes(Image.fromarray(wrong), "TIFF"), channels=1)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_stands_as_its_exif_says(orientation: int) -> None:
    upright = np.zeros((8, 16), np.uint8)
    upright[:4, :8] = 255  # the upper left corner
    stored = {
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: upright.T,
        6: np.rot90(upright),
        7: np.rot90(upright, 2).T,
        8: np.rot90(upright, -1),
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    content = as_bytes(Image.fromarray(np.ascontiguousarray(stored)), "JPEG", quality=95, exif=exif)
    looked = header(io.BytesIO(content))
    assert (looked.height, looked.width) == (8, 16)
    assert np.abs(seen(content, (8, 16), channels=1).astype(int) - upright).max() < 40


def test_what_is_transparent_is_white_paper() -> None:
    image = Image.new("RGBA", (8, 6), (0, 0, 0, 0))
    image.putpixel((3, 2), (0, 0, 0, 255))
    shown = seen(as_bytes(image), channels=1)
    assert shown[2, 3] == 0 and (np.delete(shown.ravel(), 2 * 8 + 3) == 255).all()


def test_a_picture_of_other_proportions_keeps_its_own_within_black() -> None:
    shown = seen(as_bytes(Image.new("L", (40, 20), 200)), (10, 10), channels=1)
    assert (shown[:2] == 0).all() and (shown[-2:] == 0).all()
    assert (shown[3:7] == 200).all()


@given(
    width=st.integers(1, 70),
    height=st.integers(1, 70),
    side=st.integers(1, 64),
    channels=st.sampled_from([1, 3]),
)
def test_any_size_becomes_the_size_asked_for(width: int, height: int, side: int, channels: int) -> None:
    content = as_bytes(Image.new("RGB", (width, height), "white"), "JPEG")
    shown = seen(content, (side, side), channels)
    assert shown.shape == ((side, side, 3) if channels == 3 else (side, side))
    assert shown.max() > 200


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b"a letter, no picture", "is no picture in a form that can be read"),
        (as_bytes(coloured("red", 1))[:120], "is damaged or cut off"),
        (as_bytes(coloured("red", 1, (200, 200)), "JPEG")[:2_000], "is damaged or cut off"),
        (bomb_png(8_000), "has 8,000 × 8,000 pixels, more than the 50 million"),
        (bomb_png(60_000), "more than the 50 million"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "is no picture in a form"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "is no picture in a form"),
    ],
    ids="empty text png jpeg bomb large-bomb svg postscript".split(),
)
def test_what_is_no_whole_picture_is_refused_with_its_reason(content: bytes, reason: str) -> None:
    with pytest.raises(NotAPicture, match=reason):
        seen(content)


def test_the_head_alone_betrays_a_bomb() -> None:
    assert LARGEST_PIXELS < 8_000 * 8_000
    with pytest.raises(NotAPicture, match="more than the 50 million"):
        header(io.BytesIO(bomb_png(8_000)))


@given(data=st.data())
def test_whatever_is_broken_in_a_file_it_is_seen_or_refused(data: st.DataObject) -> None:
    form = data.draw(st.sampled_from(["PNG", "JPEG", "GIF", "TIFF", "WEBP", "BMP"]))
    content = bytearray(as_bytes(coloured("green", 1), form))
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=12)):
        content[place] = data.draw(st.integers(0, 255))
    content = content[: data.draw(st.integers(1, len(content)))]
    for look in (lambda: header(io.BytesIO(bytes(content))), lambda: seen(bytes(content))):
        try:
            look()
        except NotAPicture as error:
            assert str(error) and "\n" not in str(error)
