"""Event files: what a reader finds in them, and what a person reads when the disk refuses."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st
from tensorboard.backend.event_processing.event_file_loader import RawEventFileLoader
from tensorboard.compat.proto.event_pb2 import Event

from trainers.runs import StorageFailed
from trainers.summaries.events import EventFile, as_storage_failed, described_scalars, scalar_records
from trainers.summaries.thinning import Points


def points(count: int) -> Points:
    values = np.linspace(0, 1, 2 * count, dtype=np.float32).reshape(count, 2)
    return Points(np.arange(1, count + 1), 1e9 + np.arange(count) / 8, values)


def read(path: Path) -> list[Event]:
    return [Event.FromString(record) for record in RawEventFileLoader(str(path)).Load()]


def test_a_reader_finds_every_step_with_both_tags_after_a_flush(tmp_path: Path) -> None:
    file = EventFile(tmp_path / "train")
    file.write_records(scalar_records(points(100), ["loss", "accuracy"]))
    file.flush()  # and not closed: the run goes on
    header, *events = read(file.path)
    assert header.file_version == "brain.Event:2"
    assert [event.step for event in events] == list(range(1, 101))
    assert [event.wall_time for event in events] == points(100).times.tolist()
    for event, row in zip(events, points(100).values, strict=True):
        assert [(value.tag, np.float32(value.simple_value)) for value in event.summary.value] == [
            ("loss", row[0]),
            ("accuracy", row[1]),
        ]


numbers = st.floats(width=32)


@given(
    rows=st.lists(st.tuples(st.integers(0, 2**35 - 1), st.floats(0, 4e9), numbers, numbers), max_size=20),
    tags=st.lists(st.text(min_size=1, max_size=150), min_size=2, max_size=2, unique=True),
)
def test_any_event_is_what_protobuf_reads(
    rows: list[tuple[int, float, float, float]], tags: list[str]
) -> None:
    rows.sort()
    steps, times, *values = zip(*rows, strict=True) if rows else ((), (), (), ())
    asked = Points(
        np.array(steps, np.int64), np.array(times, float), np.array(values, np.float32).T.reshape(-1, 2)
    )
    read = [Event.FromString(record) for record in scalar_records(asked, tags)]
    assert [event.step for event in read] == list(steps)
    assert [event.wall_time for event in read] == list(times)
    for event, row in zip(read, asked.values, strict=True):
        assert [value.tag for value in event.summary.value] == tags
        np.testing.assert_array_equal([value.simple_value for value in event.summary.value], row)


def test_the_first_event_describes_its_tags() -> None:
    event = described_scalars(points(1), ["loss", "accuracy"], ["How wrong", "How right"])
    loss, accuracy = event.summary.value
    assert (loss.metadata.summary_description, accuracy.metadata.summary_description) == (
        "How wrong",
        "How right",
    )
    assert loss.metadata.plugin_data.plugin_name == "scalars"
    assert event.step == 1


def test_two_writers_of_one_folder_have_two_files(tmp_path: Path) -> None:
    files = [EventFile(tmp_path) for _ in range(3)]
    assert len({file.path for file in files}) == 3


def test_a_later_file_is_read_later_even_within_a_second(tmp_path: Path) -> None:
    (tmp_path / "events.out.tfevents.9000000000.elsewhere.1.0").touch()  # by a clock that was wrong
    names = [EventFile(tmp_path).path.name for _ in range(12)]
    assert names == sorted(names)
    assert min(names) > "events.out.tfevents.9000000000.elsewhere.1.0"


def test_a_full_disk_is_a_sentence() -> None:
    with pytest.raises(StorageFailed, match="The disk is full: free some space"):
        _fill(EventFile.__new__(EventFile))


def _fill(file: EventFile) -> None:
    """An event file on /dev/full, which refuses every byte as a full disk does, to root too."""
    file.path = Path("/dev/full")
    file._records = tf.io.TFRecordWriter("/dev/full")
    for _ in range(200):
        file.write_records(scalar_records(points(100), ["loss", "accuracy"]))
    file.flush()


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageFailed, match="could not be written"):
        EventFile(tmp_path / "file" / "train")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (tf.errors.ResourceExhaustedError(None, None, "/x/y; No space left on device"), "The disk is full"),
        (tf.errors.OutOfRangeError(None, None, "/x/y; File too large"), "The disk is full"),
        (tf.errors.PermissionDeniedError(None, None, "/x/y; Permission denied"), "may not be written"),
        (tf.errors.UnknownError(None, None, "/x/y; Input/output error"), "Input/output error"),
    ],
)
def test_tensorflows_errors_are_told_as_the_operating_systems(error: tf.errors.OpError, words: str) -> None:
    sentence = str(as_storage_failed(Path("/x/y"), error))
    assert words in sentence
    assert os.linesep not in sentence
