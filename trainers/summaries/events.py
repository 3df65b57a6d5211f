"""Event files: what TensorBoard reads. Events are made by the chunk and written as records in one go.

`tf.summary.scalar` costs half a millisecond a point, more than a training step of a small network; an event
made here costs about a microsecond.
"""

from __future__ import annotations

import errno
import itertools
import os
import platform
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import tensorflow as tf
from tensorboard.compat.proto.event_pb2 import Event, SessionLog
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.plugins.scalar.metadata import create_summary_metadata
from tensorboard.util.tensor_util import make_tensor_proto

from trainers.runs import StorageFailed, storage_failed
from trainers.summaries.thinning import Points

_numbers = itertools.count()

_LARGEST_STEP = (
    2**35 - 1
)  # what five bytes hold: seven bits each, and one that says whether more bytes follow
_STEP_SHIFTS = np.arange(0, 35, 7)
_STEP_MORE = np.array([128, 128, 128, 128, 0])


class EventFile:
    """One event file, new with every process: a resumed run begins another. Raises StorageFailed throughout."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "events.out.tfevents"  # until it has its number
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self.path = folder / _later_name(folder)
            self._records = tf.io.TFRecordWriter(str(self.path))
        except (OSError, tf.errors.OpError) as error:
            raise as_storage_failed(self.path, error) from error
        self.write([Event(wall_time=time.time(), file_version="brain.Event:2")])

    def write(self, events: Iterable[Event]) -> None:
        """Appends events; readers see them after `flush`."""
        self.write_records(event.SerializeToString() for event in events)

    def write_records(self, records: Iterable[bytes]) -> None:
        """Appends events that are serialised already."""
        try:
            for record in records:
                self._records.write(record)
        except tf.errors.OpError as error:
            raise as_storage_failed(self.path, error) from error

    def flush(self) -> None:
        """Hands everything written so far to the operating system, so that readers see it."""
        try:
            self._records.flush()
        except tf.errors.OpError as error:
            raise as_storage_failed(self.path, error) from error

    def close(self) -> None:
        """Flushes and closes."""
        try:
            self._records.close()
        except tf.errors.OpError as error:
            raise as_storage_failed(self.path, error) from error


def _later_name(folder: Path) -> str:
    """A name after those of all event files of a folder: TensorBoard reads them in the order of their names.

    A resumed run's file must come after the one before it even when both were begun in the same second.
    """
    seconds = [
        int(part)
        for file in folder.glob("events.out.tfevents.*")
        if (part := file.name.split(".")[3]).isdecimal()
    ]
    second = max([int(time.time()), *(second + 1 for second in seconds)])
    return f"events.out.tfevents.{second:010d}.{platform.node()}.{os.getpid()}.{next(_numbers)}"


def as_storage_failed(path: Path, error: OSError | tf.errors.OpError) -> StorageFailed:
    """TensorFlow's file errors as the sentence that other writers of a run give.

    TensorFlow turns the operating system's number into a kind of its own; its text tells it.
    """
    if isinstance(error, OSError):
        return storage_failed(path, error)
    known = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EACCES, errno.EPERM, errno.EROFS)
    number = next((number for number in known if os.strerror(number) in str(error)), errno.EIO)
    return storage_failed(path, OSError(number, error.message.rsplit("; ", 1)[-1]))


def scalar_records(points: Points, tags: Sequence[str]) -> list[bytes]:
    """One serialised event a step with the values of all tags; `points.values` has a column for each.

    All events have the same bytes but for the time, the step and the values, so one event is made by protobuf
    and NumPy writes the others over copies of it: an event object a step would cost ten times as much. A step
    takes five bytes, though fewer would do for a small one, so that all places stay where they are
    (https://protobuf.dev/programming-guides/encoding).
    """
    if not len(points):
        return []
    assert points.steps[0] >= 0 and points.steps[-1] <= _LARGEST_STEP
    values = [Summary.Value(tag=tag, simple_value=1.0) for tag in tags]
    pattern = Event(wall_time=1.0, step=_LARGEST_STEP, summary=Summary(value=values)).SerializeToString()
    sizes = [Summary(value=[value]).ByteSize() for value in values]
    ends = len(pattern) - sum(sizes) + np.cumsum(sizes)  # a value's last four bytes are its number
    records = np.tile(np.frombuffer(pattern, np.uint8), (len(points), 1))  # [n, bytes of an event]
    records[:, 1:9] = _bytes(points.times, "<f8")
    records[:, 10:15] = points.steps[:, None] >> _STEP_SHIFTS & 127 | _STEP_MORE
    for column, end in enumerate(ends):
        records[:, end - 4 : end] = _bytes(points.values[:, column], "<f4")
    content, size = records.tobytes(), len(pattern)
    return [content[place : place + size] for place in range(0, len(content), size)]


def _bytes(numbers: np.ndarray, kind: str) -> np.ndarray:
    """The bytes of n numbers in a row each: uint8 [n, bytes of one]."""
    return np.ascontiguousarray(numbers, kind).view(np.uint8).reshape(len(numbers), -1)


def described_scalars(point: Points, tags: Sequence[str], descriptions: Sequence[str]) -> Event:
    """The first event of some tags, from which readers take each tag's description (Markdown)."""
    values = [
        described_value(tag, value, text)
        for tag, value, text in zip(tags, point.values[0].tolist(), descriptions, strict=True)
    ]
    return Event(wall_time=point.times[0], step=point.steps[0], summary=Summary(value=values))


def described_value(tag: str, value: float, description: str) -> Summary.Value:
    """A scalar with its description: a tensor, since the data server drops what stands beside a `simple_value`."""
    return Summary.Value(
        tag=tag,
        tensor=make_tensor_proto(value, dtype=np.float32),
        metadata=create_summary_metadata(display_name="", description=description),
    )


def restart(step: int) -> Event:
    """Says that what older files of the folder hold from `step` on is void: a process died after its checkpoint.

    TensorBoard's Python reader heeds it; its data server drops by itself what a lower step follows.
    """
    return Event(wall_time=time.time(), step=step, session_log=SessionLog(status=SessionLog.START))


def summary_event(summary: Summary, step: int) -> Event:
    """An event of now around a summary that one of TensorBoard's plugins made."""
    # Some plugins make TensorFlow's message of the same form, which protobuf takes for another type.
    own = Summary.FromString(summary.SerializeToString())
    return Event(step=step, wall_time=time.time(), summary=own)
