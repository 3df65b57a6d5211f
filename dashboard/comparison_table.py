"""The verdict's numbers as a table: a column for each arm, a row for each thing that one wants to know of all."""

from __future__ import annotations

import html
from collections.abc import Sequence

from dashboard.language import _
from dashboard.run_progress import duration
from trainers.comparisons import Arm, Said, Verdict
from trainers.comparisons.sentences import p_word, points, share, shown

Rows = list[tuple[str, list[str]]]

_STYLE = """
<style>
.boardlab-verdict {border-collapse: collapse; width: 100%; font-size: .95rem; font-variant-numeric: tabular-nums}
.boardlab-verdict th, .boardlab-verdict td {padding: .3em .7em; text-align: right; overflow-wrap: anywhere}
.boardlab-verdict th:first-child, .boardlab-verdict td:first-child {text-align: left; padding-left: 0}
.boardlab-verdict td:first-child {opacity: .75}
.boardlab-verdict tr + tr td {border-top: 1px solid rgb(128 128 128 / .22)}
.boardlab-verdict thead th {border-bottom: 2px solid rgb(128 128 128 / .35); font-weight: 600}
.boardlab-verdict tbody tr:first-child td {font-size: 1.15em; font-weight: 600; opacity: 1}
.boardlab-verdict i {display: inline-block; width: .75em; height: .75em; border-radius: 50%; margin-right: .45em}
</style>
"""


def said(sentence: Said) -> str:
    """A sentence of the verdict in the reader's language, as plain text."""
    own = _(sentence.template).format(**sentence.values)
    return " ".join([own, *(said(one) for one in sentence.more)])


def table_rows(found: Verdict, *, task: str, seeds: int, example: str = "image") -> Rows:
    """What each row is called and its cells, an arm each; rows of which nothing is known are left out."""
    is_share = task != "sequence"
    rows: Rows = [
        (
            _("Test accuracy") if is_share else _("Test error"),
            [
                shown(arm.test.mean, arm.test.deviation, is_share=is_share) if arm.test else "–"
                for arm in found.arms
            ],
        )
    ]
    rows += _difference_rows(found, is_share=is_share)
    rows.append(
        (_("Seeds trained"), [_("{n} of {all}").format(n=arm.seeds, all=seeds) for arm in found.arms])
    )
    rows.append((_("Learning rate"), ["–" if arm.rate is None else f"{arm.rate:g}" for arm in found.arms]))
    rows += _reached_rows(found)
    gap = _("Training minus validation accuracy") if is_share else _("Validation minus training loss")
    rows.append(
        (gap, [points(arm.gap.mean, is_share=is_share) if arm.gap is not None else "–" for arm in found.arms])
    )
    rows.append((_("Parameters"), [f"{arm.size.parameters:,}" if arm.size else "–" for arm in found.arms]))
    work = {
        "image": _("Multiply-adds for one image"),
        "point": _("Multiply-adds for one point"),
        "window": _("Multiply-adds for one window"),
    }[example]
    rows.append((work, [f"{arm.size.multiply_adds:,}" if arm.size else "–" for arm in found.arms]))
    return [row for row in rows if any(cell != "–" for cell in row[1])]


def _difference_rows(found: Verdict, *, is_share: bool) -> Rows:
    """Difference, interval and p of every arm but the first."""
    by_arm = {one.arm: one for one in found.differences}
    pairs = [by_arm.get(arm.name) for arm in found.arms]
    first = found.arms[0].name
    several = len(found.arms) > 2
    return [
        (
            _("Difference to {arm}").format(arm=first),
            ["–" if one is None else points(one.paired.mean, is_share=is_share) for one in pairs],
        ),
        (
            _("95 % interval"),
            [
                "–"
                if one is None or one.paired.low is None or one.paired.high is None
                else _("{low} to {high}").format(
                    low=points(one.paired.low, is_share=is_share).removesuffix(" points"),
                    high=points(one.paired.high, is_share=is_share),
                )
                for one in pairs
            ],
        ),
        (
            _("p, paired over seeds (Holm)") if several else _("p, paired over seeds"),
            ["–" if one is None or one.p is None else p_word(one.p).removeprefix("= ") for one in pairs],
        ),
    ]


def _reached_rows(found: Verdict) -> Rows:
    rows: Rows = []
    for place, one in enumerate(found.arms[0].reached):
        label = _("Steps to {accuracy} in validation").format(accuracy=share(one.accuracy))
        rows.append(
            (label, [_reached_cell(arm, place, seconds=found.seconds_comparable) for arm in found.arms])
        )
    return rows


def _reached_cell(arm: Arm, place: int, *, seconds: bool) -> str:
    """Mean steps of the seeds that came so far, with how many did where not all."""
    if place >= len(arm.reached) or not arm.reached[place].of:
        return "–"
    one = arm.reached[place]
    if one.steps is None:
        return _("not reached")
    cell = f"{one.steps:,.0f}"
    if seconds and one.seconds is not None:
        time = (
            duration(one.seconds)
            if one.seconds >= 10
            else _("{seconds} s").format(seconds=f"{one.seconds:.1f}")
        )
        cell += f" · {time}"
    if one.seeds < one.of:
        cell += " · " + _("{n} of {all} seeds").format(n=one.seeds, all=one.of)
    return cell


def table_html(rows: Rows, arms: Sequence[str], colours: Sequence[str]) -> str:
    """The rows as HTML, below the arms' names with their colours; all text is escaped."""
    heads = "".join(
        f'<th><i style="background:{html.escape(colour)}"></i>{html.escape(arm)}</th>'
        for arm, colour in zip(arms, colours, strict=True)
    )
    body = "".join(
        f"<tr><td>{html.escape(label)}</td>{''.join(f'<td>{html.escape(cell)}</td>' for cell in cells)}</tr>"
        for label, cells in rows
    )
    table = f"<thead><tr><th></th>{heads}</tr></thead><tbody>{body}</tbody>"
    return f'{_STYLE}<table class="boardlab-verdict">{table}</table>'
