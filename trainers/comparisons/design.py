"""What a comparison asks: one setting with several values, all else equal, for some seeds; and the runs it takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pydantic

from trainers.comparisons.words import Value, arm_word
from trainers.launchers.experiments import fault
from trainers.specs import (
    LEARNING_TASKS,
    SPECS,
    InvalidSpec,
    Setting,
    Spec,
    applies,
    changed_settings,
    parse_spec,
    settings,
)

FEWEST_VALUES, MOST_VALUES = 2, 6
MOST_SEEDS = 10
RATE_FACTORS = (0.1, 0.3, 1.0, 3.0)  # times the asked learning rate: the grid that each arm is tuned over
_NEVER_DIFFERS = ("seed", "pace")


@dataclass(frozen=True)
class Planned:
    """One run of a comparison: its name, the arm's value, the seed, the learning rate and the whole spec."""

    name: str
    value: Value
    seed: int
    rate: float
    spec: Spec


class Comparison(pydantic.BaseModel):
    """The settings that all arms share (those that differ from their default), and the one that does not.

    Seeds count from the shared seed on. `rates` are the learning rates that each arm is tried with; one means that
    it is not tuned.
    """

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid")

    task: str
    shared: dict[str, Any]
    field: str
    values: tuple[bool | int | float | str, ...] = pydantic.Field(
        min_length=FEWEST_VALUES, max_length=MOST_VALUES
    )
    seeds: int = pydantic.Field(ge=1, le=MOST_SEEDS)
    rates: tuple[float, ...] = pydantic.Field(default=(), max_length=len(RATE_FACTORS))

    @pydantic.model_validator(mode="after")
    def _can_be_run(self) -> Comparison:
        names = [one.name for one in self.planned()]
        if len(set(names)) != len(names):
            raise ValueError(
                f"{self.setting.label} has a value twice: give {FEWEST_VALUES} or more different ones."
            )
        return self

    @property
    def setting(self) -> Setting:
        """The setting that differs; raises InvalidSpec where there is none of that name."""
        return differing_setting(self.task, self.field)

    @property
    def is_tuned(self) -> bool:
        """Whether each arm is tried with several learning rates."""
        return len(self.rates) > 1

    def seed_numbers(self) -> range:
        """The seeds of the runs."""
        first = int(self.shared.get("seed", SPECS[self.task].model_fields["seed"].default))
        return range(first, first + self.seeds)

    def planned(self) -> tuple[Planned, ...]:
        """All runs in the order in which they train: seed by seed, arm by arm; raises InvalidSpec.

        So the arms share whatever happens to the machine meanwhile, and the first seed of all arms is there first.
        """
        return tuple(
            self._planned(value, seed, rate)
            for seed in self.seed_numbers()
            for value in self.values
            for rate in self.rates or (None,)
        )

    def _planned(self, value: Value, seed: int, rate: float | None) -> Planned:
        tuned = {} if rate is None else {"learning_rate": rate}
        spec = _arm(self.task, self.shared, {self.field: value, "seed": seed, **tuned})
        stem = arm_word(self.field, value) + (f"@{rate:g}" if self.is_tuned else "")
        return Planned(f"{stem}-{seed}", value, seed, spec.learning_rate, spec)


def comparison(
    base: Spec, field: str, values: Sequence[object], *, seeds: int, tune: bool = False
) -> Comparison:
    """A comparison of some values of a setting, all else as in `base`; raises InvalidSpec with one sentence.

    Values may be text, as the command line gives it.
    """
    differing_setting(base.task, field)
    if not FEWEST_VALUES <= len(values) <= MOST_VALUES:
        raise InvalidSpec(f"A comparison has {FEWEST_VALUES} to {MOST_VALUES} values, not {len(values)}.")
    if not 1 <= seeds <= MOST_SEEDS:
        raise InvalidSpec(f"A comparison has 1 to {MOST_SEEDS} seeds, not {seeds}.")
    if tune and field == "learning_rate":
        raise InvalidSpec("The learning rate is what differs, so it is not tuned as well: leave tuning out.")
    changed = changed_settings(base)
    for setting in settings(type(base)):
        if setting.kind == "path" and setting.name in changed:
            changed[setting.name] = str(changed[setting.name])
    shared = {name: value for name, value in changed.items() if name != field}
    typed = [getattr(_arm(base.task, shared, {field: value}), field) for value in values]
    try:
        return Comparison(
            task=base.task,
            shared=shared,
            field=field,
            values=tuple(typed),
            seeds=seeds,
            rates=_grid(base.learning_rate) if tune else (),
        )
    except pydantic.ValidationError as error:
        raise InvalidSpec(fault(error)) from error


def differing_setting(task: str, field: str) -> Setting:
    """The setting of a task that may differ between arms; raises InvalidSpec."""
    if task not in LEARNING_TASKS:
        raise InvalidSpec(f"There is no task {task!r} to compare: choose one of {', '.join(LEARNING_TASKS)}.")
    known = {one.name: one for one in comparable_settings(task)}
    if field not in known:
        raise InvalidSpec(f"{field!r} is no setting that can be compared: choose one of {', '.join(known)}.")
    return known[field]


def comparable_settings(task: str) -> tuple[Setting, ...]:
    """The settings that arms may differ in: all but files, the seed and the pace."""
    return tuple(
        one
        for one in settings(SPECS[task])
        if one.name not in _NEVER_DIFFERS and one.kind not in ("path", "text")
    )


def _grid(rate: float) -> tuple[float, ...]:
    return tuple(float(f"{rate * factor:.6g}") for factor in RATE_FACTORS)


def _arm(task: str, shared: Mapping[str, Any], own: Mapping[str, object]) -> Spec:
    """An arm's spec; what the arms share is left out where it has no effect beside this arm's own settings."""
    values = {"task": task, **shared, **own}
    known = {one.name: values.get(one.name, one.default) for one in settings(SPECS[task])}
    idle = {one.name for one in settings(SPECS[task]) if not applies(one, known)}
    return parse_spec({name: value for name, value in values.items() if name in own or name not in idle})
