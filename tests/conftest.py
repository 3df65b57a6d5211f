"""What many tests stand on: a folder for runs, one real trained run, and the real app."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from tests.running import App, find_free_port, run_command, started_app
from trainers.runs import Run

# No test asserts a time, and a busy machine is no fault.
hypothesis.settings.register_profile("boardlab", deadline=None)
hypothesis.settings.load_profile("boardlab")


@pytest.fixture
def logdir(tmp_path: Path) -> Path:
    """An empty folder for runs; what stands beside the runs stays in this test's folder too."""
    folder = tmp_path / "logs"
    folder.mkdir()
    return folder


@pytest.fixture(scope="session")
def trained_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """One run, really trained, once a session: two epochs of softmax on the bundled digits. Not to be changed."""
    logdir = tmp_path_factory.mktemp("trained") / "logs"
    arguments = "--dataset mnist-5k --model softmax --epochs 2 --experiment digits --run softmax".split()
    done = run_command("classify", *arguments, "--logdir", str(logdir))
    assert done.returncode == 0, done.stderr
    return Run(logdir.resolve(), "digits", "softmax")


@pytest.fixture
def free_port() -> int:
    """A port of the loopback address that nobody listens on."""
    return find_free_port()


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """A real app with its own empty log folder, shared by the tests of a module."""
    logdir = tmp_path_factory.mktemp("app") / "logs"
    logdir.mkdir()
    with started_app(logdir) as app:
        yield app


@pytest.fixture(scope="session")
def compared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The log folder of one real comparison, `e`: sigmoid and relu with two seeds. Not to be changed.

    What the command line printed lies in `told.txt`.
    """
    logdir = tmp_path_factory.mktemp("compared") / "logs"
    settings = "--dataset mnist-5k --model mlp --width 16 --epochs 4 --learning-rate 0.01"
    quiet = "--histograms no --feature-images no --mistake-images no --precision-recall no --projector no"
    question = "--vary activation=sigmoid,relu --seeds 2 --experiment e --limit 1"
    done = run_command("compare", *f"{settings} {quiet} {question}".split(), "--logdir", str(logdir))
    assert done.returncode == 0, done.stderr
    (logdir / "told.txt").write_text(done.stdout)
    return logdir.resolve()
