"""Images in an .npz: every layout people save, nothing unpickled, nothing unpacked that does not fit."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest

from trainers.dataset_errors import DatasetMissing
from trainers.own_images import arrays as arrays_module
from trainers.own_images.loading import Loaded, load
from trainers.own_images.survey import survey

RANDOM = np.random.default_rng(0)
X = RANDOM.integers(0, 256, (30, 9, 7), np.uint8)
X[0, 0, 0] = 255
Y = np.arange(30) % 3


def saved(path: Path, **arrays: np.ndarray) -> Path:
    np.savez(path, **arrays)
    return path


def loaded(path: Path) -> Loaded:
    return load(path, image_size=0, color="auto")


def by_value(got: Loaded) -> dict[bytes, str]:
    return {
        image.tobytes(): got.class_names[label] for image, label in zip(got.images, got.labels, strict=True)
    }


@pytest.mark.parametrize(
    "x",
    [
        X,
        X[..., None],
        X.astype(np.int64),
        X.astype(np.float32),
        (X / 255).astype(np.float64),
        (X.astype(np.uint16) * 257),
    ],
    ids="bytes channel int64 float unit 16-bit".split(),
)
def test_all_scales_become_the_same_bytes_with_their_labels(tmp_path: Path, x: np.ndarray) -> None:
    got = loaded(saved(tmp_path / "own.npz", x=x, y=Y))
    assert by_value(got) == {image.tobytes(): str(label) for image, label in zip(X, Y, strict=True)}
    assert got.images.dtype == np.uint8 and got.refused == ()
    assert [int(got.rows(part).sum()) for part in ("train", "validation", "test")] == [24, 3, 3]


@pytest.mark.parametrize(
    ("y", "names", "expected"),
    [
        (Y + 5, None, ("5", "6", "7")),
        (Y[:, None], None, ("0", "1", "2")),
        (Y.astype(np.float32), None, ("0", "1", "2")),
        (np.array(["小猫", "dog", "ox"])[Y], None, ("dog", "ox", "小猫")),
        (np.array([b"cat", b"dog", b"ox"])[Y], None, ("cat", "dog", "ox")),
        (Y, np.array(["zebra", "ape", "cow", "none"]), ("zebra", "ape", "cow")),
    ],
    ids="numbers column floats text bytes named".split(),
)
def test_labels_are_numbers_or_text(
    tmp_path: Path, y: np.ndarray, names: np.ndarray | None, expected: tuple[str, ...]
) -> None:
    extra = {} if names is None else {"class_names": names}
    got = survey(saved(tmp_path / "own.npz", x=X, y=y, **extra))
    assert got.class_names == expected
    assert got.counts().sum(axis=1).tolist() == [10, 10, 10]


def test_kerass_layout_keeps_its_parts_and_its_colours(tmp_path: Path) -> None:
    colours = RANDOM.integers(0, 256, (30, 8, 8, 3), np.uint8)
    path = saved(
        tmp_path / "own.npz", x_train=colours[:24], y_train=Y[:24], x_test=colours[24:], y_test=Y[24:]
    )
    got = loaded(path)
    assert [int(got.rows(part).sum()) for part in ("train", "validation", "test")] == [21, 3, 6]
    assert {image.tobytes() for image in got.images[got.rows("test")]} == {
        one.tobytes() for one in colours[24:]
    }


def test_rows_without_a_label_or_a_pixel_are_left_out_by_number(tmp_path: Path) -> None:
    y, x = Y.astype(np.float64), (X / 255).astype(np.float32)
    y[4], x[9, 3, 3] = np.nan, np.inf
    got = loaded(saved(tmp_path / "own.npz", x=x, y=y))
    assert [(one.name, one.reason) for one in got.refused] == [
        ("row 4 of x", "has no label"),
        ("row 9 of x", "has pixels that are no numbers"),
    ]
    assert len(got.images) == 28
    text = np.array(["a", "b", " "])[Y]
    assert len(survey(saved(tmp_path / "text.npz", x=X, y=text)).refused) == 10


class Trap:
    """Leaves a file behind when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return (open, (str(self.path), "w"))


