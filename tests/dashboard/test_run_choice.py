"""Ticking rows changes the choice; rows that move or hide do not."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dashboard.run_choice import LATE_SECONDS, Choice, after_ticking

KEYS = st.lists(st.sampled_from([f"e/{letter}" for letter in "abcdefgh"]), unique=True)


def test_new_runs_come_last_and_hidden_ones_stay():
    assert after_ticking(["e/a"], ["e/b", "e/a"], [0, 1]) == ["e/a", "e/b"]
    assert after_ticking(["e/hidden", "e/a"], ["e/b", "e/a"], [0]) == ["e/hidden", "e/b"]
    assert after_ticking(["e/a"], ["e/a"], []) == []
    assert after_ticking([], ["e/a"], [0, 7]) == ["e/a"], "a row that is no longer there chooses nothing"


@given(KEYS, KEYS, st.sets(st.integers(0, 9)))
def test_exactly_the_ticked_rows_are_chosen_among_those_shown(before, shown, ticked):
    now = after_ticking(before, shown, sorted(ticked))
    assert len(now) == len(set(now))
    assert {key for key in now if key in shown} == {shown[row] for row in ticked if row < len(shown)}
    assert [key for key in now if key not in shown] == [key for key in before if key not in shown]
    assert [key for key in now if key in before] == [key for key in before if key in now]


def test_an_address_sent_before_the_choice_was_known_does_not_undo_it():
    choice = Choice(()).then(["e/a"], now=0.0).then(["e/a", "e/b"], now=1.0)
    assert choice.knows_better_than(["e/a"], now=1.5) and choice.knows_better_than([], now=1.5)
    assert not choice.knows_better_than(["e/a", "e/b"], now=1.5), "the browser has heard of it"
    assert not choice.knows_better_than(["e/c"], now=1.5), "somebody followed a link"


def test_going_back_to_an_earlier_choice_counts_after_a_while():
    choice = Choice(()).then(["e/a"], now=0.0)
    assert not choice.knows_better_than([], now=LATE_SECONDS + 1)
    later = choice.then(["e/b"], now=LATE_SECONDS + 1)
    assert later.knows_better_than(["e/a"], now=LATE_SECONDS + 2)
    assert not later.knows_better_than([], now=LATE_SECONDS + 2)


def test_choosing_again_what_was_chosen_before_holds():
    choice = Choice(("e/a",)).then([], now=0.0).then(["e/a"], now=1.0)
    assert not choice.knows_better_than(["e/a"], now=1.1)
    assert choice.knows_better_than([], now=1.1)
