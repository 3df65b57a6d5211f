"""The query above the table of runs: `model == "lenet5" and lr < 0.01`.

Python's parser reads it, which runs nothing, and this module understands a few kinds of nodes of its tree: comparisons,
`and`, `or`, `not`, `in`, names of fields, and constants. Everything else is refused in one sentence that names the
place. What can be wrong is found before any run is looked at; afterwards a query says yes or no of every run.
"""

from __future__ import annotations

import ast
import difflib
import operator
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from dashboard.language import _

Kind = Literal["number", "text", "switch", "list"]
Value = bool | int | float | str | tuple[str, ...] | None

LONGEST = 500
DEEPEST = 30
CONSTANTS: Mapping[str, Value] = {"true": True, "false": False, "none": None}

_ORDERED: Mapping[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
_EQUAL = (ast.Eq, ast.NotEq)
_WITHIN = (ast.In, ast.NotIn)


class QueryError(ValueError):
    """A query that cannot be understood; its text is one sentence for a person."""


@dataclass(frozen=True)
class Field:
    """What may stand in a query: a kind of value (several where tasks differ), and the words it is one of, if any."""

    kinds: frozenset[Kind]
    choices: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Query:
    """A query that was understood."""

    text: str
    tree: ast.expr

    def matches(self, values: Mapping[str, Value]) -> bool:
        """Whether it holds for a run; a comparison with what is not known of the run never does."""
        return _holds(self.tree, values)


def parse_query(text: str, fields: Mapping[str, Field]) -> Query:
    """The query that a text asks; raises QueryError."""
    if len(text) > LONGEST:
        raise QueryError(
            _("The query has {n} characters: shorten it to {most}.").format(n=len(text), most=LONGEST)
        )
    line = " ".join(text.splitlines()) if "\n" in text or "\r" in text else text
    tree = _parsed(line)
    _Checked(line, fields).condition(tree, 0)
    return Query(text, tree)


def _parsed(line: str) -> ast.expr:
    stripped = line.lstrip()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Python's advice about its own language
            tree = ast.parse(stripped, mode="eval").body
    except SyntaxError as error:
        offset = len(line) - len(stripped)
        place = min(max(error.offset or 1, 1) + offset, len(line) or 1)
        raise QueryError(_unreadable(line, place, error.msg or "")) from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise QueryError(
            _("The query cannot be read: it holds characters or brackets that no query has.")
        ) from error
    for node in ast.walk(tree):
        if hasattr(node, "col_offset"):
            # Python counts bytes of UTF-8; people count characters.
            before = stripped.encode()[: node.col_offset].decode("utf-8", "ignore")
            node.col_offset = len(before) + len(line) - len(stripped)
    return tree


def _unreadable(line: str, place: int, message: str) -> str:
    if "==" in message or line[place - 1 : place] == "=":
        return _("The query cannot be read at character {place}: write == for “is equal to”.").format(
            place=place
        )
    if "string literal" in message:
        return _("A quotation mark is missing: the words that begin at character {place} do not end.").format(
            place=place
        )
    if "never closed" in message or "unmatched" in message:
        return _("A bracket at character {place} has no partner.").format(place=place)
    return _(
        "The query cannot be read at character {place}: compare fields with values, "
        'as in model == "lenet5" and lr < 0.01.'
    ).format(place=place)


@dataclass(frozen=True)
class _Checked:
    """Looks through a tree and raises QueryError for the first thing that no query has."""

    text: str
    fields: Mapping[str, Field]

    def condition(self, node: ast.expr, depth: int) -> None:
        """Something that is true or false of a run."""
        if depth > DEEPEST:
            raise QueryError(
                _("The query has brackets within brackets that nobody can read: make it simpler.")
            )
        if isinstance(node, ast.BoolOp):
            for part in node.values:
                self.condition(part, depth + 1)
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            self.condition(node.operand, depth + 1)
        elif isinstance(node, ast.Compare):
            terms = [node.left, *node.comparators]
            for left, sign, right in zip(terms, node.ops, terms[1:], strict=False):
                self.comparison(left, sign, right)
        elif "switch" not in self.kinds(node):
            raise QueryError(
                _("{part} (character {place}) is no condition: compare it with something.").format(
                    part=self.part(node), place=_place(node)
                )
            )

    def comparison(self, left: ast.expr, sign: ast.cmpop, right: ast.expr) -> None:
        """Two terms that can be compared with this sign."""
        if isinstance(sign, ast.Is | ast.IsNot):
            raise QueryError(
                _("Write == for is, and != for is not (character {place}).").format(place=_place(left))
            )
        kinds, other = self.kinds(left), self.kinds(right)
        if isinstance(sign, _WITHIN):
            self.membership(left, right)
            return
        if _is_none(left) or _is_none(right):
            if not isinstance(sign, _EQUAL):
                raise QueryError(
                    _("none (character {place}) is no number: only == and != go with it.").format(
                        place=_place(right)
                    )
                )
            return
        comparable = kinds & other - {"list"}
        if not isinstance(sign, _EQUAL):
            comparable -= {"switch"}
        if not comparable:
            raise QueryError(self.mismatch(left, kinds, right, other))
        for field, value in ((left, right), (right, left)):
            self.choice(field, value)

    def membership(self, left: ast.expr, right: ast.expr) -> None:
        """`in`: a value in a list, a word in a text, a tag among a run's tags."""
        kinds, other = self.kinds(left), self.kinds(right)
        if isinstance(right, ast.Tuple | ast.List | ast.Set):
            for one in right.elts:
                if not isinstance(one, ast.Constant) and not _is_signed(one):
                    raise self.refused(one)
                if not kinds & self.kinds(one):
                    raise QueryError(self.mismatch(left, kinds, one, self.kinds(one)))
                self.choice(left, one)
        elif "text" not in kinds or not other & {"text", "list"}:
            raise QueryError(
                _(
                    "What follows in at character {place} is no list: write a list, as in "
                    '("mlp", "lenet5"), or look for a word, as in "baseline" in tags.'
                ).format(place=_place(right))
            )

    def kinds(self, node: ast.expr) -> frozenset[Kind]:
        """What a term may hold."""
        if isinstance(node, ast.Constant):
            return self.constant_kinds(node)
        if _is_signed(node):
            return frozenset({"number"})
        if isinstance(node, ast.Tuple | ast.List | ast.Set):
            return frozenset({"list"})
        if isinstance(node, ast.Name):
            if node.id.casefold() in CONSTANTS:
                return frozenset({"switch"}) if node.id.casefold() != "none" else frozenset()
            if node.id not in self.fields:
                raise QueryError(self.unknown(node))
            return self.fields[node.id].kinds
        raise self.refused(node)

    def constant_kinds(self, node: ast.Constant) -> frozenset[Kind]:
        if isinstance(node.value, bool):
            return frozenset({"switch"})
        if isinstance(node.value, int | float):
            return frozenset({"number"})
        if isinstance(node.value, str):
            return frozenset({"text"})
        if node.value is None:
            return frozenset()
        raise self.refused(node)

    def choice(self, field: ast.expr, value: ast.expr) -> None:
        """A word that a field may hold: one that is misspelt would match nothing, and nobody would know why."""
        known = (
            self.fields[field.id].choices if isinstance(field, ast.Name) and field.id in self.fields else None
        )
        if not known or not isinstance(value, ast.Constant) or not isinstance(value.value, str):
            return
        if value.value not in known:
            assert isinstance(field, ast.Name)
            raise QueryError(
                _("{field} is never {value} (character {place}): it is one of {choices}.").format(
                    field=field.id,
                    value=f'"{value.value}"',
                    place=_place(value),
                    choices=", ".join(sorted(known)),
                )
            )

    def unknown(self, node: ast.Name) -> str:
        words = {word for field in self.fields.values() for word in field.choices}
        if node.id in words:
            return _('{word} (character {place}) is a word, not a field: write "{word}".').format(
                word=node.id, place=_place(node)
            )
        near = difflib.get_close_matches(node.id, self.fields, n=2)
        if near:
            return _("There is no field {name} (character {place}): did you mean {near}?").format(
                name=node.id, place=_place(node), near=_(" or ").join(near)
            )
        return _(
            "There is no field {name} (character {place}): use settings as lr or model, and results as accuracy."
        ).format(name=node.id, place=_place(node))

    def mismatch(
        self, left: ast.expr, kinds: frozenset[Kind], right: ast.expr, other: frozenset[Kind]
    ) -> str:
        return _(
            "{left} ({kind}) and {right} ({other}) cannot be compared in this way (character {place})."
        ).format(
            left=self.part(left),
            kind=kinds_in_words(kinds),
            right=self.part(right),
            other=kinds_in_words(other),
            place=_place(left),
        )

    def refused(self, node: ast.AST) -> QueryError:
        hint = ""
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitAnd | ast.BitOr):
            hint = " " + _("Write and for &, or for |.")
        return QueryError(
            _(
                "{part} (character {place}) has no place in a query: it compares fields with values, and joins "
                "that with and, or, not."
            ).format(part=self.part(node), place=_place(node))
            + hint
        )

    def part(self, node: ast.AST) -> str:
        """The piece of the text that a node stands for, at most 30 characters of it."""
        piece = ast.unparse(node)
        return piece if len(piece) <= 30 else piece[:29] + "…"


