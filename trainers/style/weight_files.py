"""The convolutions of a network from the formats in which others publish them: ONNX, Keras' .h5, MatConvNet's .mat.

Each reader gives "conv1_1/kernel" float32 [3, 3, in, out] and "conv1_1/bias" float32 [out] for the names it is asked
for, with the first kernel turned to pictures in the order red, green, blue. None of the formats is a pickle.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from trainers.datasets import DatasetMissing

LARGEST_FILE = 700 * 2**20  # bytes: VGG19 with its dense layers is 580 million
READERS = (".h5", ".hdf5", ".mat")
_FIRST = "conv1_1"


class NotTheseWeights(Exception):
    """A file that holds something else, or is damaged; its text says what, in a few words."""


def check_kind(file: Path) -> None:
    """Raises DatasetMissing for a file that no reader takes, by its name and size."""
    if file.suffix.lower() not in READERS:
        raise DatasetMissing(
            f"{file.name} is not a file of a network's weights that can be read: give Keras' .h5 or MatConvNet's .mat."
        )
    if file.stat().st_size > LARGEST_FILE:
        raise DatasetMissing(
            f"{file.name} is larger than {LARGEST_FILE // 2**20} MB, so it is no VGG network."
        )


def read(file: Path, layers: Sequence[str]) -> dict[str, np.ndarray]:
    """The convolutions of an .h5 or .mat file; raises NotTheseWeights or DatasetMissing."""
    check_kind(file)
    return read_matconvnet(file, layers) if file.suffix.lower() == ".mat" else read_keras(file, layers)


def read_onnx(file: Path, layers: Sequence[str]) -> dict[str, np.ndarray]:
    """Those of a network that Keras exported to ONNX: kernels [out, in, 3, 3], the input blue, green, red."""
    import onnx  # late: only until the cache holds them
    from google.protobuf.message import DecodeError

    try:
        graph = onnx.load_model_from_string(file.read_bytes()).graph
    except (OSError, DecodeError) as error:
        raise NotTheseWeights("it is damaged") from error
    tensors = {tensor.name: tensor for tensor in graph.initializer}
    found: dict[str, np.ndarray] = {}
    for name in layers:
        place = f"functional_1/{_keras_name(name)}_1"
        try:
            kernel = onnx.numpy_helper.to_array(tensors[f"{place}/convolution/ReadVariableOp:0"])
            bias = onnx.numpy_helper.to_array(tensors[f"{place}/Squeeze:0"])
        except (KeyError, ValueError) as error:
            raise NotTheseWeights(f"{name} is missing") from error
        found |= _layer(name, kernel.transpose(2, 3, 1, 0), bias.reshape(-1), blue_first=True)
    return found


def read_keras(file: Path, layers: Sequence[str]) -> dict[str, np.ndarray]:
    """Those of a weights file of keras.applications: a group a layer, the input blue, green, red."""
    import h5py

    try:
        with h5py.File(file, "r") as content:
            groups = content.get("model_weights", content)
            found: dict[str, np.ndarray] = {}
            for name in layers:
                arrays = list(_arrays(groups, _keras_name(name)))
                kernel = next((array for array in arrays if array.ndim == 4), None)
                bias = next((array for array in arrays if array.ndim == 1), None)
                if kernel is None or bias is None:
                    raise NotTheseWeights(f"{name} is missing")
                found |= _layer(name, kernel, bias, blue_first=True)
    except (OSError, KeyError, ValueError, RuntimeError, AttributeError, TypeError) as error:
        raise NotTheseWeights("it is damaged or no HDF5 file") from error
    return found


def _arrays(groups: Any, name: str) -> Iterator[np.ndarray]:
    """All arrays of a layer's group, however deep they lie in it."""
    import h5py

    found: list[np.ndarray] = []

    def take(_path: str, item: object) -> None:
        if isinstance(item, h5py.Dataset) and item.size < 2**24:
            found.append(item[()])

    if name in groups:
        groups[name].visititems(take)
    yield from found


def read_matconvnet(file: Path, layers: Sequence[str]) -> dict[str, np.ndarray]:
    """Those of MatConvNet's imagenet-vgg-verydeep-19.mat: kernels [width, height, in, out], the input red, green, blue.

    Files of MATLAB's formats 5 and 7; older ones keep kernels in a field `filters`, newer ones in `weights`.
    """
    import scipy.io

    try:
        content = scipy.io.loadmat(file, variable_names=["layers"], squeeze_me=True)
        by_name = {str(layer["name"]): layer for layer in np.atleast_1d(content["layers"])}
        found: dict[str, np.ndarray] = {}
        for name in layers:
            layer = by_name[name]
            fields = layer.dtype.names or ()
            kernel, bias = (
                layer["weights"].item() if "weights" in fields else (layer["filters"], layer["biases"])
            )
            found |= _layer(
                name, _plain(kernel).transpose(1, 0, 2, 3), _plain(bias).reshape(-1), blue_first=False
            )
    except KeyError as error:
        raise NotTheseWeights(f"{error.args[0]} is missing") from error
    except NotImplementedError as error:
        raise NotTheseWeights("it is in MATLAB's format 7.3: save it with -v7") from error
    except Exception as error:  # SciPy's reader meets damage with whatever its parts raise
        raise NotTheseWeights("it is damaged or no MATLAB file") from error
    return found


def _plain(array: np.ndarray) -> np.ndarray:
    return np.asarray(array.item() if array.dtype == object else array)


def _layer(name: str, kernel: np.ndarray, bias: np.ndarray, *, blue_first: bool) -> Mapping[str, np.ndarray]:
    if kernel.dtype.kind != "f" or bias.dtype.kind != "f":
        raise NotTheseWeights(f"{name} does not hold numbers")
    if name == _FIRST and blue_first:
        kernel = kernel[:, :, ::-1]
    return {
        f"{name}/kernel": np.ascontiguousarray(kernel, np.float32),
        f"{name}/bias": np.ascontiguousarray(bias, np.float32),
    }


def _keras_name(name: str) -> str:
    """Keras' name of a layer: block1_conv2 for conv1_2."""
    block, number = name.removeprefix("conv").split("_")
    return f"block{block}_conv{number}"
