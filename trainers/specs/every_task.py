"""Settings that mean the same in several tasks, said once, and what holds for all settings of a spec."""

from __future__ import annotations

from typing import Literal, TypeVar

import pydantic

from trainers.specs.settings import Setting, applies, setting, settings

AnySpec = TypeVar("AnySpec", bound=pydantic.BaseModel)

Optimizer = Literal["sgd", "momentum", "nesterov", "adagrad", "adadelta", "rmsprop", "adam", "adamw", "ftrl"]
_ADAPTIVE_MOMENTS = ("adam", "adamw")
_WITH_GPU = ("best", "gpu")

OPTIMIZER = setting(
    "adam",
    label="Optimizer",
    description="The rule by which gradients change the weights",
    group="training",
)
MOMENTUM = setting(
    0.9,
    label="Momentum",
    description="How much of the last step each step keeps",
    group="training",
    only_for={"optimizer": ("momentum", "nesterov")},
    ge=0,
    lt=1,
)
BETA_1 = setting(
    0.9,
    label="Beta 1",
    description="How much of the mean of past gradients each step of Adam keeps",
    group="training",
    only_for={"optimizer": _ADAPTIVE_MOMENTS},
    ge=0,
    lt=1,
)
BETA_2 = setting(
    0.999,
    label="Beta 2",
    description="How much of the mean of past squared gradients each step of Adam keeps",
    group="training",
    only_for={"optimizer": _ADAPTIVE_MOMENTS},
    ge=0,
    lt=1,
)
WEIGHT_DECAY = setting(
    0.004,
    label="Weight decay",
    description="The share of each weight that a step takes away, times the learning rate",
    group="training",
    only_for={"optimizer": ("adamw",)},
    ge=0,
    le=10,
)
EARLY_STOPPING = setting(
    0,
    label="Early stopping",
    description="Stop when the validation loss has not improved for so many epochs; 0 never stops early",
    unit="epochs",
    group="training",
    ge=0,
    le=10_000,
)
SEED = setting(
    1,
    label="Seed",
    description="The start of all random numbers: the same seed gives the same training again",
    group="training",
    ge=0,
    le=2**31 - 1,
)
DETERMINISTIC = setting(
    False,
    label="Deterministic",
    description="Repeat a training to the last digit, at some cost of speed on several threads or a GPU",
    group="training",
)
PACE = setting(
    0.0,
    label="Pace",
    description="Slow the training down so that it can be watched; 0 is as fast as possible",
    unit="steps/s",
    group="training",
    ge=0,
    le=100_000,
)
HISTOGRAMS = setting(
    True,
    label="Histograms",
    description="Write how the weights and gradients of each layer are distributed, for TensorBoard",
    group="summaries",
)
NORMS = setting(
    True,
    label="Norms",
    description="Write how large each layer's weights and gradients are, after each epoch",
    group="summaries",
)
DEVICE = setting(
    "best",
    label="Device",
    description="Where to train: on a graphics card if there is one, or where you say",
    group="machine",
)
THREADS = setting(
    0,
    label="Threads",
    description="How many processor threads this run uses; 0 takes one where steps are short, else all cores",
    unit="threads",
    group="machine",
    ge=0,
    le=1024,
)
GPU = setting(
    0,
    label="GPU",
    description="Which graphics card to train on, by its number on the page Machine; 0 is the first",
    group="machine",
    only_for={"device": _WITH_GPU},
    ge=0,
    le=63,
)
GPU_MEMORY = setting(
    0,
    label="GPU memory",
    description="The most graphics memory this run may take; 0 takes it on demand as it is needed",
    unit="MiB",
    group="machine",
    only_for={"device": _WITH_GPU},
    ge=0,
    le=1_048_576,
)


def refuse_without_effect(spec: AnySpec) -> AnySpec:
    """Raises ValueError for settings that were chosen and have no effect beside the others; gives the spec."""
    idle = [
        one
        for one in settings(type(spec))
        if getattr(spec, one.name) != one.default and not applies(one, spec)
    ]
    if not idle:
        return spec
    reasons = [_reason(one, spec) for one in idle]
    if len(idle) == 1:
        field, values = reasons[0]
        raise ValueError(
            f"{idle[0].label} has no effect with {field} {getattr(spec, field)}: "
            f"leave it out or choose {' or '.join(map(str, values))}."
        )
    named = [
        f"{one.label} (with {field} {getattr(spec, field)})"
        for one, (field, _values) in zip(idle, reasons, strict=True)
    ]
    raise ValueError(f"{', '.join(named[:-1])} and {named[-1]} have no effect: leave them out.")


def _reason(one: Setting, spec: pydantic.BaseModel) -> tuple[str, tuple[str | bool, ...]]:
    """The field that keeps a setting from having an effect, and the values with which it would have one."""
    return next(
        (field, values) for field, values in one.only_for.items() if getattr(spec, field) not in values
    )
