"""Before anything starts, a person hears what is missing, whatever the task."""

from __future__ import annotations

import pytest

from trainers.availability import check
from trainers.datasets import DatasetMissing
from trainers.specs import BoundarySpec, ClassifySpec, SequenceSpec


@pytest.mark.parametrize("spec", [ClassifySpec(), BoundarySpec(), SequenceSpec(signal="mackey_glass")])
def test_what_ships_or_is_computed_is_always_there(spec):
    check(spec)


def test_a_file_that_is_missing_or_wrong_is_named(tmp_path):
    with pytest.raises(DatasetMissing, match=r"none.npz"):
        check(ClassifySpec(dataset="mnist", mnist_file=tmp_path / "none.npz"))
    with pytest.raises(DatasetMissing, match=r"none.csv"):
        check(SequenceSpec(signal="csv", csv_file=tmp_path / "none.csv"))
    path = tmp_path / "own.csv"
    path.write_text("level\n1\n2\ntwo\n")
    with pytest.raises(DatasetMissing, match=r"own.csv has no number in column level in line 4 \('two'\)"):
        check(SequenceSpec(signal="csv", csv_file=path, column="level"))
