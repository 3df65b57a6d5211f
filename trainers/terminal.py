"""What a person at a terminal sees of a training: one line, redrawn."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from trainers.runs import Status, storage_failed

_BAR = 24


class Terminal:
    """Draws progress on standard error if that is a terminal, and nothing otherwise."""

    def __init__(self) -> None:
        # A copy: while a training runs, standard error itself goes to the run's log.
        self._stream = os.fdopen(os.dup(2), "w") if sys.stderr.isatty() else None

    def show(self, status: Status) -> None:
        """Redraws the line for a run's status."""
        if status.state == "running" and status.total_steps and status.phase is None:
            self._draw(progress_line(status))
        elif status.state in ("starting", "running"):
            self._draw(f"{status.phase or 'starting'} …")

    def show_place(self, before: int) -> None:
        """Says how many runs are still before this one."""
        if before:
            self._draw(f"waiting for {before} other {'run' if before == 1 else 'runs'} …")

    def show_whole(self, share: float, words: str) -> None:
        """Redraws the line for the whole of several runs, of which a share in [0, 1] is done."""
        self._draw(f"{('█' * int(_BAR * share)).ljust(_BAR, '░')} {words}")

    def clear(self) -> None:
        """Removes the line, so that what follows stands alone."""
        if self._stream:
            self._stream.write("\r\x1b[K")
            self._stream.flush()

    def _draw(self, line: str) -> None:
        if self._stream:
            width = os.get_terminal_size(self._stream.fileno()).columns or 80
            self._stream.write(f"\r\x1b[K{line[: width - 1]}")
            self._stream.flush()


def progress_line(status: Status) -> str:
    """A running training in one line: bar, step, epoch, speed, accuracy, time left."""
    total = status.total_steps or 1
    bar = ("█" * (_BAR * status.step // total)).ljust(_BAR, "░")
    parts = [f"{bar} step {status.step:,} of {total:,}", f"epoch {status.epoch} of {status.epochs}"]
    if status.images_per_second:
        parts.append(f"{status.images_per_second:,.0f} examples/s")
    for name, label in (("train_accuracy", "training"), ("val_accuracy", "validation")):
        if (value := status.metrics.get(name)) is not None:
            parts.append(f"{label} {value:.1%}")
    if (error := status.metrics.get("val_error")) is not None:
        parts.append(f"error {error:.3g}")
    if status.seconds_left is not None:
        minutes, seconds = divmod(round(status.seconds_left), 60)
        parts.append(f"{minutes}:{seconds:02d} left")
    return ", ".join(parts)


@contextmanager
def quiet_output(log: Path) -> Iterator[None]:
    """Sends what this process prints, libraries in C++ included, to a log; raises StorageFailed.

    Standard output is for the result and standard error for one sentence; TensorFlow writes to both.
    """
    try:
        target = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    except OSError as error:
        raise storage_failed(log, error) from error
    sys.stdout.flush()
    sys.stderr.flush()
    kept = os.dup(1), os.dup(2)
    os.dup2(target, 1)
    os.dup2(target, 2)
    os.close(target)
    try:
        yield
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        for number, copy in zip((1, 2), kept, strict=True):
            os.dup2(copy, number)
            os.close(copy)
