"""The files of an embedding, with names that people may well give their classes."""

from __future__ import annotations

import io
import logging
from pathlib import Path

import numpy as np
import pytest
from google.protobuf import text_format
from PIL import Image
from sklearn.decomposition import PCA
from tensorboard.plugins.projector.projector_config_pb2 import ProjectorConfig

from trainers.runs import StorageFailed
from trainers.summaries.names import class_tags, shown
from trainers.summaries.projector import principal_components, sprite, write_projector

HOSTILE = (
    "tab\there",
    "line\nbreak\r\nand \u2028 separator",
    '<img src=x onerror="alert(1)">',
    'quote" } embeddings { tensor_path: "/etc/passwd',
    "right \u202e to left",
    "ü 猫",
    "a/b",
    " ",
    "x" * 200,
)


def some_images(count: int, *shape: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (count, *shape), np.uint8)


def test_hostile_names_stay_words_in_their_own_cell(tmp_path: Path) -> None:
    count = len(HOSTILE)
    numbers = [str(number) for number in range(count)]
    vectors = np.eye(count, 5, dtype=np.float32)
    columns = {"class": HOSTILE, "number": numbers}
    write_projector(tmp_path / "p", HOSTILE[3], vectors, some_images(count, 8, 8), columns)
    lines = (tmp_path / "p" / "words.tsv").read_bytes().decode().splitlines()
    rows = [line.split("\t") for line in lines]
    assert rows[0] == ["class", "number"]
    assert [row[1] for row in rows[1:]] == numbers  # as many rows and cells as there should be
    config = text_format.Parse((tmp_path / "p" / "projector_config.pbtxt").read_text(), ProjectorConfig())
    (embedding,) = config.embeddings
    assert embedding.tensor_name == HOSTILE[3]
    for name in (embedding.tensor_path, embedding.metadata_path, embedding.sprite.image_path):
        assert (tmp_path / "p" / name).resolve().parent == (tmp_path / "p").resolve()
        assert (tmp_path / "p" / name).is_file()


def test_tags_of_hostile_names_are_different_and_open_no_group() -> None:
    tags = class_tags([*HOSTILE, "x" * 200])
    assert len(set(tags)) == len(tags)
    assert not any("/" in tag or "\n" in tag or "\u202e" in tag for tag in tags)
    assert class_tags([str(number) for number in range(12)])[9:] == ["09", "10", "11"]
    assert shown("ü 猫") == "ü 猫"


def test_few_dimensions_are_written_as_they_are_and_many_as_principal_components(tmp_path: Path) -> None:
    random = np.random.default_rng(1)
    few = random.normal(size=(30, 100)).astype(np.float32)
    many = (random.normal(size=(150, 20)) @ random.normal(size=(20, 300))).astype(np.float32)
    for name, vectors in (("few", few), ("many", many)):
        count = len(vectors)
        write_projector(tmp_path / name, name, vectors, some_images(count, 4, 4), {"n": ["1"] * count})
    np.testing.assert_allclose(np.loadtxt(tmp_path / "few" / "vectors.tsv"), few, rtol=1e-4)
    assert np.loadtxt(tmp_path / "many" / "vectors.tsv").shape == (150, 100)
    assert (
        "many, 100 principal components of 300 outputs"
        in (tmp_path / "many" / "projector_config.pbtxt").read_text()
    )


def test_principal_components_are_scikit_learns() -> None:
    vectors = np.random.default_rng(2).normal(size=(40, 15)) * np.arange(1, 16)
    ours = principal_components(vectors.astype(np.float32), 6)
    theirs = PCA(6).fit_transform(vectors)
    np.testing.assert_allclose(
        np.abs(ours), np.abs(theirs), rtol=1e-3, atol=1e-3
    )  # a direction's sign is free


@pytest.mark.parametrize("shape", [(9, 9), (9, 9, 3), (30, 20), (5, 3, 3)])
def test_the_sprite_holds_each_image_where_tensorboard_cuts_it(shape: tuple[int, ...]) -> None:
    images = some_images(11, *shape)
    side = max(shape[:2])
    picture = sprite(images, side)
    columns = picture.shape[1] // side
    for place, image in enumerate(images):
        top, left = place // columns * side, place % columns * side
        tile = picture[top : top + side, left : left + side]
        down, across = (side - shape[0]) // 2, (side - shape[1]) // 2
        assert np.array_equal(tile[down : down + shape[0], across : across + shape[1]], image)


def test_large_images_become_small_ones(tmp_path: Path) -> None:
    write_projector(
        tmp_path, "e", np.zeros((3, 2), np.float32), some_images(3, 100, 200, 3), {"n": list("abc")}
    )
    picture = Image.open(io.BytesIO((tmp_path / "images.png").read_bytes()))
    assert picture.size == (96, 96)
    assert "single_image_dim: 48" in (tmp_path / "projector_config.pbtxt").read_text()


def test_values_that_are_no_numbers_are_not_written_but_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        write_projector(tmp_path / "p", "e", np.full((2, 2), np.nan), some_images(2, 4, 4), {"n": ["1", "2"]})
    assert not (tmp_path / "p").exists()
    assert "no numbers" in caplog.text


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageFailed):
        write_projector(
            tmp_path / "file" / "p", "e", np.zeros((2, 2)), some_images(2, 4, 4), {"n": ["1", "2"]}
        )