@pytest.mark.parametrize("name", ["x", "y", "class_names"])
def test_pickled_objects_are_refused_and_never_unpickled(tmp_path: Path, name: str) -> None:
    trap = np.array([Trap(tmp_path / "sprung")] * 30, dtype=object)
    content: dict[str, np.ndarray] = {"x": X, "y": Y, "class_names": np.array(["a", "b", "c"])}
    path = saved(tmp_path / "own.npz", **{**content, name: trap})
    with pytest.raises(
        DatasetMissing, match=rf"holds Python objects in the array {name}, which are never unpickled"
    ):
        survey(path)
    assert not (tmp_path / "sprung").exists()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ({"x": X}, "holds x and no labels for it: add an array y"),
        ({"images": X, "y": Y}, r"has no array x or x_train \(it holds images, y\)"),
        ({"x": X, "y": Y[:29]}, r"30 images in x and labels of the shape \[29\]"),
        ({"x": X, "y": np.eye(3)[Y]}, r"labels of the shape \[30, 3\]"),
        ({"x": X.reshape(30, 63), "y": Y}, r"x of the shape \[30, 63\]"),
        ({"x": X - 0.5, "y": Y}, "has pixels from -0.5"),
        ({"x": X * 1.5, "y": Y}, "has pixels from 0 to 382.5"),
        ({"x": X, "y": Y + 0.5}, "neither whole numbers nor text"),
        ({"x": X, "y": np.zeros(30, int)}, "one class only, '0'"),
        ({"x": X, "y": Y, "class_names": np.array(["a", "b"])}, "has the label 2 and 2 class_names"),
        ({"x": X, "y": Y, "class_names": np.array(["a", "a", "b"])}, "two classes of the same name"),
        ({"x": X.astype("U3"), "y": Y}, "images are numbers"),
        ({"x": np.zeros((3, 1, 2_000), np.uint8), "y": Y[:3]}, "1 × 2,000 pixels"),
        ({"x_train": X, "y_train": Y, "x_test": X[:, 1:], "y_test": Y}, "another size to test than to train"),
        ({"x_test": X, "y_test": Y}, "has no array x or x_train"),
        ({"x": X[:0], "y": Y[:0]}, "has 0 images in x: 1 to 1,000,000 are read"),
    ],
)
def test_what_does_not_fit_is_one_sentence(
    tmp_path: Path, content: dict[str, np.ndarray], sentence: str
) -> None:
    with pytest.raises(DatasetMissing, match=sentence) as caught:
        survey(saved(tmp_path / "own.npz", **content))
    assert "\n" not in str(caught.value)


def test_an_array_larger_than_memory_is_refused_before_it_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arrays_module, "SHARE_OF_MEMORY", 1e-9)
    with pytest.raises(DatasetMissing, match="of memory are free"):
        survey(saved(tmp_path / "own.npz", x=X, y=Y))


@pytest.mark.parametrize("shape", ["(999999999999, 28, 28)", "(30, 9, 8)"])
def test_an_array_that_lies_about_its_length_is_refused(tmp_path: Path, shape: str) -> None:
    head = io.BytesIO()
    np.save(head, X)
    content = head.getvalue().replace(b"(30, 9, 7)", shape.encode()).replace(b" " * (len(shape) - 10), b"", 1)
    label = io.BytesIO()
    np.save(label, Y)
    path = tmp_path / "own.npz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x.npy", content)
        archive.writestr("y.npy", label.getvalue())
    with pytest.raises(DatasetMissing, match=r"is no whole .npz|of memory are free"):
        survey(path)


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04 torn"])
def test_a_file_that_is_no_archive_is_a_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "own.npz"
    path.write_bytes(content)
    with pytest.raises(DatasetMissing, match=r"own.npz is no whole .npz"):
        survey(path)
