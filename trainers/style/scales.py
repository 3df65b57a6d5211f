"""At which sizes a picture is painted, and for how many passes each: coarse to fine, where a spec asks for it.

What is painted small and enlarged has large strokes, but hardly a lower loss than the photo until its grain is painted
too: to one loss it takes as much work as painting at full size only, which is therefore what is done unasked.
"""

from __future__ import annotations

from dataclasses import dataclass

from trainers.specs import StylizeSpec

SMALLEST_SIDE = 32  # pixels of the shorter side at the coarsest scale: two numbers of the deepest layer
FEWEST_PASSES = 5  # at a scale: fewer do not settle anything
_COARSE_SHARE = 0.6  # of the passes, at all scales but the last


@dataclass(frozen=True)
class Stage:
    """From which pass on (counted from 0) the picture has `scale` times its full sides."""

    first: int
    scale: float


def stages(spec: StylizeSpec, shorter_side: int) -> tuple[Stage, ...]:
    """The stages of a painting whose shorter side is so many pixels at full size; a classic one has one."""
    count = 1 if spec.mode == "classic" else spec.scales
    while count > 1 and (
        shorter_side / 2 ** (count - 1) < SMALLEST_SIDE or _passes_each(spec, count) < FEWEST_PASSES
    ):
        count -= 1
    each = _passes_each(spec, count)
    return tuple(Stage(number * each, 0.5 ** (count - 1 - number)) for number in range(count))


def _passes_each(spec: StylizeSpec, count: int) -> int:
    """How many passes each scale but the last has where there are so many."""
    return round(spec.passes * _COARSE_SHARE / max(1, count - 1))


def scale_at(stages: tuple[Stage, ...], step: int) -> float:
    """The scale of the pass after `step` passes."""
    return max((stage for stage in stages if stage.first <= step), key=lambda stage: stage.first).scale
