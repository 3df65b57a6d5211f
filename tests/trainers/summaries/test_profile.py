"""The profiler's trace on request: an artifact that names the operations, and no further run for TensorBoard."""

from __future__ import annotations

from pathlib import Path

import pytest
import tensorflow as tf

from trainers.runs import StorageFailed
from trainers.summaries.profile import traced


def test_a_trace_names_the_operations_that_ran(tmp_path: Path) -> None:
    @tf.function
    def product(matrix: tf.Tensor) -> tf.Tensor:
        return tf.linalg.matmul(matrix, matrix, name="our_own_product")

    with traced(tmp_path / "profile"):
        product(tf.ones([50, 50]))
    (trace,) = (tmp_path / "profile").rglob("*.xplane.pb")
    assert b"MatMul" in trace.read_bytes()
    assert list(tmp_path.rglob("*tfevents*")) == []


def test_a_trace_ends_when_the_block_fails(tmp_path: Path) -> None:
    for name in ("one", "two"):  # a profiler that still ran would refuse the second
        with pytest.raises(ZeroDivisionError), traced(tmp_path / name):
            1 / 0  # noqa: B018
        assert list((tmp_path / name).rglob("*.xplane.pb"))


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageFailed, match="could not be written"), traced(tmp_path / "file" / "profile"):
        pass
