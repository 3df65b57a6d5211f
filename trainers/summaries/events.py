"""Event files: what TensorBoard reads. Events are made by the chunk and written as records in one go.

`tf.summary.scalar` costs half a millisecond a point, more than a training step of a small network; an event
made here costs a few microseconds.
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
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.plugins.scalar.metadata import create_summary_metadata
from tensorboard.util.tensor_util import make_tensor_proto

from trainers.runs import StorageFailed, storage_failed
from trainers.summaries.thinning import Points

_numbers = itertools.count()


class EventFile:
    """One event file, new with every process: a resumed run begins another. Raises StorageFailed throughout."""

    def __init__(self, folder: Path) -> None:
        # The seconds come first and padded: TensorBoard reads the files of a folder in the order of their names.
        name = f"events.out.tfevents.{int(time.time()):010d}.{platform.node()}.{os.getpid()}.{next(_numbers)}"
        self.path = folder / name
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._records = tf.io.TFRecordWriter(str(self.path))
        except (OSError, tf.errors.OpError) as error:
            raise as_storage_failed(self.path, error) from error
        self.write([Event(wall_time=time.time(), file_version="brain.Event:2")])

    def write(self, events: Iterable[Event]) -> None:
        """Appends events; readers see them after `flush`."""
        try:
            for event in events:
                self._records.write(event.SerializeToString())
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


def as_storage_failed(path: Path, error: OSError | tf.errors.OpError) -> StorageFailed:
    """TensorFlow's file errors as the sentence that other writers of a run give.

    TensorFlow turns the operating system's number into a kind of its own; its text tells it.
    """
    if isinstance(error, OSError):
        return storage_failed(path, error)
    known = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EACCES, errno.EPERM, errno.EROFS)
    number = next((number for number in known if os.strerror(number) in str(error)), errno.EIO)
    return storage_failed(path, OSError(number, error.message.rsplit("; ", 1)[-1]))


def scalar_events(points: Points, tags: Sequence[str]) -> list[Event]:
    """One event a step with the values of all tags; `points.values` has a column for each."""
    events = []
    for step, time_, row in zip(
        points.steps.tolist(), points.times.tolist(), points.values.tolist(), strict=True
    ):
        event = Event(wall_time=time_, step=step)
        add = event.summary.value.add
        for tag, value in zip(tags, row, strict=True):
            add(tag=tag, simple_value=value)
        events.append(event)
    return events


def described_scalars(point: Points, tags: Sequence[str], descriptions: Sequence[str]) -> Event:
    """The first event of some tags, from which readers take each tag's description (Markdown).

    The data server drops what stands beside a `simple_value`, so this one event holds tensors.
    """
    event = Event(wall_time=point.times[0], step=point.steps[0])
    for tag, value, text in zip(tags, point.values[0].tolist(), descriptions, strict=True):
        event.summary.value.add(
            tag=tag,
            tensor=make_tensor_proto(value, dtype=np.float32),
            metadata=create_summary_metadata(display_name="", description=text),
        )
    return event


def summary_event(summary: Summary, step: int) -> Event:
    """An event of now around a summary that one of TensorBoard's plugins made."""
    # Some plugins make TensorFlow's message of the same form, which protobuf takes for another type.
    own = Summary.FromString(summary.SerializeToString())
    return Event(step=step, wall_time=time.time(), summary=own)
