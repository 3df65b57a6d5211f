"""Deleting runs from a page: one that goes on is stopped first, then each is zipped to the trash."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from dashboard.language import _
from trainers.runs import GOING_ON, Run, RunError, RunIsBusy, read_status
from trainers.runs.trash import Trashed, move_to_trash

LONGEST_STOP_SECONDS = 60.0  # a trainer is asked, after 10 s pressed, after 20 s more killed
_LOOK_SECONDS = 0.2


@dataclass(frozen=True)
class Deleted:
    """What became of several runs: those in the trash now, and a sentence for each that could not be deleted."""

    trashed: tuple[Trashed, ...]
    problems: tuple[str, ...]


def delete_runs(
    runs: Iterable[Run],
    *,
    cancel: Callable[[Run], None],
    on_step: Callable[[str], object] = lambda _sentence: None,
    longest_stop: float = LONGEST_STOP_SECONDS,
) -> Deleted:
    """Stops those that go on, then moves all to the trash; what fails for one run does not keep back the others.

    `on_step` hears a sentence about what is happening.
    """
    trashed: list[Trashed] = []
    problems: list[str] = []
    ending: list[Run] = []
    for run in runs:
        try:
            if read_status(run.status_file).state in GOING_ON:
                on_step(_("Stopping {run} …").format(run=run.key))
                cancel(run)
            ending.append(run)
        except RunError as error:
            problems.append(str(error))
    for run in ending:
        on_step(_("Moving {run} to the trash …").format(run=run.key))
        try:
            trashed.append(_delete_once_ended(run, longest_stop))
        except RunError as error:
            problems.append(str(error))
    return Deleted(tuple(trashed), tuple(problems))


def _delete_once_ended(run: Run, longest_stop: float) -> Trashed:
    """Waits for a stopped trainer to leave its run; raises RunError when it does not, or when the trash cannot."""
    limit = time.monotonic() + longest_stop
    while True:
        try:
            return move_to_trash(run)
        except RunIsBusy:
            if time.monotonic() >= limit:
                raise
        time.sleep(_LOOK_SECONDS)
