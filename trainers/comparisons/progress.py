"""How far a whole comparison is, and how long it will still take."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from trainers.comparisons.design import Comparison, Planned
from trainers.comparisons.words import Value
from trainers.launchers import known_status
from trainers.runs import ACTIVE, FINISHED, GOING_ON, Run, State, Status


@dataclass(frozen=True)
class Progress:
    """`share` of the whole work in [0, 1]; `ended` of `total` runs; `seconds_left` is None while nothing tells.

    `state` is that of the whole: failed where a run failed, stopped where one was stopped or is gone.
    """

    share: float
    ended: int
    total: int
    seconds_left: float | None
    state: State
    error: str = ""

    @property
    def goes_on(self) -> bool:
        """Whether something still happens by itself."""
        return self.state in ("queued", "running")


def progress(
    comparison: Comparison,
    runs: Sequence[tuple[Planned, Run | None]],
    *,
    limit: int,
    now: float | None = None,
) -> Progress:
    """How far the runs of a comparison are, of which `limit` train at a time; `now` in Unix seconds."""
    return progress_of([(one.value, run) for one, run in runs], limit=limit, now=now)


def progress_of(
    runs: Sequence[tuple[Value, Run | None]], *, limit: int, now: float | None = None
) -> Progress:
    """How far runs are that make up a whole, each with its arm: runs of one arm last equally long."""
    moment = time.time() if now is None else now
    found = [(arm, None if run is None else known_status(run)) for arm, run in runs]
    failed = next(
        (status for _arm, status in found if status is not None and status.state in ("failed", "damaged")),
        None,
    )
    return Progress(
        share=sum(_share(status) for _arm, status in found) / len(found),
        ended=sum(status is not None and status.state in FINISHED for _arm, status in found),
        total=len(found),
        seconds_left=_seconds_left(found, limit, moment),
        state=_state([status for _arm, status in found]),
        error=(failed.error or "") if failed is not None else "",
    )


def _share(status: Status | None) -> float:
    if status is None or status.state in FINISHED:
        return 1.0  # nothing more comes of it
    return min(status.step / status.total_steps, 1.0) if status.total_steps else 0.0


def _state(statuses: Sequence[Status | None]) -> State:
    """One word for all."""
    states = {"stopped" if status is None else status.state for status in statuses}
    if states & set(ACTIVE):
        return "running"
    order: tuple[State, ...] = ("queued", "paused", "failed", "damaged", "stopped")
    return next((state for state in order if state in states), "completed")


def _seconds_left(found: Sequence[tuple[Value, Status | None]], limit: int, now: float) -> float | None:
    """The work that is left, shared by as many as train at a time; an arm's runs last as long as its others do."""
    known: dict[Value, list[float]] = {}
    for arm, status in found:
        if status is not None and (seconds := _whole(status, now)) is not None:
            known.setdefault(arm, []).append(seconds)
    of_all = [seconds for of_arm in known.values() for seconds in of_arm]
    work = []
    for arm, status in found:
        if status is None or status.state not in GOING_ON:
            continue
        expected = known.get(arm, of_all)
        if not expected:
            return None
        passed = now - status.started if status.state in ACTIVE and status.started else 0.0
        work.append(max(0.0, sum(expected) / len(expected) - passed))
    return max(max(work), sum(work) / max(1, min(limit, len(work)))) if work else 0.0


def _whole(status: Status, now: float) -> float | None:
    """How long a run lasted, or will have lasted as its trainer believes, in seconds."""
    if status.started is None:
        return None
    if status.state == "completed" and status.finished is not None:
        return status.finished - status.started
    if status.state == "running" and status.seconds_left is not None:
        return now - status.started + status.seconds_left
    return None
