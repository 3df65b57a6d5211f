import pytest

from dashboard.own_signal import chosen_word, found_line
from trainers.specs import SequenceSpec

COLUMNS = [{"word": "水位", "number": 2}, {"word": "4", "number": 4}, {"word": "1", "number": 5}]


@pytest.mark.parametrize(
    ("held", "chosen"),
    [
        ("水位", "水位"),
        ("2", "水位"),
        ("4", "4"),
        ("1", "1"),
        ("5", "1"),
        ("day", "水位"),
        ("", "水位"),
        (None, "水位"),
    ],
)
def test_a_column_is_chosen_by_name_or_number_and_else_the_first(held, chosen):
    assert chosen_word(COLUMNS, held) == chosen


def test_what_is_in_a_column_is_one_line():
    column = {"count": 12_345, "lowest": -1234.5678, "highest": 1e-7}
    assert found_line(column, SequenceSpec(train_share=0.6)) == (
        "12,345 numbers, from -1,234.57 to 1e-07: 7,407 to train, 2,469 to validate, 2,469 to test."
    )
    assert found_line(column | {"count": 1}, SequenceSpec()).startswith("1 number, from")
