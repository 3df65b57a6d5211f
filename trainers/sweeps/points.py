"""The points of a sweep, drawn by Optuna: a grid, or at random (Bergstra, Bengio 2012). To be imported late."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import optuna
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)

from trainers.comparisons import Value
from trainers.specs import applies, settings
from trainers.sweeps.design import Dimension, Method, fitting_spec

_DIGITS = 4
_TRIES_A_RUN = 20  # among few values, the same point is drawn again and again


def drawn_points(
    task: str,
    shared: Mapping[str, Any],
    search: Mapping[str, Dimension],
    *,
    method: Method,
    budget: int,
    seed: int,
) -> tuple[dict[str, Value], ...]:
    """At most so many different points, in the order in which they shall train; the same for the same seed.

    A setting that has no effect at a point is not part of it: two points that differ in nothing else are one.
    """
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    drawn = _grid(search, budget, seed) if method == "grid" else _random(search, budget, seed)
    points: dict[tuple[tuple[str, Value], ...], dict[str, Value]] = {}
    for point in drawn:
        own = _with_effect(task, shared, point)
        points.setdefault(tuple(own.items()), own)
    return tuple(list(points.values())[:budget])


def _grid(search: Mapping[str, Dimension], budget: int, seed: int) -> list[dict[str, Value]]:
    """The whole grid in its order, or as many of its points as the budget allows."""
    space = {name: list(one.values) for name, one in search.items()}
    sampler = optuna.samplers.GridSampler(space, seed=seed)
    study = optuna.create_study(sampler=sampler)
    distributions = {name: _distribution(one) for name, one in search.items()}
    size = math.prod(len(values) for values in space.values())
    points = [dict(study.ask(distributions).params) for _run in range(min(size, budget))]
    return sorted(points, key=lambda point: [space[name].index(point[name]) for name in space])


def _random(search: Mapping[str, Dimension], budget: int, seed: int) -> list[dict[str, Value]]:
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=seed))
    distributions = {name: _distribution(one) for name, one in search.items()}
    most = math.prod(_size(one) for one in search.values())
    tries = budget if math.isinf(most) else _TRIES_A_RUN * min(budget, int(most))
    found = [study.ask(distributions).params for _try in range(tries)]
    return [{name: _short(value, search[name]) for name, value in point.items()} for point in found]


def _size(one: Dimension) -> float:
    """How many values a setting may take."""
    if not one.is_range:
        return len(one.values)
    whole = isinstance(one.low, int) and isinstance(one.high, int)
    return one.high - one.low + 1 if whole and one.low is not None and one.high is not None else math.inf


def _distribution(one: Dimension) -> BaseDistribution:
    if not one.is_range:
        return CategoricalDistribution(one.values)
    assert one.low is not None and one.high is not None
    if isinstance(one.low, int) and isinstance(one.high, int):
        return IntDistribution(one.low, one.high, log=one.logarithmic)
    return FloatDistribution(one.low, one.high, log=one.logarithmic)


def _short(value: Value, one: Dimension) -> Value:
    """A number with as many digits as people read, within the range still."""
    if not isinstance(value, float) or not one.is_range:
        return value
    assert one.low is not None and one.high is not None
    return min(max(float(f"{value:.{_DIGITS}g}"), float(one.low)), float(one.high))


def _with_effect(task: str, shared: Mapping[str, Any], point: Mapping[str, Value]) -> dict[str, Value]:
    """The part of a point that has an effect in its run."""
    spec = fitting_spec(task, {**shared, **point})
    effective = {one.name for one in settings(type(spec)) if applies(one, spec)}
    return {name: value for name, value in point.items() if name in effective}
