"""What the page reads of a decision surface that a real trainer wrote, and what it refuses."""

from __future__ import annotations

import shutil
import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.boundary_result import followed, read_surface
from trainers.runs import DamagedFile, Run, create_run
from trainers.specs import BoundarySpec


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Run:
    """A boundary run, really trained."""
    from trainers.execution import execute

    logdir = tmp_path_factory.mktemp("boundary") / "logs"
    logdir.mkdir()
    run = create_run(logdir, BoundarySpec(epochs=3, points=40), experiment="e", name="xor")
    execute(run, threading.Event())
    return run


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras with NumPy 2
def test_what_a_trainer_wrote_is_read(run):
    surface = read_surface(run.artifacts)
    assert surface is not None
    assert surface.steps.tolist() == [0, 50, 100, 150]
    assert surface.positions.shape == (40, 2) and surface.labels.sum() == 20
    assert surface.probabilities.min() >= 0 and surface.probabilities.max() <= 1


def test_where_nothing_was_written_there_is_nothing(tmp_path):
    assert read_surface(tmp_path) is None


@pytest.mark.parametrize(
    "change",
    [
        {"steps": np.array([3, 2, 1, 0])},
        {"steps": np.array([0, 50])},
        {"labels": np.full(40, 7)},
        {"positions": np.full((40, 2), np.nan)},
        {"probabilities": np.zeros((4, 3, 3))},
        {"across": np.array(["left", "right"])},
        {"labels": np.array([{"a": 1}], dtype=object)},
        {"up": None},
    ],
    ids=["backwards", "missing", "third kind", "nowhere", "grid", "words", "pickled", "absent"],
)
def test_a_surface_that_does_not_fit_is_refused_in_a_sentence(run, tmp_path, change):
    with np.load(run.artifacts / "surface.npz") as arrays:
        changed = {**arrays, **change}
    np.savez(
        tmp_path / "surface.npz", **{name: values for name, values in changed.items() if values is not None}
    )
    with pytest.raises(DamagedFile, match=r"surface.npz is damaged"):
        read_surface(tmp_path)


def test_a_torn_or_huge_file_is_refused(run, tmp_path, monkeypatch):
    whole = (run.artifacts / "surface.npz").read_bytes()
    (tmp_path / "surface.npz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DamagedFile):
        read_surface(tmp_path)
    shutil.copy(run.artifacts / "surface.npz", tmp_path)
    monkeypatch.setattr("dashboard.artifact_arrays.LARGEST_UNPACKED_BYTES", 1_000)
    with pytest.raises(DamagedFile):
        read_surface(tmp_path)


STEPS = st.lists(st.integers(0, 10_000), min_size=1, unique=True).map(sorted)


@given(STEPS, STEPS, st.data())
def test_the_slider_follows_the_newest_until_it_is_moved_back(before, after, data):
    chosen = data.draw(st.sampled_from(before))
    now = followed(chosen, before[-1], after)
    if chosen == before[-1]:
        assert now == after[-1]
    else:
        assert now in after and abs(now - chosen) == min(abs(step - chosen) for step in after)
    assert followed(None, None, after) == after[-1]
