"""Pictures that people bring are judged like the painter's own, kept once, and removed when nothing needs them."""

from __future__ import annotations

import io
import os
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import numpy as np
import pytest
from PIL import Image

from trainers.dataset_errors import PictureRefused
from trainers.launchers.uploads import (
    KEPT_SECONDS,
    MOST_KEPT,
    keep_picture,
    picture_at,
    picture_word,
    tidy_uploads,
)
from trainers.runs import create_run, state_folder
from trainers.specs import StylizeSpec


def picture(value: int = 0) -> bytes:
    file = io.BytesIO()
    Image.fromarray(np.full((20, 24, 3), value, np.uint8)).save(file, "PNG")
    return file.getvalue()


def grow_old(path) -> None:
    long_ago = time.time() - KEPT_SECONDS - 60
    os.utime(path.parent, (long_ago, long_ago))


def test_the_same_picture_is_kept_once_byte_by_byte(logdir):
    first, second = (keep_picture(logdir, picture(), "假日 photo.png") for _ in range(2))
    assert first == second and first.name == "假日 photo.png"
    assert first.read_bytes() == picture()
    assert first.is_relative_to(state_folder(logdir) / "pictures")


@pytest.mark.parametrize("name", ["../../etc/passwd", "..\\x.png", "a/b.png", "", ".png", "x" * 300 + ".png"])
def test_no_name_leads_out_of_the_folder(logdir, name):
    kept = keep_picture(logdir, picture(), name)
    assert kept.resolve().parent.parent == (state_folder(logdir) / "pictures").resolve()
    assert kept.exists()


def test_a_word_names_a_kept_picture_and_no_other_file(logdir):
    kept = keep_picture(logdir, picture(), "假日 photo.png")
    word = picture_word(logdir, kept)
    assert picture_at(logdir, word) == kept
    assert str(logdir) not in word
    assert picture_word(logdir, logdir / "e" / "r" / "spec.json") is None


@pytest.mark.parametrize(
    "name", ["..", "../x.png", "/etc/passwd", "x\0.png", ".hidden", "a/b.png", "", "x\\y.png"]
)
@pytest.mark.parametrize("digest", ["0" * 24, "..", "", "0" * 23, "/"])
def test_no_word_leads_out_of_the_folder(logdir, digest, name):
    found = picture_at(logdir, f"{digest}/{name}")
    assert found is None


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "is empty"), (b"not an image", "is not an image"), (picture()[:50], "damaged or cut short")],
)
def test_what_the_painter_could_not_read_is_refused_by_its_sentence_and_not_kept(logdir, content, words):
    with pytest.raises(PictureRefused, match=words):
        keep_picture(logdir, content, "x.png")
    assert list((state_folder(logdir) / "pictures").glob("*/*")) == []


def test_what_nobody_needs_goes_after_a_day_and_what_a_run_waits_for_stays(logdir):
    photo, style, unused = (keep_picture(logdir, picture(value), "x.png") for value in (1, 2, 3))
    create_run(logdir, StylizeSpec(content=photo, style=[style]), experiment="e", name="waits")
    for path in (photo, style, unused):
        grow_old(path)
    tidy_uploads(logdir)
    assert (photo.exists(), style.exists(), unused.exists()) == (True, True, False)


def test_no_more_are_kept_than_a_lab_can_hold(logdir):
    first = keep_picture(logdir, picture(), "x.png")
    for number in range(MOST_KEPT):
        (state_folder(logdir) / "pictures" / f"{number:024d}").mkdir()
    os.utime(first.parent, (time.time() - 100,) * 2)
    keep_picture(logdir, picture(9), "x.png")
    assert not first.exists()
    assert len(list((state_folder(logdir) / "pictures").iterdir())) <= MOST_KEPT


def test_of_ten_uploads_at_once_each_is_kept_whole_or_refused_by_its_name(logdir):
    brought = [picture(number // 2) for number in range(8)] + [picture()[:50], b"not an image"]
    together = Barrier(len(brought))

    def bring(number: int) -> str:
        together.wait(timeout=10)
        try:
            return str(keep_picture(logdir, brought[number], f"{number}.png"))
        except PictureRefused as error:
            return str(error)

    with ThreadPoolExecutor(len(brought)) as people:
        answers = list(people.map(bring, range(len(brought))))
    for number, answer in enumerate(answers[:8]):
        assert answer.endswith(f"/{number}.png")
        with open(answer, "rb") as kept:
            assert kept.read() == brought[number]
    assert answers[8].startswith("8.png") and answers[9].startswith("9.png")
    assert len(list((state_folder(logdir) / "pictures").glob("*/*"))) == 8
