import io
import json
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.artifact_arrays import LARGEST_UNPACKED_BYTES
from dashboard.evaluation import Evaluation, Examples, read_evaluation, read_examples, read_left_out
from trainers.runs import DamagedFile

GOOD = {
    "test_accuracy": 0.75,
    "test_loss": 0.5,
    "test_count": 8,
    "standard_error": 0.153,
    "class_names": ["a", "b"],
    "confusion": [[3, 1], [1, 3]],
}


def examples(count=6):
    return {
        "images": np.arange(count * 784, dtype=np.uint8).reshape(count, 28, 28),
        "labels": np.arange(count) % 2,
        "predictions": np.arange(count) % 3,
        "confidences": np.linspace(0.2, 0.9, count, dtype=np.float32),
        "indices": np.arange(count),
    }


def test_nothing_there_is_none(tmp_path):
    assert read_evaluation(tmp_path) is None and read_examples(tmp_path) is None


def test_an_evaluation_counts_its_mistakes(tmp_path):
    (tmp_path / "evaluation.json").write_text(json.dumps(GOOD))
    assert read_evaluation(tmp_path).mistakes == 2


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b'{"test_accuracy": 0.',
        b"\x00\xff\xfe",
        b"[]",
        b"{}",
        json.dumps(GOOD | {"confusion": [[1]]}).encode(),
        json.dumps(GOOD | {"confusion": [[1, 2], [3]]}).encode(),
        json.dumps(GOOD | {"confusion": [[1, 2], [3, -4]]}).encode(),
        json.dumps(GOOD | {"confusion": [["a", 2], [3, 4]]}).encode(),
        json.dumps(GOOD | {"test_accuracy": 7}).encode(),
        json.dumps(GOOD | {"class_names": "ab"}).encode(),
        b" " * 5_000_000,
    ],
    ids=[
        "empty",
        "torn",
        "binary",
        "list",
        "no fields",
        "not square",
        "ragged",
        "negative",
        "words",
        "over 1",
        "text",
        "5 MB",
    ],
)
def test_a_damaged_evaluation_is_one_sentence(tmp_path, content):
    (tmp_path / "evaluation.json").write_bytes(content)
    with pytest.raises(DamagedFile, match=r"evaluation\.json"):
        read_evaluation(tmp_path)


@pytest.mark.parametrize(("count", "shown"), [(500, True), (1_000, True), (1_001, False)])
def test_the_standard_error_is_shown_for_small_test_sets(count, shown):
    assert Evaluation.model_validate(GOOD | {"test_count": count}).shows_standard_error is shown


def many_classes(folder, classes=500):
    """What a trainer writes of many classes; gives the whole matrix."""
    whole = np.zeros((classes, classes), np.int64)
    whole[np.arange(classes), np.arange(classes)] = 3
    whole[7, 400], whole[400, 7], whole[30, 31] = 9, 4, 2
    true, predicted = np.nonzero(whole)
    np.savez_compressed(
        folder / "confusion.npz", true=true, predicted=predicted, images=whole[true, predicted]
    )
    names = [f"kind {number}" for number in range(classes)]
    written = {key: value for key, value in GOOD.items() if key != "confusion"} | {"class_names": names}
    (folder / "evaluation.json").write_text(json.dumps(written))
    return whole


def test_the_confusions_of_many_classes_are_read_from_their_own_file(tmp_path):
    whole = many_classes(tmp_path)
    read = read_evaluation(tmp_path)
    assert np.array_equal(read.confusion, whole) and read.mistakes == 15
    assert read.confused_classes(3) == [7, 30, 400] and len(read.confused_classes(20)) == 20
    assert read.confused_pairs(10) == [(7, 400, 9), (400, 7, 4), (30, 31, 2)]


@pytest.mark.parametrize(
    "cells",
    [
        {"true": [0], "predicted": [500], "images": [1]},
        {"true": [-1], "predicted": [0], "images": [1]},
        {"true": [0, 1], "predicted": [0, 1], "images": [1]},
        {"true": ["a"], "predicted": [0], "images": [1]},
        {"true": [0]},
    ],
)
def test_damaged_confusions_of_many_classes_are_one_sentence(tmp_path, cells):
    many_classes(tmp_path)
    np.savez(tmp_path / "confusion.npz", **{name: np.array(values) for name, values in cells.items()})
    with pytest.raises(DamagedFile, match=r"confusion\.npz"):
        read_evaluation(tmp_path)


def test_images_that_were_left_out_come_back_as_written(tmp_path):
    assert read_left_out(tmp_path) is None
    written = {"count": 3, "files": [{"name": "a/<b>.txt", "reason": "is no picture"}]}
    (tmp_path / "left_out.json").write_text(json.dumps(written))
    assert read_left_out(tmp_path).model_dump() == {"count": 3, "files": tuple(written["files"])}
    (tmp_path / "left_out.json").write_text("[]")
    with pytest.raises(DamagedFile, match=r"left_out\.json"):
        read_left_out(tmp_path)


def test_examples_in_colour_come_back_as_written(tmp_path):
    colours = np.arange(6 * 5 * 4 * 3, dtype=np.uint8).reshape(6, 5, 4, 3)
    np.savez_compressed(tmp_path / "examples.npz", **examples() | {"images": colours})
    np.testing.assert_array_equal(read_examples(tmp_path).images, colours)


def test_examples_come_back_as_written(tmp_path):
    np.savez_compressed(tmp_path / "examples.npz", **examples())
    read = read_examples(tmp_path)
    assert len(read) == 6
    np.testing.assert_array_equal(read.images, examples()["images"])


@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2), st.floats(0, 1)), max_size=30),
    st.integers(0, 10),
)
def test_cells_and_mistakes_are_the_right_images_most_confident_first(rows, most):
    labels, predictions, confidences = (
        np.array([row[part] for row in rows], dtype=kind) for part, kind in enumerate((int, int, float))
    )
    count = len(rows)
    all_examples = Examples(
        np.zeros((count, 2, 2), np.uint8), labels, predictions, confidences, np.arange(count)
    )
    for true in range(3):
        for predicted in range(3):
            cell = all_examples.cell(true, predicted)
            wanted = {n for n, row in enumerate(rows) if row[:2] == (true, predicted)}
            assert set(cell.indices.tolist()) == wanted
            assert (np.diff(cell.confidences) <= 0).all()
    wrong = sorted((row[2] for row in rows if row[0] != row[1]), reverse=True)
    assert all_examples.mistakes(most).confidences.tolist() == wrong[:most]


def _npz(**arrays) -> bytes:
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def _bomb() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("images.npy", bytes(LARGEST_UNPACKED_BYTES + 1))
    return file.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04torn",
        _npz(images=np.zeros((2, 28, 28), np.uint8)),
        _npz(**examples() | {"labels": np.array([1, 2])}),
        _npz(**examples() | {"images": np.zeros((6, 28, 28), np.float32)}),
        _npz(**examples() | {"images": np.array(["a"] * 6)}),
        _npz(**examples() | {"labels": np.array([{}] * 6, dtype=object)}),
        _bomb(),
    ],
    ids=["empty", "torn", "missing", "lengths", "type", "text", "pickle", "bomb"],
)
def test_damaged_examples_are_one_sentence_and_nothing_is_unpickled(tmp_path, content):
    (tmp_path / "examples.npz").write_bytes(content)
    with pytest.raises(DamagedFile, match=r"examples\.npz"):
        read_examples(tmp_path)