def kinds_in_words(kinds: frozenset[Kind]) -> str:
    """What kind of value a field holds, as a reader calls it."""
    words = {
        "number": _("a number"),
        "text": _("words"),
        "switch": _("true or false"),
        "list": _("a list"),
    }
    return _(" or ").join(words[kind] for kind in words if kind in kinds) or _("nothing")


def _is_none(node: ast.expr) -> bool:
    if isinstance(node, ast.Name):
        return node.id.casefold() == "none"
    return isinstance(node, ast.Constant) and node.value is None


def _is_signed(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.UnaryOp)
        and isinstance(node.op, ast.USub | ast.UAdd)
        and isinstance(node.operand, ast.Constant)
        and isinstance(node.operand.value, int | float)
        and not isinstance(node.operand.value, bool)
    )


def _place(node: ast.AST) -> int:
    return int(getattr(node, "col_offset", 0)) + 1


def _holds(node: ast.expr, values: Mapping[str, Value]) -> bool:
    if isinstance(node, ast.BoolOp):
        parts = (_holds(part, values) for part in node.values)
        return all(parts) if isinstance(node.op, ast.And) else any(parts)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return not _holds(node.operand, values)
    if isinstance(node, ast.Compare):
        terms = [node.left, *node.comparators]
        return all(
            _compared(left, sign, right, values)
            for left, sign, right in zip(terms, node.ops, terms[1:], strict=False)
        )
    return _value(node, values) is True


