"""A trace of what the processor and the graphics card do, by TensorFlow's profiler."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import tensorflow as tf

from trainers.summaries.events import as_storage_failed


@contextmanager
def traced(folder: Path) -> Iterator[None]:
    """Profiles the block into `folder` (a run's `artifacts/profile`); raises StorageFailed.

    It leaves `plugins/profile/<time>/<host>.xplane.pb`, which TensorBoard shows with its plugin
    tensorboard-plugin-profile, and xprof by itself.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tf.profiler.experimental.start(str(folder))
    except (OSError, tf.errors.OpError) as error:
        raise as_storage_failed(folder, error) from error
    try:
        yield
    finally:
        _stop(folder)


def _stop(folder: Path) -> None:
    try:
        tf.profiler.experimental.stop()
        # TensorFlow marks the folder with an empty event file: to TensorBoard it would be one more run, with nothing.
        for mark in folder.glob("*.profile-empty"):
            mark.unlink()
    except (OSError, tf.errors.OpError) as error:
        raise as_storage_failed(folder, error) from error
