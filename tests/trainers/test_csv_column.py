"""A column of somebody's own file: what is right in it is read, what is wrong is named by its line."""

from __future__ import annotations

import csv

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trainers import csv_column
from trainers.csv_column import read_column, read_columns
from trainers.datasets import DatasetMissing


@pytest.fixture
def file(tmp_path):
    """Writes a file with this content, and gives its path."""

    def write(content: str | bytes):
        path = tmp_path / "data.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


@pytest.mark.parametrize(
    ("content", "wanted", "name", "values"),
    [
        ("1\n2\n3.5\n", "", "1", [1, 2, 3.5]),
        ("t,x\n0,5\n1,-6e-1\n", "x", "x", [5, -0.6]),
        ("t,x\n0,5\n1,6\n", "2", "x", [5, 6]),
        ("t,x\n0,5\n1,6\n", "", "t", [0, 1]),
        ("0;5\r\n1;6\r\n", "2", "2", [5, 6]),
        ("day\tx\n2020-01-01\t5\n2020-01-02\t6\n", "x", "x", [5, 6]),
        ('"a, b","c"\n"1"," 2 "\n\n"3",4\n', "c", "c", [2, 4]),
        ("\ufefftemperature\n+1.5\n.5\n", "temperature", "temperature", [1.5, 0.5]),
        ("Größe\n1\n", "Größe", "Größe", [1]),
        ("时间,水位\n周一,5\n周二,6\n", "", "水位", [5, 6]),
        ('"a, b, c";"d, e"\n1;2\n', "d, e", "d, e", [2]),
        ("x\r1\r2\r", "", "x", [1, 2]),
    ],
)
def test_a_column_is_found_by_name_or_number(file, content, wanted, name, values):
    column = read_column(file(content), wanted)
    assert column.name == name
    assert column.values.tolist() == values


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=30))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_number_that_python_writes_is_read_as_it_was(tmp_path, values):
    path = tmp_path / "numbers.csv"
    with path.open("w", newline="") as handle:
        csv.writer(handle).writerows(
            [["first", "value"], *([index, value] for index, value in enumerate(values))]
        )
    np.testing.assert_array_equal(read_column(path, "value").values, values)


@pytest.mark.parametrize(
    ("content", "wanted", "fragments"),
    [
        ("x\n1\n\n2\nn/a\n", "", ("line 5", "'n/a'", "column x")),
        ("t,x\n0,1\n1,\n2\n3,4\n", "x", ("line 3 (nothing)", "line 4 (nothing)")),
        ("x\na\nb\nc\nd\ne\n", "", ("line 2", "line 3", "line 4", "and 2 more")),
        ("x;y\n1,5;2\n", "x", ("line 2", "'1,5'", "decimal point")),
        ('x\n"Monday, 5"\n', "", ("line 2", "'Monday, 5'", "put a number there")),
        ("x\nnan\n", "", ("line 2", "'nan'")),
        ("x\ninf\n", "", ("line 2", "'inf'")),
        ("x\n1e999\n", "", ("line 2", "1e999")),
        ("x\n1_000\n", "", ("line 2", "1_000")),
        ("x\n__import__('os')\n", "", ("line 2", "__import__")),
        ("t,x\n0,1\n", "y", ("no column 'y'", "t, x")),
        ("t,x\n0,1\n", "3", ("no column 3", "1 to 2")),
        ("0,1\n", "x", ("numbers in its first line", "1 to 2")),
        ("", "", ("empty",)),
        ("x\n", "", ("no numbers below",)),
        (b"x\n1\n\xff\xfe\n", "", ("UTF-8", "line 3")),
        ('x\n"1\n2\n', "", ("line 3", "column x")),
        ("x\n\x00\n", "", ("data.csv", "line 2")),
        ("x\n" + "1" * 200_000 + "\n", "", ("line 2",)),
    ],
)
def test_what_is_wrong_is_one_sentence_that_names_it(file, content, wanted, fragments):
    with pytest.raises(DatasetMissing) as caught:
        read_column(file(content), wanted)
    sentence = str(caught.value)
    assert all(fragment in sentence for fragment in fragments), sentence
    assert "\n" not in sentence and len(sentence) < 300


def test_a_file_that_is_not_there_or_too_large_is_refused(file, tmp_path, monkeypatch):
    with pytest.raises(DatasetMissing, match="no file"):
        read_column(tmp_path / "none.csv", "")
    with pytest.raises(DatasetMissing, match="cannot be read"):
        read_column(tmp_path, "")
    monkeypatch.setattr(csv_column, "LARGEST_BYTES", 10)
    with pytest.raises(DatasetMissing, match="larger than"):
        read_column(file("1\n" * 6), "")
    monkeypatch.setattr(csv_column, "LARGEST_BYTES", 1_000)
    monkeypatch.setattr(csv_column, "MOST_VALUES", 5)
    with pytest.raises(DatasetMissing, match="more than the 5 lines"):
        read_column(file("1\n" * 6), "")


def test_all_columns_of_a_file_are_told_apart_by_name_or_number(file):
    assert [one.word for one in read_columns(file("0.5,6\n1,2\n")).columns] == ["1", "2"]
    path = file("day,x,,x,note\nMon,2,3,4,a\nTue,2,3,n/a,b\n")
    found = read_columns(path)
    assert [(one.word, one.number, one.values.tolist()) for one in found.columns] == [
        ("x", 2, [2, 2]),
        ("3", 3, [3, 3]),
    ]
    assert [name for name, _reason in found.refused] == ["day", "x", "note"]
    assert found.refused[1][1] == "has no number in line 3 ('n/a'): put a number there, or take the line out"


@given(
    st.lists(
        st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=6), min_size=1, max_size=6
    )
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_column_that_is_offered_is_found_by_its_word(tmp_path, names):
    path = tmp_path / "names.csv"
    with path.open("w", newline="", encoding="utf-8") as handle:
        csv.writer(handle, quoting=csv.QUOTE_ALL).writerows([["name", *names], range(len(names) + 1)])
    for column in read_columns(path).columns:
        assert column.values[-1] == column.number - 1
        assert read_column(path, column.word).number == column.number


def test_a_file_without_a_whole_column_of_numbers_says_where_one_is_missing(file):
    with pytest.raises(DatasetMissing, match=r"in column x in line 3 \('n/a'\)"):
        read_columns(file("day,x\nMon,1\nTue,n/a\n"))
    words = ",".join("ab" for _place in range(40))
    with pytest.raises(DatasetMissing, match="no number in column ab in line 2"):
        read_columns(file(f"{words},x\n{words},1\n"))


def test_of_very_many_columns_the_first_are_looked_at(file):
    found = read_columns(file(",".join(map(str, range(35))) + "\n"))
    assert (len(found.columns), found.passed_over) == (30, 5)
    assert found.columns[29].word == "30"
