"""Columns of one's choice: what an address may name, what they hold, and which end of a curve is best."""

from __future__ import annotations

import pytest

from dashboard.run_dialogs import shared_tags, tags_after
from dashboard.run_extra_columns import Column, column_of, end_of, is_numeric


@pytest.mark.parametrize(
    "key", ["learning_rate", "last validation/accuracy", "best train/gradient_norm/dense 1"]
)
def test_a_column_has_one_name(key: str) -> None:
    column = column_of(key)
    assert column is not None and column.key == key and column.title


@pytest.mark.parametrize(
    "key", ["", "wings", "worst train/loss", "best loss", "best /loss", "last ", "<script>"]
)
def test_an_address_that_names_no_column_names_none(key: str) -> None:
    assert column_of(key) is None


@pytest.mark.parametrize(
    ("name", "end"),
    [
        ("loss", "lowest"),
        ("val_loss", "lowest"),
        ("error", "lowest"),
        ("accuracy", "highest"),
        ("a/loss", "lowest"),
    ],
)
def test_less_is_better_for_losses_and_errors(name: str, end: str) -> None:
    assert end_of(Column("best", "train", name)) == end
    assert end_of(Column("last", "train", name)) == "last"


def test_switches_are_words() -> None:
    assert is_numeric([1, 2.5, None]) and not is_numeric([True, False]) and not is_numeric(["mlp"])


def test_tags_of_several_runs_change_only_where_they_are_shared() -> None:
    runs = [("a", "b"), ("b", "c"), ("b",)]
    shared = shared_tags(runs)
    assert shared == ("b",)
    assert [tags_after(own, shared, ["new"]) for own in runs] == [("a", "new"), ("c", "new"), ("new",)]
    assert [tags_after(own, shared, ["b", "a"]) for own in runs] == [("a", "b"), ("b", "c", "a"), ("b", "a")]
