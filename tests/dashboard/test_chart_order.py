"""Pinned charts come first, the others where they were moved to; nothing gets lost."""

from hypothesis import given
from hypothesis import strategies as st

from dashboard.chart_order import Arrangement

names = st.sampled_from("abcdef")
some = st.lists(names, unique=True, max_size=6)
arrangements = st.builds(Arrangement, some.map(tuple), some.map(tuple))
moves = st.sampled_from(["pin", "earlier", "later"])


@given(arrangements, some, some)
def test_all_that_is_shown_stands_there_once_and_pinned_ones_first(wanted, shown, others):
    known = [*shown, *(name for name in others if name not in shown)]
    arranged = wanted.arranged(shown, known)
    assert len(arranged) == len(set(arranged))
    assert set(arranged) == set(shown) | (set(wanted.pinned) & set(known))
    pinned = [name for name in arranged if name in wanted.pinned]
    assert arranged[: len(pinned)] == pinned


@given(some, some)
def test_without_wishes_the_usual_order_stays(shown, others):
    assert Arrangement().arranged(shown, [*shown, *others]) == shown


@given(arrangements, some.filter(bool), moves, st.data())
def test_a_move_exchanges_two_neighbours_of_a_kind_and_nothing_else(wanted, shown, move, data):
    before = wanted.arranged(shown, shown)
    name = data.draw(st.sampled_from(before))
    place = wanted.place(name, before)
    after = wanted.after(move, name, before).arranged(shown, shown)
    assert sorted(after) == sorted(before)
    if move == "pin":
        assert (name in wanted.pinned) != (name in wanted.after(move, name, before).pinned)
    elif place.first if move == "earlier" else place.last:
        assert after == before
    else:
        here = before.index(name)
        there = here + (1 if move == "later" else -1)
        before[here], before[there] = before[there], before[here]
        assert after == before


@given(arrangements, some, names)
def test_pinning_twice_is_as_if_nothing_had_been(wanted, shown, name):
    twice = wanted.after("pin", name, shown).after("pin", name, shown)
    assert set(twice.pinned) == set(wanted.pinned)


def test_a_pinned_chart_stays_while_others_are_looked_for():
    wanted = Arrangement(pinned=("loss",))
    assert wanted.arranged(["accuracy"], ["accuracy", "loss"]) == ["loss", "accuracy"]
    assert wanted.arranged(["accuracy"], ["accuracy"]) == ["accuracy"]
