"""Whether what a run wants to learn from can be had: asked before anything starts, whatever its task. No TensorFlow."""

from __future__ import annotations

from trainers import datasets, signals
from trainers.specs import ClassifySpec, SequenceSpec, Spec, StylizeSpec
from trainers.style import inputs


def check(spec: Spec) -> None:
    """Raises DatasetMissing with what to do; points of the task boundary are drawn, so they are always there."""
    if isinstance(spec, ClassifySpec):
        datasets.check(spec)
    elif isinstance(spec, SequenceSpec):
        signals.check(spec)
    elif isinstance(spec, StylizeSpec):
        inputs.check(spec)
