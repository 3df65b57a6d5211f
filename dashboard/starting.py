"""Starting a run from the page: a free name for it, and one run for one press."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from itertools import count
from typing import Protocol

from trainers.runs import NameTaken, Run
from trainers.specs import Spec, changed_settings

FIRST_EXPERIMENT = "first"
SHORTEST_PAUSE_SECONDS = 1.0  # two presses closer together than this are one: a double click


class Submit(Protocol):
    """What starts a run: `trainers.launchers.submit` with its log folder filled in."""

    def __call__(self, spec: Spec, *, experiment: str, name: str) -> Run:
        """The new run; raises NameTaken, InvalidName or StorageFailed."""


def base_name(spec: Spec) -> str:
    """What a run of this spec is called before its number: the model and, where chosen, its activation."""
    chosen = changed_settings(spec).get("activation")
    return f"{spec.model}-{chosen}" if chosen else spec.model


def names_to_try(spec: Spec, taken: Collection[str]) -> Iterator[str]:
    """Free names in order: mlp-1, mlp-2, … without those that the experiment has."""
    lower = {name.lower() for name in taken}
    return (name for number in count(1) if (name := f"{base_name(spec)}-{number}").lower() not in lower)


def start(spec: Spec, *, experiment: str, name: str, taken: Collection[str], submit: Submit) -> Run:
    """Starts a run under `name`, or under the next free name where `name` is empty.

    Somebody else may take the suggested name in the same moment; then the next is tried. A name that a
    person typed is theirs: it raises NameTaken. Also raises InvalidName and StorageFailed.
    """
    if name.strip():
        return submit(spec, experiment=experiment, name=name)
    for suggestion in names_to_try(spec, taken):
        try:
            return submit(spec, experiment=experiment, name=suggestion)
        except NameTaken:
            continue
    raise AssertionError("names_to_try never ends")


def is_new_press(last: float | None, now: Callable[[], float]) -> bool:
    """Whether a press is meant as another one: the last was at least a second ago (both in seconds)."""
    return last is None or now() - last >= SHORTEST_PAUSE_SECONDS
