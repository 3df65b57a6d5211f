"""Curves straight from a run's event files, for who has no data server: the command line's verdict.

A record is its length (uint64), a checksum of that, the event, and a checksum of the event; see TensorFlow's
`core/lib/io/record_writer.h`. Reading them needs no TensorFlow. Checksums are left to the data server: what cannot be
read as an event ends a file here.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from google.protobuf.message import DecodeError
from numpy.typing import NDArray
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.compat.proto.types_pb2 import DT_FLOAT

_HEADER, _FOOTER = 12, 4
_EVENT_FILES = "events.out.tfevents.*"

Key = tuple[str, str]  # TensorBoard's run name, as "experiment/run/train", and a tag


@dataclass(frozen=True)
class StoredCurve:
    """One curve in order of step: steps int64 [n], wall_times float64 [n] in Unix seconds, values float64 [n]."""

    steps: NDArray[np.int64]
    wall_times: NDArray[np.float64]
    values: NDArray[np.float64]


class EventFolders:
    """The curves of all runs below a log folder, each folder read once: for one verdict, not for a growing run."""

    def __init__(self, logdir: Path) -> None:
        self._logdir = logdir
        self._read = cache(self._scalars)

    def tags(self, run: str) -> list[str]:
        """The scalar tags of one of TensorBoard's runs, as "experiment/run/train", by their first event."""
        return list(self._read(run))

    def curves(self, keys: Iterable[Key]) -> dict[Key, StoredCurve]:
        """Those of the curves that exist."""
        return {(run, tag): _curve(self._read(run)[tag]) for run, tag in keys if tag in self._read(run)}

    def _scalars(self, run: str) -> dict[str, dict[int, tuple[float, float]]]:
        """Tag → step → wall time and value; what a resumed process wrote again takes the earlier one's place."""
        found: dict[str, dict[int, tuple[float, float]]] = {}
        for path in sorted((self._logdir / run).glob(_EVENT_FILES)):
            for event in _events(path):
                for value in event.summary.value:
                    if (number := _number(value)) is not None:
                        found.setdefault(value.tag, {})[event.step] = (event.wall_time, number)
        return found


def growing_curves(logdir: Path) -> Callable[[Iterable[Key]], dict[Key, StoredCurve]]:
    """Asks for curves again and again while runs train: a folder is read anew only when its event files grew."""
    read: dict[str, tuple[list[tuple[str, int]], EventFolders]] = {}

    def curves(keys: Iterable[Key]) -> dict[Key, StoredCurve]:
        found: dict[Key, StoredCurve] = {}
        for run, tag in keys:
            sizes = _sizes(logdir / run)
            if run not in read or read[run][0] != sizes:
                read[run] = (sizes, EventFolders(logdir))
            found.update(read[run][1].curves([(run, tag)]))
        return found

    return curves


def _sizes(folder: Path) -> list[tuple[str, int]]:
    return sorted((path.name, path.stat().st_size) for path in folder.glob(_EVENT_FILES))


def _curve(points: dict[int, tuple[float, float]]) -> StoredCurve:
    steps = sorted(points)
    return StoredCurve(
        np.array(steps, np.int64),
        np.array([points[step][0] for step in steps], np.float64),
        np.array([points[step][1] for step in steps], np.float64),
    )


def _events(path: Path) -> Iterator[Event]:
    with path.open("rb") as file:
        while len(header := file.read(_HEADER)) == _HEADER:
            (length,) = struct.unpack("<Q", header[:8])
            content = file.read(length + _FOOTER)
            if len(content) < length + _FOOTER:
                return  # a trainer is writing it
            try:
                yield Event.FromString(content[:length])
            except DecodeError:
                return


def _number(value: Summary.Value) -> float | None:
    """A scalar's number as the float32 that it was written as; None for pictures, histograms and texts."""
    if value.WhichOneof("value") == "simple_value":
        return float(value.simple_value)
    tensor = value.tensor
    if tensor.dtype != DT_FLOAT or tensor.tensor_shape.dim:
        return None
    if tensor.tensor_content:
        return float(np.frombuffer(tensor.tensor_content, "<f4")[0])
    return float(tensor.float_val[0]) if tensor.float_val else None