def _compared(left: ast.expr, sign: ast.cmpop, right: ast.expr, values: Mapping[str, Value]) -> bool:
    one, other = _value(left, values), _value(right, values)
    if _is_none(left) or _is_none(right):
        return (one is other) == isinstance(sign, ast.Eq)
    if one is None or other is None:
        return False
    if isinstance(sign, _WITHIN):
        within = one in other if isinstance(other, tuple) else str(one) in str(other)
        return within == isinstance(sign, ast.In)
    if isinstance(sign, _EQUAL):
        return (one == other) == isinstance(sign, ast.Eq)
    # A field may hold words in one task and numbers in another.
    return isinstance(one, str) == isinstance(other, str) and _ORDERED[type(sign)](one, other)


def _value(node: ast.expr, values: Mapping[str, Value]) -> Value:
    if isinstance(node, ast.Name):
        known = CONSTANTS.get(node.id.casefold())
        return known if node.id.casefold() in CONSTANTS else values.get(node.id)
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        return tuple(_value(one, values) for one in node.elts)  # type: ignore[misc]  # of numbers too
    if isinstance(node, ast.UnaryOp):
        number = _value(node.operand, values)
        assert isinstance(number, int | float)
        return -number if isinstance(node.op, ast.USub) else number
    assert isinstance(node, ast.Constant)
    constant: Value = node.value  # type: ignore[assignment]  # the check let no others through
    return constant
