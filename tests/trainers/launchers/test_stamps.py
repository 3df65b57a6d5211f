"""A description is made anew when the files that it is about change."""

from __future__ import annotations

import os
from pathlib import Path

from trainers.launchers.stamps import stamp_of_files
from trainers.specs import ClassifySpec, SequenceSpec


def test_a_file_that_changes_or_goes_changes_the_stamp(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    spec = SequenceSpec(signal="csv", csv_file=path)
    missing = stamp_of_files(spec)
    path.write_text("1\n2\n")
    before = stamp_of_files(spec)
    assert before == stamp_of_files(spec) != missing
    path.write_text("1\n2\n3\n")
    assert stamp_of_files(spec) != before


def test_a_folder_that_gains_or_loses_an_image_changes_the_stamp(tmp_path: Path) -> None:
    image = tmp_path / "pets" / "train" / "cat" / "1.png"
    image.parent.mkdir(parents=True)
    spec = ClassifySpec(dataset="own", data_path=tmp_path / "pets")
    empty = stamp_of_files(spec)
    image.write_bytes(b"x")
    os.utime(image.parent, ns=(1, 1))
    assert stamp_of_files(spec) != empty
    assert stamp_of_files(spec.model_copy(update={"data_path": tmp_path})) != stamp_of_files(spec)


def test_a_spec_without_files_and_a_folder_that_links_to_itself_have_one(tmp_path: Path) -> None:
    assert stamp_of_files(ClassifySpec()) == ""
    (tmp_path / "again").symlink_to(tmp_path)
    assert stamp_of_files(ClassifySpec(dataset="own", data_path=tmp_path))
