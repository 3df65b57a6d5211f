"""Own images decoded side by side, learned from by a real training, and kept so that a run can go on."""

from __future__ import annotations

import hashlib
import json
import shutil
import threading
from pathlib import Path
from typing import Any

import keras
import numpy as np
import psutil
import pytest
from PIL import Image

from tests.trainers.own_images.made_images import as_bytes, class_folders, coloured, zipped
from trainers import datasets, description, previews
from trainers.dataset_errors import DatasetMissing
from trainers.execution import execute
from trainers.kept_files import UPLOADS
from trainers.own_images import load
from trainers.own_images.decoding import _pipeline, decoded
from trainers.own_images.survey import survey
from trainers.runs import create_run, read_json, read_status, state_folder, write_status
from trainers.specs import ClassifySpec, InvalidSpec, parse_spec

# Keras 3.15 converts tensors in a way that NumPy 2 announces to drop.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

THREE = ("red", "green", "blue")


@pytest.fixture
def colours(tmp_path: Path) -> Path:
    return class_folders(tmp_path / "颜色 colours", THREE, count=20)


def test_decoding_keeps_the_order_and_leaves_damaged_images_out(colours: Path) -> None:
    torn = colours / "red" / "7.png"
    torn.write_bytes(torn.read_bytes()[:150])  # its head is whole
    found = survey(colours)
    assert "red/7.png" in found.names
    rows = list(range(len(found.names)))[::-1]
    one, many = (decoded(found, rows, (10, 12, 3), at_once=count) for count in (1, 4))
    assert np.array_equal(one.images, many.images) and len(one.images) == 59
    assert [(bad.name, bad.reason[:22]) for bad in many.refused] == [("red/7.png", "is damaged or cut off ")]
    for row, image in zip(many.rows, many.images, strict=True):
        with Image.open(colours / found.names[row]) as stored:
            assert np.array_equal(image, np.asarray(stored))


def test_images_are_decoded_side_by_side() -> None:
    together = threading.Barrier(2, timeout=30)

    def one(place: int) -> tuple[np.ndarray, str, str]:
        together.wait()  # of two that are worked on at the same time
        return np.full((2, 2), place, np.uint8), "", ""

    outcomes = list(_pipeline(one, 8, at_once=2))
    assert [int(image[0, 0]) for image, _digest, _reason in outcomes] == list(range(8))


def test_a_zip_and_a_folder_load_alike_and_a_changed_image_changes_the_hash(
    colours: Path, tmp_path: Path
) -> None:
    files = {str(path.relative_to(colours)): path.read_bytes() for path in colours.rglob("*.png")}
    one = load(colours, image_size=8, color="grey")
    other = load(zipped(tmp_path / "colours.zip", files), image_size=8, color="grey")
    assert one.images.shape == (60, 8, 8) and np.array_equal(one.images, other.images)
    assert one.sha256 == load(colours, image_size=8, color="grey").sha256
    coloured("red", 77).save(colours / "red" / "3.png")
    assert load(colours, image_size=8, color="grey").sha256 != one.sha256


def test_images_that_do_not_fit_into_memory_are_refused_before_anything_starts(
    colours: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory = psutil.virtual_memory()._replace(available=1_000_000)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: memory)
    spec = ClassifySpec(dataset="own", data_path=colours, image_size=512)
    with pytest.raises(
        DatasetMissing, match=r"60 images of 512 × 512 pixels in colour take .* a smaller Image size"
    ):
        datasets.check(spec)
    datasets.check(spec.model_copy(update={"image_size": 8}))


def test_a_class_whose_images_are_all_damaged_is_a_sentence(colours: Path) -> None:
    for path in (colours / "red").iterdir():
        path.write_bytes(path.read_bytes()[:150])
    with pytest.raises(DatasetMissing, match="All training images of the class 'red' are damaged"):
        load(colours, image_size=0, color="auto")


