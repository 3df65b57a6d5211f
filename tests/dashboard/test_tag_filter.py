"""Charts by regular expression: what fits, what is said of a bad one, and that none can keep the lab busy."""

import re
import time
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.tag_filter import LONGEST_EXPRESSION, InvalidExpression, matching

TAGS = ["accuracy", "gradient_norm/hidden_1", "gradient_norm/classes", "learning_rate", "loss"]


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("loss", ["loss"]),
        ("LOSS", ["loss"]),
        ("^gradient", TAGS[1:3]),
        ("loss|rate", ["learning_rate", "loss"]),
        (r"hidden_\d$", ["gradient_norm/hidden_1"]),
        (".", TAGS),
        ("nothing", []),
    ],
)
def test_a_part_of_a_name_is_enough(expression, found):
    assert matching(TAGS, expression) == found


@given(st.lists(st.text(max_size=20), max_size=8), st.text(alphabet="abc|.*+?[]()^$", max_size=12))
def test_it_finds_what_pythons_expressions_find_and_refuses_the_rest_in_one_sentence(names, expression):
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # that "[[" may come to mean something else
            expected = re.compile(expression, re.IGNORECASE)
        found = matching(names, expression)
    except re.error:
        return  # RE2 takes some that Python does not, as "a**"
    except InvalidExpression as error:
        assert "This is no regular expression" in str(error) and "\n" not in str(error)
        return
    simple = [name for name in names if name.isascii() and "\n" not in name and "\0" not in name]
    assert [name for name in found if name in simple] == [name for name in simple if expected.search(name)]


@pytest.mark.parametrize("expression", ["(", "[z-a]", "a**?+", "(?=x)", r"\1", "x{1001}", "\ud800"])
def test_a_bad_expression_is_one_sentence(expression):
    with pytest.raises(InvalidExpression, match="This is no regular expression") as refused:
        matching(TAGS, expression)
    assert len(str(refused.value)) < 200


@pytest.mark.parametrize("expression", ["(a+)+$", "(a|a)*$", "(.*)*x", "(a|aa)+$", "(x+x+)+y"])
def test_what_hangs_other_engines_takes_no_longer_for_a_longer_name(expression):
    """Backtracking would take 2^40 times as long for the longer of the two."""
    matching(["a"], expression)

    def seconds(length: int) -> float:
        began = time.process_time()
        matching(["a" * length + "!", "x" * length], expression)
        return time.process_time() - began

    assert min(seconds(10_000) for _try in range(3)) < 1000 * max(min(seconds(10) for _try in range(5)), 1e-4)


def test_an_expression_is_not_longer_than_one_types():
    with pytest.raises(InvalidExpression, match=f"at most {LONGEST_EXPRESSION} letters"):
        matching(TAGS, "a" * (LONGEST_EXPRESSION + 1))
