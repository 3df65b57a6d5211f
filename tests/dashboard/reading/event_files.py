"""Real event files for tests, written record by record without TensorFlow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from dashboard.without_tensorflow import register_stub

register_stub()

from tensorboard.compat.proto import event_pb2  # noqa: E402
from tensorboard.summary.writer.record_writer import RecordWriter  # noqa: E402

FIRST_SECOND = 1_700_000_000.0


def write_events(
    folder: Path,
    points: Mapping[str, Iterable[tuple[int, float]]],
    *,
    name: str = "events.out.tfevents.1.test",
) -> Path:
    """An event file in `folder` with these (step, value) points of each tag; an existing one is continued."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    is_new = not path.exists()
    with path.open("ab") as file:
        writer = RecordWriter(file)
        if is_new:
            writer.write(
                event_pb2.Event(wall_time=FIRST_SECOND, file_version="brain.Event:2").SerializeToString()
            )
        for tag, curve in points.items():
            for step, value in curve:
                event = event_pb2.Event(wall_time=FIRST_SECOND + step, step=step)
                event.summary.value.add(tag=tag, simple_value=value)
                writer.write(event.SerializeToString())
    return path


def line(count: int, *, start: int = 0, slope: float = 0.5) -> list[tuple[int, float]]:
    """A straight line: `count` points of step and slope times step (exact in float32 for small numbers)."""
    return [(step, slope * step) for step in range(start, start + count)]