def test_a_training_on_own_images_tells_colours_apart_and_says_what_was_left_out(
    colours: Path, logdir: Path
) -> None:
    (colours / "red" / "注 <b>.txt").write_text("no picture")
    spec = ClassifySpec(
        dataset="own",
        data_path=colours,
        model="simple_cnn",
        epochs=15,
        batch_size=60_000,
        rotation=10,
        learning_rate=0.003,
    )
    run = create_run(logdir, spec, experiment="own", name="colours")
    assert execute(run, threading.Event()) == 0, read_status(run.status_file).error
    status = read_status(run.status_file)
    assert status.metrics["test_accuracy"] == 1.0
    assert (status.step, status.total_steps) == (15, 15)  # one batch holds all 48
    (notice,) = status.notices
    assert notice.startswith("Left out: red/注 <b>.txt is no picture in a form that can be read")
    left_out = read_json(run.artifacts / "left_out.json")
    assert (left_out["count"], left_out["files"][0]["name"]) == (1, "red/注 <b>.txt")
    assert (
        read_json(run.path / "inputs" / "dataset.json")["sha256"]
        == load(colours, image_size=0, color="auto").sha256
    )
    evaluation = read_json(run.artifacts / "evaluation.json")
    assert evaluation["class_names"] == ["blue", "green", "red"]
    assert keras.saving.load_model(run.artifacts / "model.keras").input_shape == (None, 10, 12, 3)
    assert (run.path / "projector").is_dir()
    with np.load(run.artifacts / "examples.npz") as examples:
        assert examples["images"].shape == (6, 10, 12, 3)

    coloured("red", 88).save(colours / "red" / "new.png")
    write_status(run.status_file, status.changed(state="queued", epochs_asked=16))
    assert execute(run, threading.Event()) == 1
    assert "have changed since this run began" in (read_status(run.status_file).error or "")


QUICKLY: dict[str, Any] = {
    "model": "softmax",
    "batch_size": 60_000,
    "learning_rate": 0.02,
    **dict.fromkeys(
        ("histograms", "norms", "feature_images", "mistake_images", "precision_recall", "projector"), False
    ),
}


def mixed(folder: Path) -> Path:
    """Red, green and grey in ten sizes: plain, CMYK, animated, 16 bits deep; and two files that are broken."""
    for name, other in (("red", "green"), ("green", "red")):
        (folder / name).mkdir(parents=True)
        for number in range(10):
            size = (12 + 4 * number, 10 + 2 * number)
            picture = coloured(name, number, size)
            frames = {"save_all": True, "append_images": [coloured(other, number, size)] * 2}
            form, options = [
                ("PNG", {}),
                ("JPEG", {}),
                ("TIFF", {}),
                ("GIF", frames),
                ("WEBP", {**frames, "lossless": True}),
            ][number % 5]
            if form in ("JPEG", "TIFF"):
                picture = picture.convert("CMYK")
            (folder / name / f"{number}.{form.lower()}").write_bytes(as_bytes(picture, form, **options))
    (folder / "grey").mkdir()
    for number in range(10):
        deep = np.random.default_rng(number).integers(20_000, 30_000, (10 + 2 * number, 12 + 4 * number))
        Image.fromarray(deep.astype(np.uint16)).save(folder / "grey" / f"{number}.png")
    (folder / "red" / "torn.png").write_bytes(as_bytes(coloured("red", 10, (30, 20)))[:300])
    (folder / "green" / "letter.webp").write_bytes(b"a letter, no picture")
    return folder


def test_a_folder_of_all_sizes_and_forms_is_learned_and_its_broken_files_are_named(
    logdir: Path, tmp_path: Path
) -> None:
    spec = ClassifySpec(dataset="own", data_path=mixed(tmp_path / "mixed"), epochs=20, **QUICKLY)
    run = create_run(logdir, spec, experiment="own", name="mixed")
    assert execute(run, threading.Event()) == 0, read_status(run.status_file).error
    status = read_status(run.status_file)
    assert (status.state, status.step) == ("completed", 20)
    assert [status.metrics[f"{part}_accuracy"] for part in ("train", "val", "test")] == [1, 1, 1]
    left_out = read_json(run.artifacts / "left_out.json")
    assert left_out["count"] == 2
    (letter, torn) = left_out["files"]
    assert letter["name"] == "green/letter.webp" and letter["reason"].startswith("is no picture in a form")
    assert torn["name"] == "red/torn.png" and torn["reason"].startswith("is damaged or cut off")
    # Longer sides of 12, 16 … 48 pixels, thrice, and 30.
    assert keras.saving.load_model(run.artifacts / "model.keras").input_shape == (None, 30, 30, 3)
    evaluation = read_json(run.artifacts / "evaluation.json")
    assert evaluation["class_names"] == ["green", "grey", "red"] and evaluation["test_count"] == 3


