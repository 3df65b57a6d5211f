"""The query of the table of runs: what it finds, what it refuses and how it says so, and that it runs nothing."""

from __future__ import annotations

import operator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.run_fields import RESULTS, fields, setting_fields, values
from dashboard.run_query import DEEPEST, LONGEST, Query, QueryError, parse_query
from dashboard.run_table import RunRow
from trainers.runs import Run
from trainers.specs import BoundarySpec, ClassifySpec, Spec


def row(name: str, spec: Spec | None = None, **known: object) -> RunRow:
    given = {"state": "completed", "name": name, "spec": spec, **known}
    return RunRow(run=Run(Path("/logs"), "e", name), **given)


ROWS = [
    row("deep", ClassifySpec(model="lenet5", learning_rate=0.003), test_accuracy=0.99, tags=("baseline",)),
    row("quick", ClassifySpec(model="mlp", learning_rate=0.1, batch_norm=True), test_accuracy=0.9),
    row("数字", ClassifySpec(model="softmax", learning_rate=0.01), state="failed", notes="学习 slow"),
    row(
        "points",
        BoundarySpec(model="one_hidden", learning_rate=0.01),
        validation_accuracy=0.8,
        metrics={"val_loss": 0.25},
    ),
    row("damaged", None, state="damaged", remark="spec.json is missing."),
]
FIELDS = fields(ROWS)


def found(text: str) -> list[str]:
    query = parse_query(text, FIELDS)
    return [one.name for one in ROWS if query.matches(values(one))]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('model == "lenet5" and lr < 0.01', ["deep"]),
        ("  model == 'lenet5'", ["deep"]),
        ('model in ("mlp", "softmax", "one_hidden") and lr >= .01', ["quick", "数字", "points"]),
        ('model not in ["mlp"]', ["deep", "数字", "points"]),
        ("0.002 < learning_rate <= 0.01", ["deep", "数字", "points"]),
        ("accuracy > 0.85", ["deep", "quick"]),
        ("not accuracy > 0.85", ["数字", "points", "damaged"]),
        ("accuracy == none", ["数字", "damaged"]),
        ("accuracy != None", ["deep", "quick", "points"]),
        ('state == "failed" or state == "damaged"', ["数字", "damaged"]),
        ('"baseline" in tags', ["deep"]),
        ('"baseline" not in tags and task == "classify"', ["quick", "数字"]),
        ('"学习" in note', ["数字"]),
        ('name == "数字" and lr == 0.01', ["数字"]),
        ("batch_norm", ["quick"]),
        ("batch_norm == true", ["quick"]),
        ("not batch_norm and task == 'boundary'", ["points"]),
        ("val_loss < 0.5", ["points"]),
        ("lr > -1", ["deep", "quick", "数字", "points"]),
        ('experiment == "e"', ["deep", "quick", "数字", "points", "damaged"]),
    ],
)
def test_a_query_finds_what_it_says(text: str, names: list[str]) -> None:
    assert found(text) == names


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "cannot be read at character 1"),
        ("model = 'mlp'", "write =="),
        ("model == mlp", 'mlp (character 10) is a word, not a field: write "mlp"'),
        ("modle == 'mlp'", "no field modle (character 1): did you mean mode or model?"),
        ("xyzzyplugh > 1", "no field xyzzyplugh"),
        ("lr < 'small'", "lr (a number) and 'small' (words) cannot be compared"),
        ("model == 'lenet'", 'model is never "lenet" (character 10): it is one of'),
        ("model in ('mlp', 'lenet')", 'never "lenet" (character 18)'),
        ("lr", "lr (character 1) is no condition"),
        ("model < none", "only == and != go with it"),
        ("model is 'mlp'", "Write == for is"),
        ("lr in model", "What follows in at character 7 is no list"),
        ("'学' in note and lr << 3", "lr << 3 (character 17) has no place in a query"),
        ("lr < 1 & lr > 0", "Write and for &"),
        ("lr < 1e400j", "has no place"),
        ("'unfinished", "A quotation mark is missing"),
        ("(lr < 1", "A bracket at character 1 has no partner"),
        ("lr < 1 2", "cannot be read at character"),
        ("batch_norm < true", "cannot be compared"),
        ("accuracy > 97%", "cannot be read at character"),
    ],
)
def test_a_fault_is_one_sentence_with_its_place(text: str, words: str) -> None:
    with pytest.raises(QueryError) as fault:
        parse_query(text, FIELDS)
    assert words in str(fault.value)
    assert "\n" not in str(fault.value) and str(fault.value)[-1] in ".?"


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('x')", "().__class__", "(lambda: 1)()", "[x for x in (1,)]", "lr if lr else 1",
        "f'{lr}' == '1'", "lr[0] == 1", "name.upper() == 'X'", "(lr := 3) == 3", "{1: 2} == 1", "b'x' == name",
        "lr ** 9 ** 9 ** 9 < 1", "await x", "*tags", "... == 1", "name == ('a', ('b',))", "tags in (lr,)",
    ],
)  # fmt: skip
def test_nothing_but_comparisons_is_understood(text: str) -> None:
    with pytest.raises(QueryError):
        parse_query(text, FIELDS)


