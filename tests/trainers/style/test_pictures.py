"""Whatever a person calls an image: it becomes upright pixels in colour, or one sentence."""

from __future__ import annotations

import io
import zlib

import numpy as np
import pytest
from PIL import Image

from tests.trainers.style import procedural
from trainers.dataset_errors import PictureRefused
from trainers.style.pictures import (
    as_pixels,
    at_width,
    check_fits,
    decoded,
    encoded,
    fitted_size,
    read,
    save,
    strip,
)

SCENE = procedural.scene()


def stored(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, format=kind, **options)
    return file.getvalue()


def bomb() -> bytes:
    """A PNG of 20,000 × 20,000 white pixels in 50 kB."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            len(content).to_bytes(4, "big") + kind + content + zlib.crc32(kind + content).to_bytes(4, "big")
        )

    header = (20_000).to_bytes(4, "big") * 2 + bytes([1, 0, 0, 0, 0])
    rows = zlib.compress(b"\0" + b"\xff" * 2_500) * 1
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "photo.jpg is empty"),
        (b"#!/bin/sh\necho hello\n", "photo.jpg is not an image that can be read: give a JPEG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "is not an image"),
        (encoded(SCENE, "JPEG")[:900], "photo.jpg is damaged or cut short"),
        (encoded(SCENE)[:400], "photo.jpg is damaged or cut short"),
        (bomb(), "has more than 80 million pixels"),
        (encoded(SCENE[:1, :1]), "1 × 1 pixels, too few"),
        (encoded(np.zeros((5000, 1, 3), np.uint8)), "1 × 5,000 pixels, too few"),
    ],
)
def test_what_cannot_be_used_is_told_in_one_sentence(content, sentence):
    with pytest.raises(PictureRefused, match=sentence) as caught:
        decoded(content, "photo.jpg")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("cut", range(10, 900, 97))
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "TIFF", "WEBP", "BMP"])
def test_a_file_cut_short_anywhere_never_ends_in_a_traceback(kind, cut):
    content = stored(Image.fromarray(SCENE), kind)
    try:
        assert decoded(content[:cut], "cut").shape[2] == 3
    except PictureRefused as error:
        assert "cut" in str(error)


def test_cmyk_palette_and_grey_pictures_come_in_colour():
    image = Image.fromarray(SCENE)
    for content in (
        stored(image.convert("CMYK"), "TIFF"),
        stored(image.convert("P", palette=Image.Palette.ADAPTIVE), "GIF"),
        stored(image.convert("L")),
        stored(image.convert("1")),
    ):
        pixels = decoded(content, "one")
        assert pixels.shape == SCENE.shape and pixels.dtype == np.uint8
    np.testing.assert_allclose(
        decoded(stored(image.convert("CMYK"), "TIFF"), "one").astype(float), SCENE, atol=2
    )


def test_sixteen_bits_become_eight():
    grey = np.linspace(0, 65535, 32 * 32).reshape(32, 32).astype(np.uint16)
    pixels = decoded(stored(Image.fromarray(grey)), "deep.png")
    assert pixels[0, 0, 0] == 0 and pixels[-1, -1, 0] == 255
    np.testing.assert_allclose(pixels[..., 1], grey / 257.0, atol=0.6)


def test_what_is_transparent_lies_on_white():
    layer = np.zeros((20, 30, 4), np.uint8)
    layer[:, 15:] = (200, 10, 30, 255)
    pixels = decoded(stored(Image.fromarray(layer)), "layer.png")
    assert (pixels[:, :15] == 255).all() and (pixels[:, 15:] == (200, 10, 30)).all()
    palette = Image.fromarray(layer).convert("P")
    palette.info["transparency"] = palette.getpixel((0, 0))
    assert (decoded(stored(palette, "GIF"), "layer.gif")[:, :14] == 255).all()


def test_of_an_animation_the_first_picture_is_taken():
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue")]
    content = stored(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert decoded(content, "film.gif")[0, 0].tolist() == [254, 0, 0] or decoded(content, "film.gif")[
        0, 0
    ].tolist() == [255, 0, 0]


def test_a_photo_of_a_turned_camera_is_upright():
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: rotate by 90 degrees
    content = stored(Image.fromarray(SCENE), "JPEG", exif=exif, quality=95)
    pixels = decoded(content, "turned.jpg")
    assert pixels.shape == (64, 48, 3)
    assert np.abs(pixels.astype(float) - np.rot90(SCENE, -1)).mean() < 5


def test_a_line_is_refused_with_the_size_it_would_have():
    with pytest.raises(PictureRefused, match=r"20 × 5,000 pixels, so at size 512 it would be 2 × 512"):
        check_fits(20, 5000, 512, "The photo")
    check_fits(640, 427, 64, "The photo")


def test_proportions_are_kept():
    assert fitted_size(640, 427, 512) == (512, 342)
    assert fitted_size(30, 60, 512) == (256, 512)
    assert at_width(SCENE, 128).shape == (96, 128, 3)
    assert at_width(SCENE, 2).shape == (16, 16, 3)


def test_what_is_saved_is_read_again_and_numbers_out_of_range_are_cut(tmp_path):
    picture = np.linspace(-50, 300, 32 * 32 * 3).reshape(32, 32, 3)
    save(tmp_path / "out.png", as_pixels(picture))
    np.testing.assert_array_equal(read(tmp_path / "out.png"), np.round(np.clip(picture, 0, 255)))
    assert [path.name for path in tmp_path.iterdir()] == ["out.png"]


def test_a_missing_file_and_a_folder_are_told_by_path(tmp_path):
    with pytest.raises(PictureRefused, match="There is no image file"):
        read(tmp_path / "none.jpg")
    with pytest.raises(PictureRefused, match="There is no image file"):
        read(tmp_path)


def test_a_strip_shows_all_at_one_height():
    parts = strip([SCENE, procedural.mosaic(40, 80), procedural.scene(96, 72)])
    assert parts.shape[0] == 72 and parts.shape[1] == 96 + 36 + 96 + 2 * 4