def test_a_training_from_arrays_names_each_image_by_its_label(logdir: Path, tmp_path: Path) -> None:
    random = np.random.default_rng(3)
    labels = np.array(["left", "right", "whole"])[np.arange(60) % 3]
    images = random.integers(0, 60, (60, 8, 6), np.uint8)
    images[labels != "right", :, :3] += 180
    images[labels != "left", :, 3:] += 180
    file = tmp_path / "halves.npz"
    np.savez_compressed(file, x=images, y=labels)
    spec = ClassifySpec(dataset="own", data_path=file, epochs=60, **QUICKLY)
    run = create_run(logdir, spec, experiment="own", name="arrays")
    assert execute(run, threading.Event()) == 0, read_status(run.status_file).error
    assert read_status(run.status_file).metrics["test_accuracy"] == 1
    evaluation = read_json(run.artifacts / "evaluation.json")
    assert (evaluation["class_names"], evaluation["test_count"]) == (["left", "right", "whole"], 6)
    network = keras.saving.load_model(run.artifacts / "model.keras")
    said = network.predict(images[..., None].astype(np.float32) / 255, verbose=0).argmax(axis=1)
    assert np.array(evaluation["class_names"])[said].tolist() == labels.tolist()
    kept = (run.path / "inputs" / "own_images.npz").read_bytes()
    assert kept == file.read_bytes()
    told = read_json(run.path / "inputs" / "dataset.json")
    assert told["sha256"] == hashlib.sha256(kept).hexdigest()


def test_a_run_keeps_its_file_and_an_upload_takes_no_room_twice(
    colours: Path, logdir: Path, tmp_path: Path
) -> None:
    files = {str(path.relative_to(colours)): path.read_bytes() for path in colours.rglob("*.png")}
    upload = zipped(tmp_path / "colours.zip", files)
    stored = state_folder(logdir) / UPLOADS / "abc" / "colours.zip"
    stored.parent.mkdir(parents=True)
    shutil.copy(upload, stored)
    for path, links in ((upload, 1), (stored, 2)):
        spec = ClassifySpec(dataset="own", data_path=path, image_size=8, batch_size=16, steps=1)
        run = create_run(logdir, spec, experiment="own", name=f"links-{links}")
        assert execute(run, threading.Event()) == 0
        kept = run.path / "inputs" / "own_images.zip"
        assert kept.read_bytes() == path.read_bytes() and kept.stat().st_nlink == links
    stored.unlink()  # a run goes on with what it kept
    status = read_status(run.status_file)
    write_status(run.status_file, status.changed(state="queued", epochs_asked=1))
    assert execute(run, threading.Event()) == 0
    assert read_status(run.status_file).step > status.step


@pytest.mark.parametrize(
    ("settings", "shape"),
    [
        ({}, [10, 12, 3]),
        ({"image_size": 20, "color": "grey"}, [20, 20, 1]),
        ({"features": "pooled", "pooling": 4}, [3, 3, 3]),
        ({"features": "pca", "components": 9}, [9]),
    ],
)
def test_what_is_described_before_is_what_is_trained_on(
    colours: Path, settings: dict[str, object], shape: list[int]
) -> None:
    spec = parse_spec({"dataset": "own", "data_path": str(colours), **settings})
    described = description.describe(spec)
    assert described["input_shape"] == shape
    assert described["layers"][-1]["output_shape"] == [3]
    assert list(datasets.load(spec).input_shape) == shape
    assert previews.schedule(spec)["steps"][-1] == 4  # five epochs of 48 images


def test_augmented_own_images_are_shown_in_their_colours(colours: Path) -> None:
    shown = previews.augmentation(ClassifySpec(dataset="own", data_path=colours, rotation=20, elastic=2))
    assert (len(shown["originals"]), shown["on_black"]) == (3, False)


def test_components_of_large_images_are_refused_with_what_to_lower(colours: Path) -> None:
    spec = ClassifySpec(dataset="own", data_path=colours, image_size=64, features="pca", components=5)
    with pytest.raises(
        DatasetMissing, match=r"at most 3,072 numbers, and these have 12,288 .*smaller Image size"
    ):
        datasets.check(spec)
    small = spec.model_copy(update={"image_size": 2, "components": 13})
    with pytest.raises(DatasetMissing, match="Images of 12 numbers have as many"):
        datasets.check(small)


def test_a_look_shows_classes_counts_examples_and_what_is_left_out(colours: Path) -> None:
    torn = colours / "green" / "2.png"
    torn.write_bytes(torn.read_bytes()[:150])
    (colours / "readme.txt").write_text("about")
    seen = json.loads(json.dumps(previews.own_images(ClassifySpec(dataset="own", data_path=colours))))
    assert [name for name, *_counts in seen["classes"]] == ["blue", "green", "red"]
    assert sum(sum(counts) for _name, *counts in seen["classes"]) == 59
    assert seen["shape"] == [10, 12, 3] and seen["decoded"] is True
    assert [name for name, _reason in seen["refused"]] == ["green/2.png", "readme.txt"]
    assert len(seen["examples"]) == 3


def test_own_images_without_a_path_are_a_sentence() -> None:
    with pytest.raises(InvalidSpec, match="Data set own needs your images"):
        parse_spec({"dataset": "own"})
    with pytest.raises(InvalidSpec, match="Own images has no effect with dataset mnist"):
        parse_spec({"dataset": "mnist", "data_path": "/tmp/pets"})
