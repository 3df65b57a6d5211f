"""What a sweep asks: which settings are searched and where, by grid or at random, with how many runs.

The points are drawn when the sweep is made and written down with it: who goes on after an interruption, or looks from
a page, needs no library and finds the same runs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, get_args

import pydantic

from trainers.comparisons import Value, comparable_settings
from trainers.launchers.experiments import fault
from trainers.specs import (
    LEARNING_TASKS,
    SPECS,
    InvalidSpec,
    Setting,
    Spec,
    applies,
    changed_settings,
    legal_values,
    parse_spec,
    settings,
)

Method = Literal["grid", "random"]
METHODS: tuple[Method, ...] = get_args(Method)
MOST_DIMENSIONS = 6
MOST_VALUES = 20
LARGEST_BUDGET = 200
RANGE = ".."


class Dimension(pydantic.BaseModel):
    """Where a setting is searched: among values, or anywhere from `low` to `high`, evenly in its logarithm or not."""

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid")

    values: tuple[bool | int | float | str, ...] = pydantic.Field(default=(), max_length=MOST_VALUES)
    low: int | float | None = None
    high: int | float | None = None
    logarithmic: bool = False

    @property
    def is_range(self) -> bool:
        """Whether any number between two is meant."""
        return self.low is not None


class Sweep(pydantic.BaseModel):
    """The settings that all runs share (those that differ from their default), the search, and the points it drew."""

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid")

    task: str
    shared: dict[str, Any]
    search: dict[str, Dimension] = pydantic.Field(min_length=1, max_length=MOST_DIMENSIONS)
    method: Method
    budget: int = pydantic.Field(ge=1, le=LARGEST_BUDGET)
    seed: int = pydantic.Field(ge=0)
    stop_early: bool = False
    points: tuple[dict[str, bool | int | float | str], ...] = pydantic.Field(
        min_length=1, max_length=LARGEST_BUDGET
    )

    @pydantic.model_validator(mode="after")
    def _can_be_run(self) -> Sweep:
        for point in self.points:
            self.spec(point)
        return self

    def spec(self, point: Mapping[str, Value]) -> Spec:
        """The settings of one run; raises InvalidSpec."""
        return fitting_spec(self.task, {**self.shared, **point})


def sweep(
    base: Spec,
    search: Mapping[str, str | Sequence[object]],
    *,
    method: str = "random",
    budget: int = 10,
    seed: int = 1,
    stop_early: bool = False,
) -> Sweep:
    """A sweep around `base`; raises InvalidSpec with one sentence.

    Where a setting is searched is said by values, as ["relu", "tanh"] or "relu,tanh", or by a range, as "0.001..0.1".
    A grid takes values only. The budget is the number of runs; of a larger grid some points are drawn, by `seed`.
    """
    if base.task not in LEARNING_TASKS:
        raise InvalidSpec(
            f"There is no task {base.task!r} to search: choose one of {', '.join(LEARNING_TASKS)}."
        )
    if method not in METHODS:
        raise InvalidSpec(f"There is no search {method!r}: choose one of {', '.join(METHODS)}.")
    if not 1 <= len(search) <= MOST_DIMENSIONS:
        raise InvalidSpec(f"A sweep searches 1 to {MOST_DIMENSIONS} settings, not {len(search)}.")
    if not 1 <= budget <= LARGEST_BUDGET:
        raise InvalidSpec(f"A sweep has 1 to {LARGEST_BUDGET} runs, not {budget}.")
    shared = {name: _plain(value) for name, value in changed_settings(base).items() if name not in search}
    dimensions = {name: _dimension(base.task, shared, name, asked) for name, asked in search.items()}
    ranges = [one.label for one in searchable_settings(base.task) if _is_range(dimensions.get(one.name))]
    if method == "grid" and ranges:
        raise InvalidSpec(
            f"A grid needs the values of {ranges[0]}, with commas between them: a range is for a random search."
        )
    from trainers.sweeps.points import drawn_points  # late: Optuna

    points = drawn_points(base.task, shared, dimensions, method=method, budget=budget, seed=seed)
    try:
        return Sweep(
            task=base.task,
            shared=shared,
            search=dimensions,
            method=method,
            budget=budget,
            seed=seed,
            stop_early=stop_early,
            points=points,
        )
    except pydantic.ValidationError as error:
        raise InvalidSpec(fault(error)) from error


def _is_range(one: Dimension | None) -> bool:
    return one is not None and one.is_range


def searchable_settings(task: str) -> tuple[Setting, ...]:
    """The settings that a sweep may search: all but files, the seed and the pace."""
    return comparable_settings(task)


def fitting_spec(task: str, values: Mapping[str, Any]) -> Spec:
    """The spec of these settings, without those that have no effect beside the others; raises InvalidSpec."""
    known = {one.name: values.get(one.name, one.default) for one in settings(SPECS[task])}
    idle = {one.name for one in settings(SPECS[task]) if not applies(one, known)}
    return parse_spec({"task": task, **{name: value for name, value in values.items() if name not in idle}})


def _dimension(task: str, shared: Mapping[str, Any], name: str, asked: str | Sequence[object]) -> Dimension:
    """Where a setting is searched, as people say it; every value is checked as the spec checks it."""
    known = {one.name: one for one in searchable_settings(task)}
    if name not in known:
        raise InvalidSpec(f"{name!r} is no setting that can be searched: choose one of {', '.join(known)}.")
    setting = known[name]
    if isinstance(asked, str) and RANGE in asked:
        low, _dots, high = (part.strip() for part in asked.partition(RANGE))
        return _range(task, shared, setting, low, high)
    parts: Sequence[object] = asked
    if isinstance(asked, str):
        parts = [part for part in (part.strip() for part in asked.split(",")) if part]
    if not parts:
        raise InvalidSpec(f"{setting.label} has no values to search: give some, as {_example(setting)}.")
    if len(parts) > MOST_VALUES:
        raise InvalidSpec(f"{setting.label} has {len(parts)} values: give at most {MOST_VALUES}, or a range.")
    values = tuple(dict.fromkeys(_checked(task, shared, setting, part) for part in parts))
    return Dimension(values=values)


def _range(task: str, shared: Mapping[str, Any], setting: Setting, low: str, high: str) -> Dimension:
    if setting.kind not in ("int", "float"):
        raise InvalidSpec(f"{setting.label} is no number: give its values, as {_example(setting)}.")
    first, last = (_checked(task, shared, setting, end) for end in (low, high))
    assert isinstance(first, int | float) and isinstance(last, int | float)
    if first >= last:
        raise InvalidSpec(
            f"{setting.label} cannot be searched from {low} to {high}: begin with the smaller number."
        )
    return Dimension(low=first, high=last, logarithmic=setting.logarithmic and first > 0)


def _example(setting: Setting) -> str:
    if setting.kind == "bool":
        return "true,false"
    return ",".join(setting.choices[:2]) if setting.choices else legal_values(setting)


def _checked(task: str, shared: Mapping[str, Any], setting: Setting, value: object) -> Value:
    """The value as the setting's own type; raises InvalidSpec with the sentence that a form or command line says."""
    values = {**shared, **_with_effect(task, setting), setting.name: value}
    found: Value = getattr(fitting_spec(task, values), setting.name)
    return found


def _with_effect(task: str, setting: Setting) -> dict[str, Any]:
    """Other settings with which this one has an effect."""
    by_name = {one.name: one for one in settings(SPECS[task])}
    needed: dict[str, Any] = {}
    for name, allowed in setting.only_for.items():
        needed = {**_with_effect(task, by_name[name]), **needed, name: allowed[0]}
    return needed


def _plain(value: Any) -> Any:
    """A value as JSON has it: a path as text."""
    return value if isinstance(value, bool | int | float | str) or value is None else str(value)
