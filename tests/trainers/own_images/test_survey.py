"""What a folder or an archive holds: classes, parts, and what is left out by name and reason."""

from __future__ import annotations

import os
import unicodedata
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.trainers.own_images.made_images import as_bytes, bomb_png, class_folders, coloured, zipped
from trainers.dataset_errors import DatasetMissing
from trainers.own_images import sources
from trainers.own_images.division import PARTS, divided
from trainers.own_images.survey import Survey, survey

IMAGE = as_bytes(coloured("red", 1))


def refusals(found: Survey) -> dict[str, str]:
    return {one.name: one.reason for one in found.refused}


def of_classes(*names: str, count: int = 4) -> dict[str, bytes]:
    return {f"{name}/{number}.png": IMAGE for name in names for number in range(count)}


def test_a_folder_and_its_zip_are_the_same_images_in_the_same_parts(tmp_path: Path) -> None:
    folder = class_folders(tmp_path / "colours", ("red", "green", "blue"))
    files = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.png")}
    one, other = survey(folder), survey(zipped(tmp_path / "colours.zip", files))
    assert one.class_names == other.class_names == ("blue", "green", "red")
    assert one.names == other.names and np.array_equal(one.parts, other.parts)
    assert one.counts().tolist() == [[8, 1, 1]] * 3
    assert one.shape(0, "auto") == (10, 12, 3)
    assert not one.is_grey and one.refused == ()


def test_wrong_files_are_listed_by_name_and_reason_and_hidden_ones_passed_over(tmp_path: Path) -> None:
    folder = class_folders(tmp_path / "colours")
    (folder / "red" / "note.txt").write_text("not a picture")
    (folder / "red" / "nothing.png").touch()
    (folder / "green" / "bomb.png").write_bytes(bomb_png(9_000))
    (folder / "readme.md").write_text("about")
    (folder / "green" / ".DS_Store").write_bytes(b"x")
    (folder / "red" / "Thumbs.db").write_bytes(b"x")
    os.mkfifo(folder / "red" / "pipe")
    (folder / "linked").symlink_to(folder / "red")
    found = survey(folder)
    reasons = refusals(found)
    assert sorted(reasons) == [
        "green/bomb.png",
        "linked",
        "readme.md",
        "red/note.txt",
        "red/nothing.png",
        "red/pipe",
    ]
    assert "is no picture in a form" in reasons["red/note.txt"]
    assert reasons["red/nothing.png"] == "is empty"
    assert "9,000 × 9,000 pixels" in reasons["green/bomb.png"]
    assert reasons["readme.md"] == "lies in no class folder"
    assert (reasons["red/pipe"], found.passed_over) == ("is no plain file", 2)
    assert found.counts().sum() == 20


def test_an_archives_traps_are_refused_and_nothing_is_unpacked(tmp_path: Path) -> None:
    files = of_classes("cat", "dog") | {
        "../../evil.png": IMAGE,
        "/etc/evil.png": IMAGE,
        "C:/evil.png": IMAGE,
        "cat\\..\\..\\evil.png": IMAGE,
        "__MACOSX/cat/._1.png": b"x",
        "cat/.hidden.png": IMAGE,
    }
    path = zipped(tmp_path / "pets.zip", files)
    with zipfile.ZipFile(path, "a") as archive:
        link = zipfile.ZipInfo("cat/link.png")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("dog/zeros.png", bytes(60_000_000), zipfile.ZIP_DEFLATED)
    found = survey(path)
    reasons = refusals(found)
    traversing = ["../../evil.png", "/etc/evil.png", "C:/evil.png", "cat\\..\\..\\evil.png"]
    assert all(reasons[name] == "has a name that leads out of the archive" for name in traversing)
    assert (reasons["cat/link.png"], reasons["dog/zeros.png"]) == ("is a link", "is larger than 50 MB")
    assert (found.class_names, found.passed_over) == (("cat", "dog"), 2)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["pets.zip"]


def test_an_archive_that_unpacks_to_too_much_is_refused_unread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "LARGEST_UNPACKED_BYTES", 30_000)
    path = zipped(tmp_path / "pets.zip", of_classes("cat", "dog", count=100))
    with pytest.raises(DatasetMissing, match="says that it unpacks to"):
        survey(path)


def test_too_many_files_are_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "MOST_FILES", 5)
    with pytest.raises(DatasetMissing, match="more than 5 files"):
        survey(class_folders(tmp_path / "colours"))


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_chinese_names_are_read_from_archives_of_any_system(tmp_path: Path, encoding: str) -> None:
    images = dict.fromkeys(of_classes("小猫", "小 狗"), IMAGE)
    path = (
        zipped(tmp_path / "pets.zip", images)
        if encoding == "utf-8"
        else as_windows_writes(tmp_path, encoding)
    )
    assert survey(path).class_names == ("小 狗", "小猫")


def as_windows_writes(folder: Path, encoding: str) -> Path:
    """An archive with names in a code of their own and no mark that says so, put in place of names as long."""
    names = {
        chr(65 + place) * len(name.encode(encoding)): name
        for place, name in enumerate(of_classes("小猫", "小 狗"))
    }
    path = zipped(folder / "windows.zip", dict.fromkeys(names, IMAGE))
    content = path.read_bytes()
    for placeholder, name in names.items():
        content = content.replace(placeholder.encode(), name.encode(encoding))
    path.write_bytes(content)
    return path


def test_names_taken_apart_by_macos_are_one_class(tmp_path: Path) -> None:
    apart = {unicodedata.normalize("NFD", name): IMAGE for name in of_classes("écran", count=2)}
    together = {f"écran/more{name[-5:]}": IMAGE for name in apart}
    found = survey(zipped(tmp_path / "x.zip", apart | together | of_classes("z")))
    assert found.class_names == ("z", "écran")


