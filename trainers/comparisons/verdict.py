"""The verdict of a comparison: numbers for each arm, differences with what chance would do, and one plain sentence.

Everything here is a plain function of what the runs measured. Test numbers are those after the last epoch of runs that
came to their end; which learning rate stands for an arm is decided on the validation data alone.
"""

from __future__ import annotations

import itertools
import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from trainers.comparisons import sentences
from trainers.comparisons.design import Comparison
from trainers.comparisons.measured import Measured, first_reaching, in_seed_order
from trainers.comparisons.sentences import Said
from trainers.comparisons.statistics import PairedDifference, Spread, holm, paired_difference, spread
from trainers.comparisons.words import Value, arm_word

ACCURACIES = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.97, 0.98, 0.99, 0.995)
MOST_ACCURACIES = 4


@dataclass(frozen=True)
class Size:
    """A network's weights, its multiply-adds for one input, and its layers' names from the input on."""

    parameters: int
    multiply_adds: int
    layers: tuple[str, ...]


@dataclass(frozen=True)
class Reached:
    """When an arm's validation accuracy first was so high: means over the `seeds` of `of` runs that came so far."""

    accuracy: float
    steps: float | None
    seconds: float | None
    seeds: int
    of: int


@dataclass(frozen=True)
class Arm:
    """One value's numbers, over its completed runs at the learning rate that stands for it (None: not yet known).

    `test` is the accuracy on the test data (for a forecast its error), `gap` the training's accuracy minus the
    validation's in the last epoch (for a forecast the validation's loss minus the training's), `gradient_norms` each
    layer's median over training and seeds, from the input on where the network's size is known.
    """

    value: Value
    name: str
    rate: float | None
    seeds: int
    test: Spread | None
    gap: Spread | None
    reached: tuple[Reached, ...]
    gradient_norms: Mapping[str, float]
    size: Size | None = None


@dataclass(frozen=True)
class Difference:
    """An arm against the first, over the seeds that both have; `p` is Holm's where there are several differences."""

    arm: str
    against: str
    paired: PairedDifference
    p: float | None


@dataclass(frozen=True)
class Verdict:
    """All numbers of a comparison so far, the first arm first, and what may be said about them.

    `seconds_comparable` says whether the arms had the machine alike; `is_final` that all runs have ended.
    """

    arms: tuple[Arm, ...]
    differences: tuple[Difference, ...]
    seconds_comparable: bool
    is_final: bool
    sentence: Said
    remarks: tuple[Said, ...]


def verdict(
    comparison: Comparison, runs: Sequence[Measured], sizes: Mapping[Value, Size] | None = None
) -> Verdict:
    """What the runs of a comparison say, finished or not."""
    chosen = [_chosen_runs(comparison, runs, value) for value in comparison.values]
    accuracies = _telling_accuracies([run for arm in chosen for run in arm])
    arms = tuple(
        _arm(comparison, value, own, accuracies, (sizes or {}).get(value))
        for value, own in zip(comparison.values, chosen, strict=True)
    )
    differences = _differences(comparison, arms, chosen)
    comparable = seconds_are_comparable(comparison, runs)
    is_final = len(runs) == len(comparison.planned()) and all(run.state == "completed" for run in runs)
    return Verdict(
        arms,
        differences,
        comparable,
        is_final,
        sentences.verdict_sentence(comparison, arms, differences, seconds=comparable, final=is_final),
        sentences.remarks(comparison, arms, runs),
    )


def judged_metric(task: str) -> str:
    """The number on the test data that decides."""
    return "test_error" if task == "sequence" else "test_accuracy"


def _chosen_runs(comparison: Comparison, runs: Sequence[Measured], value: Value) -> list[Measured]:
    """An arm's runs at the learning rate that validates best over the seeds that all its rates have completed."""
    own = in_seed_order(runs, value)
    rates = sorted({run.rate for run in own})
    if not comparison.is_tuned or len(rates) < 2:
        return own
    ended = {(run.rate, run.seed): run for run in own if run.state == "completed"}
    seeds = [
        seed for seed in comparison.seed_numbers() if all((rate, seed) in ended for rate in comparison.rates)
    ]
    if not seeds:
        return []
    best = max(
        comparison.rates, key=lambda rate: statistics.mean(_validated(ended[rate, seed]) for seed in seeds)
    )
    return [run for run in own if run.rate == best]