def test_what_is_too_long_or_too_deep_is_refused() -> None:
    with pytest.raises(QueryError, match=f"shorten it to {LONGEST}"):
        parse_query("lr < 1 or " * LONGEST, FIELDS)
    with pytest.raises(QueryError, match="make it simpler"):
        parse_query("not " * (DEEPEST + 2) + "batch_norm", FIELDS)
    for bracket in "([{":
        with pytest.raises(QueryError):
            parse_query(bracket * LONGEST, FIELDS)
    with pytest.raises(QueryError):
        parse_query("lr < 1\0", FIELDS)


@given(st.text(max_size=60) | st.from_regex(r'[a-z"()<>= .0-9,&|not\[\]{}\\-]{0,40}', fullmatch=True))
def test_whatever_is_typed_is_a_query_or_a_sentence(text: str) -> None:
    try:
        query = parse_query(text, FIELDS)
    except QueryError as fault:
        assert str(fault)
    else:
        assert all(query.matches(values(one)) in (True, False) for one in ROWS)


SIGNS = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq, "!=": operator.ne,
}  # fmt: skip
NUMBERS = st.floats(-10, 10).map(lambda number: round(number, 3))


@given(
    st.lists(
        st.tuples(st.sampled_from(["lr", "accuracy"]), st.sampled_from(list(SIGNS)), NUMBERS),
        min_size=1,
        max_size=6,
    ),
    st.data(),
    NUMBERS,
    NUMBERS,
)
def test_comparisons_joined_say_what_python_says(parts, data, rate: float, accuracy: float) -> None:
    joints = data.draw(
        st.lists(st.sampled_from(["and", "or"]), min_size=len(parts) - 1, max_size=len(parts) - 1)
    )
    held = {"lr": rate, "accuracy": accuracy}
    texts = [f"{name} {sign} {number!r}" for name, sign, number in parts]
    truths = [SIGNS[sign](held[name], number) for name, sign, number in parts]
    text, groups = texts[0], [[truths[0]]]
    for joint, part, truth in zip(joints, texts[1:], truths[1:], strict=True):
        text += f" {joint} {part}"
        groups = [*groups, [truth]] if joint == "or" else [*groups[:-1], [*groups[-1], truth]]
    query: Query = parse_query(text, FIELDS)
    assert query.matches(held) == any(all(group) for group in groups)


def test_every_setting_of_every_task_can_be_asked_for_and_no_result_hides_one() -> None:
    assert not setting_fields().keys() & RESULTS.keys()
    known = values(ROWS[0])
    assert all(name in known for name in RESULTS)
    for name in setting_fields():
        parse_query(f"{name} == none", FIELDS)