def test_a_folder_around_all_classes_is_looked_into(tmp_path: Path) -> None:
    files = {f"pets/data/{name}": content for name, content in of_classes("cat", "dog").items()}
    found = survey(zipped(tmp_path / "pets.zip", files | {"pets/readme.txt": b"about"}))
    assert found.class_names == ("cat", "dog")


@pytest.mark.parametrize("validation", ["validation", "val", "Valid", ""])
def test_folders_of_train_and_test_are_the_parts(tmp_path: Path, validation: str) -> None:
    parts = {"train": 10, validation: 3, "test": 2}
    files = {
        f"pets/{part}/{kind}/{number}.png": IMAGE
        for part, count in parts.items()
        for kind in ("cat", "dog")
        for number in range(count)
        if part
    }
    found = survey(zipped(tmp_path / "pets.zip", files))
    assert found.class_names == ("cat", "dog")
    assert found.counts().tolist() == [[10, 3, 2] if validation else [9, 1, 2]] * 2
    for name, part in zip(found.names, found.parts, strict=True):
        assert (
            f"pets/{PARTS[part]}"
            in name.lower().replace("valid/", "validation/").replace("val/", "validation/")
        ) or (PARTS[part] == "validation" and not validation)


def test_a_class_only_in_the_test_images_is_a_sentence(tmp_path: Path) -> None:
    files = {f"{part}/{kind}/1.png": IMAGE for part, kind in (("train", "a"), ("train", "b"), ("test", "c"))}
    with pytest.raises(DatasetMissing, match="'c' has no image among the training images"):
        survey(zipped(tmp_path / "pets.zip", files))


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        (of_classes("cat"), "one class only, 'cat'"),
        ({}, "no image in a class folder"),
        ({"1.png": IMAGE}, r"no image in a class folder \(the first: 1.png lies in no class folder\)"),
        (of_classes("a") | of_classes("b", count=2), r"at least 3 images.*'b' \(2\) has fewer"),
        ({f"k{n}/1.png": IMAGE for n in range(1_001)}, "1,001 classes, more than the 1,000"),
        (of_classes("a") | {"b/1.txt": b"x"}, "one class only, 'a'"),
    ],
    ids="one none flat few many damaged".split(),
)
def test_what_cannot_be_learned_from_is_one_sentence(
    tmp_path: Path, files: dict[str, bytes], sentence: str
) -> None:
    with pytest.raises(DatasetMissing, match=sentence) as caught:
        survey(zipped(tmp_path / "pets.zip", files))
    assert "\n" not in str(caught.value)


def test_a_thousand_classes_are_as_many_as_are_learned(tmp_path: Path) -> None:
    dot = as_bytes(Image.new("L", (1, 1)))
    names = [f"k{number:03}" for number in range(1_000)]
    files = {f"{name}/{number}.png": dot for name in names for number in range(3)}
    found = survey(zipped(tmp_path / "many.zip", files))
    assert found.class_names == tuple(names) and found.refused == ()
    assert found.counts().tolist() == [[1, 1, 1]] * 1_000


def test_a_path_that_is_nothing_of_the_kind_is_a_sentence(tmp_path: Path) -> None:
    torn = tmp_path / "torn.zip"
    torn.write_bytes(b"PK\x03\x04 torn")
    os.mkfifo(tmp_path / "pipe.zip")
    for path, sentence in (
        (torn, "torn.zip is no whole .zip"),
        (tmp_path / "none", "neither a folder nor a file"),
        (tmp_path / "pipe.zip", "neither a folder nor a plain file"),
    ):
        with pytest.raises(DatasetMissing, match=sentence):
            survey(path)


def test_a_survey_is_made_anew_when_a_file_changes(tmp_path: Path) -> None:
    folder = class_folders(tmp_path / "colours", count=3)
    assert survey(folder) is survey(folder)
    coloured("red", 99).save(folder / "red" / "new.png")
    assert survey(folder).counts().sum() == 7


def test_sizes_and_colours_are_chosen_from_the_images(tmp_path: Path) -> None:
    folder = tmp_path / "mixed"
    for name in ("a", "b"):
        (folder / name).mkdir(parents=True)
        for side in (20, 30, 40):
            Image.new("L", (side, side // 2)).save(folder / name / f"{side}.png")
    found = survey(folder)
    assert found.is_grey
    assert found.shape(0, "auto") == (30, 30, 1)  # the median of the longer sides
    assert found.shape(48, "rgb") == (48, 48, 3)
    Image.new("RGB", (900, 900)).save(folder / "a" / "photo.png")
    assert survey(folder).shape(0, "auto")[2] == 3 and survey(folder).shape(0, "grey")[2] == 1


@given(counts=st.lists(st.integers(3, 80), min_size=1, max_size=6), more=st.integers(0, 20))
def test_a_tenth_of_each_class_tests_and_a_tenth_validates_and_few_move_when_images_join(
    counts: list[int], more: int
) -> None:
    def division(extra: int) -> dict[str, int]:
        labels = np.repeat(np.arange(len(counts)), [count + extra for count in counts])
        numbers = np.concatenate([np.arange(count + extra) for count in counts])
        names = [f"{label}/{number}.png" for label, number in zip(labels, numbers, strict=True)]
        return dict(zip(names, divided(labels, names, list("abcdef")[: len(counts)]).tolist(), strict=True))

    before, after = division(0), division(more)
    for label, count in enumerate(counts):
        held = np.bincount(
            [part for name, part in before.items() if name.startswith(f"{label}/")], minlength=3
        )
        share = max(1, round(count / 10))
        assert held.tolist() == [count - 2 * share, share, share]
    moved = sum(before[name] != after[name] for name in before)
    assert moved <= 4 * more * len(counts)
