"""Many runs watched from a terminal until all of them have ended: what `compare` and `sweep` have in common."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from trainers.comparisons import Progress
from trainers.launchers import cancel, known_status, tick
from trainers.runs import GOING_ON, Run
from trainers.terminal import Terminal

LOOK_SECONDS = 0.5


def train_all(
    logdir: Path,
    limit: int,
    look: Callable[[], Progress],
    terminal: Terminal,
    *,
    between: Callable[[], object] = lambda: None,
) -> None:
    """Launches what is due until every run has ended, and shows how far the whole is, as `look` tells.

    `between` is done after each look.
    """
    while True:
        tick(logdir, limit=limit)
        now = look()
        terminal.show_whole(now.share, progress_words(now))
        if not now.goes_on:
            return
        between()
        time.sleep(LOOK_SECONDS)


def progress_words(now: Progress) -> str:
    """How far the whole is: "2 of 6 runs, 1:05 left"."""
    words = f"{now.ended} of {now.total} runs"
    if now.seconds_left is None or not now.goes_on:
        return words
    minutes, seconds = divmod(round(now.seconds_left), 60)
    return f"{words}, {minutes}:{seconds:02d} left"


def stop_all(runs: Sequence[Run], limit: int) -> None:
    """Takes what waits out of the queue, asks what trains to stop, and waits until it has."""
    going = [run for run in runs if known_status(run).state in GOING_ON]
    for run in reversed(going):  # those that wait first, so that none begins
        cancel(run)
    while any(known_status(run).state in GOING_ON for run in going):
        tick(runs[0].logdir, limit=limit, keep_spare=False)
        time.sleep(LOOK_SECONDS)
