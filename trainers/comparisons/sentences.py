"""What may be said about a comparison's numbers, and no more than they say.

A sentence is a template in plain English and the values that go into its braces, so that a page can translate it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from trainers.comparisons.design import Comparison
from trainers.comparisons.measured import Measured

if TYPE_CHECKING:
    from trainers.comparisons.verdict import Arm, Difference, Reached

LIKELY_CHANCE = 0.05  # a difference with a larger p is not told from chance


@dataclass(frozen=True)
class Said:
    """One or more sentences: templates with what goes into their braces."""

    template: str
    values: Mapping[str, str] = field(default_factory=dict)
    more: tuple[Said, ...] = ()

    @property
    def text(self) -> str:
        """The English."""
        return " ".join([self.template.format(**self.values), *(one.text for one in self.more)])


def verdict_sentence(
    comparison: Comparison,
    arms: Sequence[Arm],
    differences: Sequence[Difference],
    *,
    seconds: bool,
    final: bool,
) -> Said:
    """The outcome in words: what both arms reach, what chance has to do with it, and who was sooner."""
    if not differences:
        return Said("No seed has been trained in two arms to the end yet, so there is nothing to compare.")
    told = [_outcome(comparison, arms, one) for one in differences]
    speed = _speed(arms, seconds=seconds)
    if speed is not None:
        told.append(speed)
    told.append(_rates(comparison, arms))
    if not final:
        told.insert(0, Said("So far:"))
    return Said(told[0].template, told[0].values, (*told[0].more, *told[1:]))


def _outcome(comparison: Comparison, arms: Sequence[Arm], one: Difference) -> Said:
    """One arm against the first."""
    first, second = (next(arm for arm in arms if arm.name == name) for name in (one.against, one.arm))
    assert first.test is not None and second.test is not None
    is_share = comparison.task != "sequence"
    values = {
        "first": first.name,
        "second": second.name,
        "first_result": shown(first.test.mean, first.test.deviation, is_share=is_share),
        "second_result": shown(second.test.mean, second.test.deviation, is_share=is_share),
        "difference": points(one.paired.mean, is_share=is_share),
        "seeds": str(one.paired.pairs),
    }
    opening = (
        "{second} names {second_result} of the test data correctly, {first} {first_result}"
        if is_share
        else "{second} forecasts the test data with an error of {second_result}, {first} with {first_result}"
    )
    if one.paired.pairs == 1:
        return Said(opening + ". One seed: no statement about chance.", values)
    if one.paired.p is None or one.paired.low is None or one.paired.high is None:
        ending = (
            ". All {seeds} seeds differ by exactly {difference}: too few different numbers to judge chance."
        )
        return Said(opening + ending, values)
    values |= {
        "low": points(one.paired.low, is_share=is_share).removesuffix(" points"),
        "high": points(one.paired.high, is_share=is_share),
        "p": p_word(one.p if one.p is not None else one.paired.p),
    }
    judged = ": a difference of {difference} (95 % interval {low} to {high}, p {p} over {seeds} seeds"
    judged += ", Holm's correction)" if len(arms) > 2 else ")"
    chance = one.p is not None and one.p >= LIKELY_CHANCE
    return Said(opening + judged + (", which may be chance." if chance else "."), values)


def _speed(arms: Sequence[Arm], *, seconds: bool) -> Said | None:
    """When each arm reached an accuracy: the highest that all runs came to, or else all runs of one arm."""
    count = min((len(arm.reached) for arm in arms), default=0)
    for enough in (len(arms), 1):
        for place in reversed(range(count)):
            reached = [arm.reached[place] for arm in arms]
            if sum(one.of > 0 and one.seeds == one.of for one in reached) >= enough:
                told = ", ".join(
                    f"{arm.name} {_moment(one, seconds=seconds)}"
                    for arm, one in zip(arms, reached, strict=True)
                )
                values = {"accuracy": share(reached[0].accuracy), "told": told}
                return Said(
                    "Steps until {accuracy} of the validation data are named correctly: {told}.", values
                )
    return None


def _moment(one: Reached, *, seconds: bool) -> str:
    """After how many steps, and seconds where they may be told; where not all seeds came so far, how many did."""
    if one.steps is None:
        return "never"
    parts = [duration(one.seconds)] if seconds and one.seconds is not None else []
    if one.seeds < one.of:
        parts.append(f"{one.seeds} of {one.of} seeds")
    return f"{one.steps:,.0f}" + (f" ({', '.join(parts)})" if parts else "")


def _rates(comparison: Comparison, arms: Sequence[Arm]) -> Said:
    """At which learning rate this holds."""
    if comparison.field == "learning_rate":
        return Said("The learning rate is what differs.")
    if not comparison.is_tuned:
        rate = next((arm.rate for arm in arms if arm.rate is not None), None)
        return Said("All at learning rate {rate}.", {"rate": "–" if rate is None else f"{rate:g}"})
    told = ", ".join(f"{arm.name} {arm.rate:g}" for arm in arms if arm.rate is not None)
    return Said(
        "Each arm at the best of {n} learning rates on the validation data: {told}.",
        {"n": str(len(comparison.rates)), "told": told},
    )


def remarks(comparison: Comparison, arms: Sequence[Arm], runs: Sequence[Measured]) -> tuple[Said, ...]:
    """What a reader should know before believing the numbers."""
    found = []
    if not comparison.is_tuned and comparison.field != "learning_rate":
        found.append(
            Said(
                "At one learning rate a comparison may favour one arm: tuning each arm gives all the same choice "
                "of rates."
            )
        )
    edge = [
        arm.name
        for arm in arms
        if comparison.is_tuned and arm.rate in (min(comparison.rates), max(comparison.rates))
    ]
    if edge:
        found.append(
            Said(
                "The best rate of {arms} is at the end of those tried: a rate beyond may be better still.",
                {"arms": ", ".join(edge)},
            )
        )
    cut = sum(run.state in ("stopped", "failed", "damaged") for run in runs)
    missing = len(comparison.planned()) - len(runs)
    if cut:
        found.append(Said("{n} runs did not come to their end and are left out.", {"n": str(cut)}))
    if missing:
        found.append(Said("{n} runs were deleted and are left out.", {"n": str(missing)}))
    if any(run.pace for run in runs):
        found.append(Said("The runs were slowed down to be watched, so seconds say nothing."))
    return tuple(found)


def share(value: float) -> str:
    """A share in [0, 1] in per cent: "97.5 %"."""
    return f"{value * 100:.4g} %"


def shown(mean: float, deviation: float | None, *, is_share: bool) -> str:
    """A mean with its deviation: "97.03 % ± 0.21", or "0.0123 ± 0.0004"."""
    if is_share:
        return f"{mean * 100:.2f} %" + ("" if deviation is None else f" ± {deviation * 100:.2f}")
    return f"{mean:.3g}" + ("" if deviation is None else f" ± {deviation:.2g}")


def points(difference: float, *, is_share: bool) -> str:
    """A difference with its sign: "+2.31 points" of a hundred, or "−0.002"."""
    word = f"{difference * 100:+.2f} points" if is_share else f"{difference:+.3g}"
    return word.replace("-", "−")


def p_word(p: float) -> str:
    """A p-value with what is before it: "= 0.012", "< 0.001"."""
    return "< 0.001" if p < 0.001 else f"= {p:.2g}"


def duration(seconds: float) -> str:
    """Seconds as people say them: "2.3 s", "2 min 5 s"."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    return f"{whole // 60} min {whole % 60} s"
