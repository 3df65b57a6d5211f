"""VGG16's weights are the published ones, whoever brings them, and nothing else is taken for them."""

from __future__ import annotations

import shutil
from pathlib import Path

import h5py
import numpy as np
import pytest
import scipy.io

from trainers import checkpoints
from trainers.datasets import DatasetMissing
from trainers.style import weights


def blue_first(kernel: np.ndarray, name: str) -> np.ndarray:
    return kernel[:, :, ::-1] if name == "conv1_1" else kernel


def keras_file(path: Path, found: weights.Weights) -> Path:
    """The network in the layout of keras.applications' weights files."""
    with h5py.File(path, "w") as file:
        for name, kernel in found.kernels.items():
            block, number = name.removeprefix("conv").split("_")
            group = file.create_group(f"block{block}_conv{number}")
            group[f"{group.name[1:]}_W_1:0"] = blue_first(kernel, name)
            group[f"{group.name[1:]}_b_1:0"] = found.biases[name]
    return path


def matconvnet_file(path: Path, found: weights.Weights) -> Path:
    """The network in the layout of MatConvNet: a cell array of structs, kernels [width, height, in, out]."""
    cells = np.empty((1, len(found.kernels)), dtype=object)
    for place, (name, kernel) in enumerate(found.kernels.items()):
        pair = np.empty((1, 2), dtype=object)
        pair[0, 0], pair[0, 1] = kernel.transpose(1, 0, 2, 3), found.biases[name][None]
        cells[0, place] = {"name": name, "type": "conv", "weights": pair}
    scipy.io.savemat(path, {"layers": cells})
    return path


def test_the_bundled_weights_are_those_in_public_listings(vgg16):
    first = vgg16.kernels["conv1_1"]
    np.testing.assert_allclose(first[0, 0, 2, :3], [0.42947057, 0.11727387, 0.03401296], rtol=1e-6)
    deepest = vgg16.biases["conv5_3"]
    assert deepest[0] == pytest.approx(0.18837857) and deepest.min() == pytest.approx(-0.50036746)
    assert len(vgg16.kernels) == 13 and all(kernel.dtype == np.float32 for kernel in vgg16.kernels.values())


@pytest.mark.parametrize(("write", "name"), [(keras_file, "own.h5"), (matconvnet_file, "own.mat")])
def test_a_persons_own_file_gives_the_same_network(vgg16, tmp_path, write, name):
    own = weights.load("vgg16", write(tmp_path / name, vgg16), tmp_path / "cache")
    for layer, kernel in vgg16.kernels.items():
        np.testing.assert_array_equal(own.kernels[layer], kernel)
        np.testing.assert_array_equal(own.biases[layer], vgg16.biases[layer])


def test_what_was_read_once_is_read_from_the_cache_as_long_as_it_is_whole(vgg16, tmp_path, caplog):
    own, cache = keras_file(tmp_path / "own.h5", vgg16), tmp_path / "cache"
    weights.load("vgg16", own, cache)
    [kept] = cache.iterdir()
    assert set(checkpoints.read(kept)) == {
        f"{name}/{part}" for name in vgg16.kernels for part in ("kernel", "bias")
    }
    content = bytearray(kept.read_bytes())
    content[len(content) // 2] ^= 1
    kept.write_bytes(content)
    again = weights.load("vgg16", own, cache)
    np.testing.assert_array_equal(again.kernels["conv3_2"], vgg16.kernels["conv3_2"])
    assert "is damaged" in caplog.text
    checkpoints.read(kept)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        (
            "other.h5",
            b"no hdf5 at all",
            r"other\.h5 does not hold the weights of VGG16 \(it is damaged or no HDF5",
        ),
        (
            "other.mat",
            b"no matlab at all",
            r"other\.mat does not hold the weights of VGG16 \(it is damaged or no MAT",
        ),
        ("other.pkl", b"", r"other\.pkl is not a file of a network's weights"),
        (None, b"", r"There is no network file .*missing\.h5"),
    ],
)
def test_a_wrong_file_is_refused_by_name(tmp_path, name, content, sentence):
    file = tmp_path / (name or "missing.h5")
    if name:
        file.write_bytes(content)

    def use() -> None:
        weights.check("vgg16", file)
        weights.load("vgg16", file, tmp_path / "cache")

    with pytest.raises(DatasetMissing, match=sentence):
        use()
    assert not (tmp_path / "cache").exists()


def test_another_network_is_refused_by_the_layer_that_differs(vgg16, tmp_path):
    file = keras_file(tmp_path / "own.h5", vgg16)
    with pytest.raises(DatasetMissing, match=r"VGG19 \(conv3_4 is missing\)"):
        weights.load("vgg19", file, tmp_path / "cache")
    with h5py.File(file, "a") as content:
        del content["block2_conv1"]
        content["block2_conv1/k"], content["block2_conv1/b"] = (
            np.zeros((3, 3, 64, 99), "f4"),
            np.zeros(99, "f4"),
        )
    with pytest.raises(DatasetMissing, match=r"own\.h5 does not hold .*VGG16: conv2_1 is \[3, 3, 64, 99\]"):
        weights.load("vgg16", file, tmp_path / "cache")


def test_a_wheel_that_is_missing_or_damaged_is_told_with_the_other_ways(tmp_path, monkeypatch):
    bundled = weights.bundled_file()
    monkeypatch.setattr(weights.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(
        DatasetMissing, match="weights of VGG16 are missing: install the requirements .*--network-file"
    ):
        weights.check("vgg16", None)
    damaged = tmp_path / bundled.name
    shutil.copy(bundled, damaged)
    with damaged.open("r+b") as file:
        file.write(b"\x99")
    monkeypatch.setattr(weights, "bundled_file", lambda: damaged)
    with pytest.raises(DatasetMissing, match=r"does not hold the weights of VGG16 \(its checksum is wrong\)"):
        weights.load("vgg16", None, tmp_path / "cache")


def test_vgg19_without_internet_is_told_with_the_other_ways(tmp_path, monkeypatch):
    import keras

    def refuse(*_: object, **__: object) -> None:
        raise Exception("URL fetch failure: Name or service not known")

    def unreachable(*_: object, **__: object) -> None:
        raise OSError("Network is unreachable")

    monkeypatch.setattr(weights.urllib.request, "urlopen", unreachable)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    with pytest.raises(DatasetMissing, match=r"VGG19 could not be downloaded: connect to the internet"):
        weights.check("vgg19", None)
    monkeypatch.setattr(keras.utils, "get_file", refuse)
    with pytest.raises(
        DatasetMissing, match=r"VGG19 could not be downloaded: .*imagenet-vgg-verydeep-19\.mat"
    ):
        weights.load("vgg19", None, tmp_path / "cache")


def test_vgg19_is_downloaded_from_where_keras_says_with_its_checksum():
    import inspect

    from keras.src.applications import vgg19

    assert vgg19.WEIGHTS_PATH_NO_TOP == weights.VGG19_ADDRESS
    assert weights.VGG19_MD5 in inspect.getsource(vgg19)
