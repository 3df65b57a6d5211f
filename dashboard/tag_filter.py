"""Which charts a regular expression means.

The expression is RE2's, which takes time in proportion to the text whatever it says: none, also none written to do
harm, can keep the lab busy. pyarrow brings RE2.
"""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.language import _

LONGEST_EXPRESSION = 200


class InvalidExpression(ValueError):
    """What cannot be read as a regular expression; its text is one sentence for a person."""


def matching(names: Sequence[str], expression: str) -> list[str]:
    """The names in which the expression is found, in their order; capital letters count as small ones.

    Raises InvalidExpression.
    """
    import pyarrow  # here, since the first page has no use for it
    import pyarrow.compute

    if len(expression) > LONGEST_EXPRESSION:
        raise InvalidExpression(
            _("An expression for charts has at most {most} letters.").format(most=LONGEST_EXPRESSION)
        )
    try:
        found = pyarrow.compute.match_substring_regex(
            pyarrow.array(names, pyarrow.string()), pattern=expression, ignore_case=True
        )
    except (pyarrow.ArrowInvalid, UnicodeEncodeError) as error:
        reason = str(error).removeprefix("Invalid regular expression: ")
        raise InvalidExpression(
            _(
                "This is no regular expression: {reason}. Try part of a name, as loss, or loss|accuracy."
            ).format(reason=reason)
        ) from error
    return [name for name, is_found in zip(names, found.to_pylist(), strict=True) if is_found]
