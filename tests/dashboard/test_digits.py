import base64
import io
import re

import numpy as np
from PIL import Image

from dashboard.digits import contact_sheet, picture
from dashboard.evaluation import Examples


def sheet(names, **options):
    images = np.zeros((2, 28, 28), np.uint8)
    images[0, 3, 4] = 255
    return contact_sheet(
        Examples(images, np.array([4, 1]), np.array([9, 1]), np.array([0.87, 0.5]), np.array([7, 8])),
        names,
        **options,
    )


def test_each_image_says_what_it_was_and_what_the_network_said():
    html = sheet([str(digit) for digit in range(10)])
    assert html.count("<figure") == html.count("<img") == 2
    assert "4 → 9" in html and "87%" in html
    assert 'alt="It was 4, the network said 9, 87% sure."' in html


def test_a_picture_is_the_image_with_dark_ink_on_white():
    image = np.arange(784, dtype=np.uint8).reshape(28, 28)
    data = picture(image).removeprefix("data:image/png;base64,")
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(base64.b64decode(data)))), 255 - image)


def test_hostile_class_names_are_only_text():
    html = sheet(["0", '"><script>alert(1)</script>', "2", "3", "<b>", "5", "6", "7", "8", "'x"])
    assert "<script" not in html and "<b>" not in html
    assert set(re.findall(r"<(\w+)", html)) == {"style", "div", "figure", "img", "figcaption", "br", "small"}


def test_a_class_without_a_name_shows_its_number():
    assert "4 → 9" in sheet([])


def test_words_are_large_on_a_slide():
    assert "--words:24px" in sheet([], present=True)


def test_own_images_stay_as_they_are_in_grey_and_in_colour():
    random = np.random.default_rng(0)
    for shape in ((9, 7), (9, 7, 3)):
        image = random.integers(0, 256, shape, np.uint8)
        data = picture(image, on_black=False).removeprefix("data:image/png;base64,")
        np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(base64.b64decode(data)))), image)