def _validated(run: Measured) -> float:
    """How well a run does on the validation data: the more the better."""
    accuracy, loss = run.metrics.get("val_accuracy"), run.metrics.get("val_loss")
    if accuracy is not None:
        return accuracy
    return -math.inf if loss is None else -loss


def _arm(
    comparison: Comparison,
    value: Value,
    runs: Sequence[Measured],
    accuracies: Sequence[float],
    size: Size | None,
) -> Arm:
    rates = {run.rate for run in runs}
    return Arm(
        value=value,
        name=arm_word(comparison.field, value),
        rate=rates.pop() if len(rates) == 1 else None,
        seeds=sum(run.state == "completed" for run in runs),
        test=spread(_numbers(run.metric(judged_metric(comparison.task)) for run in runs)),
        gap=spread(_numbers(_gap(run) for run in runs)),
        reached=tuple(_reached(runs, accuracy) for accuracy in accuracies),
        gradient_norms=_norms(runs, size),
        size=size,
    )


def _numbers(found: Iterable[float | None]) -> list[float]:
    return [one for one in found if one is not None]


def _gap(run: Measured) -> float | None:
    names = ("train_accuracy", "val_accuracy")
    if run.metric("val_accuracy") is None:
        names = ("val_loss", "train_loss")
    more, less = (run.metric(name) for name in names)
    return None if more is None or less is None else more - less


def _telling_accuracies(runs: Sequence[Measured]) -> list[float]:
    """The highest accuracies that some run has reached, where not every run had them at its first look."""
    curves = [run.validation for run in runs if run.validation is not None and len(run.validation.values)]
    if not curves:
        return []
    highest = max(float(curve.values.max()) for curve in curves)
    first = min(float(curve.values[0]) for curve in curves)
    return [accuracy for accuracy in ACCURACIES if first < accuracy <= highest][-MOST_ACCURACIES:]


def _reached(runs: Sequence[Measured], accuracy: float) -> Reached:
    curves = [run.validation for run in runs if run.validation is not None]
    found = [moment for curve in curves if (moment := first_reaching(curve, accuracy)) is not None]
    return Reached(
        accuracy,
        statistics.mean(step for step, _seconds in found) if found else None,
        statistics.mean(seconds for _step, seconds in found) if found else None,
        len(found),
        len(curves),
    )


def _norms(runs: Sequence[Measured], size: Size | None) -> dict[str, float]:
    found: dict[str, list[float]] = {}
    for run in runs:
        for layer, norm in (run.gradient_norms or {}).items():
            found.setdefault(layer, []).append(norm)
    order = [layer for layer in (size.layers if size is not None else ()) if layer in found]
    return {layer: statistics.median(found[layer]) for layer in (*order, *(found.keys() - set(order)))}


def _differences(
    comparison: Comparison, arms: Sequence[Arm], chosen: Sequence[Sequence[Measured]]
) -> tuple[Difference, ...]:
    """Every later arm against the first, over the seeds that both have completed."""
    name = judged_metric(comparison.task)
    numbers = [
        {run.seed: number for run in runs if (number := run.metric(name)) is not None} for runs in chosen
    ]
    found = []
    for arm, own in zip(arms[1:], numbers[1:], strict=True):
        seeds = sorted(own.keys() & numbers[0].keys())
        paired = paired_difference([numbers[0][seed] for seed in seeds], [own[seed] for seed in seeds])
        if paired is not None:
            found.append((arm, paired))
    adjusted = holm([paired.p for _arm, paired in found])
    return tuple(
        Difference(arm.name, arms[0].name, paired, p)
        for (arm, paired), p in zip(found, adjusted, strict=True)
    )


def seconds_are_comparable(comparison: Comparison, runs: Sequence[Measured]) -> bool:
    """Whether the arms had the machine alike: each trained alone, or they took turns, and none was slowed down.

    They took turns where, in the order in which the runs began, each round of all arms is complete before the next.
    """
    begun = sorted((run for run in runs if run.began is not None), key=lambda run: run.began or 0.0)
    if not begun or any(run.pace for run in runs):
        return False
    size = len(comparison.values) * max(1, len(comparison.rates))
    whole = len(begun) - len(begun) % size
    rounds = [begun[first : first + size] for first in range(0, whole, size)]
    takes_turns = bool(rounds) and all(len({(run.value, run.rate) for run in one}) == size for one in rounds)
    alone = all(
        before.ended is not None and before.ended <= (after.began or 0.0)
        for before, after in itertools.pairwise(begun)
    )
    return takes_turns or alone
