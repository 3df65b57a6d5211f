"""What many tests stand on: a folder for runs, one real trained run, and the real app."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import filelock
import hypothesis
import pytest

from tests.running import REPOSITORY, App, find_free_port, run_command, started_app
from tests.trainers.style import procedural
from trainers.compare_command import asked
from trainers.comparisons import start
from trainers.runs import Run
from trainers.specs import ClassifySpec
from trainers.style.pictures import save
from trainers.sweeps import start as start_sweep
from trainers.sweeps import sweep

# No test asserts a time, and a busy machine is no fault.
hypothesis.settings.register_profile("boardlab", deadline=None)
hypothesis.settings.load_profile("boardlab")


@pytest.fixture
def logdir(tmp_path: Path) -> Path:
    """An empty folder for runs; what stands beside the runs stays in this test's folder too."""
    folder = tmp_path / "logs"
    folder.mkdir()
    return folder


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """A folder for logs that `make` fills once, whichever of pytest's workers needs it first; the others wait."""
    base = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent  # of all workers
    logdir, made = base.resolve() / name / "logs", base / name / "made"
    with filelock.FileLock(base / f"{name}.lock", timeout=150):
        if not made.exists():
            shutil.rmtree(logdir.parent, ignore_errors=True)  # a worker failed while it made it
            make(logdir)
            made.touch()
    return logdir


@pytest.fixture(scope="session")
def trained_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """One run, really trained, once a session: two epochs of softmax on the bundled digits. Not to be changed."""
    arguments = "--dataset mnist-5k --model softmax --epochs 2 --experiment digits --run softmax".split()

    def train(logdir: Path) -> None:
        done = run_command("classify", *arguments, "--logdir", str(logdir))
        assert done.returncode == 0, done.stderr

    return Run(made_once(tmp_path_factory, "trained", train), "digits", "softmax")


@pytest.fixture(scope="session")
def painted_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """One small painting in two styles, really painted, once a session. Not to be changed."""
    return Run(made_once(tmp_path_factory, "painted", paint), "paintings", "small")


def paint(logdir: Path) -> None:
    """Paints a scene of our own in the styles of waves and a mosaic."""
    logdir.mkdir(parents=True)
    drawn = {"photo": procedural.scene(64, 64), "waves": procedural.waves(), "mosaic": procedural.mosaic()}
    files = {name: logdir.parent / f"{name}.png" for name in drawn}
    for name, pixels in drawn.items():
        save(files[name], pixels)
    pictures = ["--content", files["photo"], "--style", files["waves"], "--style", files["mosaic"]]
    settings = "--size 64 --iterations 6 --checkpoint-every 3 --style-weight 50".split()
    place = ["--logdir", str(logdir), "--experiment", "paintings", "--run", "small"]
    done = run_command("stylize", *map(str, pictures), *settings, *place)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def free_port() -> int:
    """A port of the loopback address that nobody listens on."""
    return find_free_port()


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """A real app with its own empty log folder, shared by the tests of a module.

    It keeps no spare, which would import TensorFlow for every module; `test_training` has one.
    """
    logdir = tmp_path_factory.mktemp("app") / "logs"
    logdir.mkdir()
    with started_app(logdir, BOARDLAB_SPARE="0") as app:
        yield app


@pytest.fixture(scope="session")
def compared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The log folder of one real comparison, `e`: sigmoid and relu with two seeds. Not to be changed.

    One process trains all four, which spares three imports of TensorFlow; then the command line is asked, finds
    nothing left to train and gives the verdict at once. What it printed lies in `told.txt`.
    """
    return made_once(tmp_path_factory, "compared", compare)


def compare(logdir: Path) -> None:
    """Trains the comparison `e` of sigmoid and relu with two seeds in one process, and keeps what is said of it."""
    shared = {"model": "mlp", "width": "16", "epochs": "4", "learning_rate": "0.01"}
    unasked = ("histograms", "feature_images", "mistake_images", "precision_recall", "projector")
    values = {**shared, **dict.fromkeys(unasked, "no")}
    question = {"vary": "activation=sigmoid,relu", "seeds": "2", "preset": None, "tune": False}
    start(asked(values, **question), logdir, "e")
    train_all_queued(logdir)
    options = [f"--{name.replace('_', '-')}={value}" for name, value in values.items()]
    done = run_command(
        *f"compare --vary activation=sigmoid,relu --seeds 2 --experiment e --logdir {logdir}".split(),
        *options,
    )
    assert done.returncode == 0, done.stderr
    (logdir / "told.txt").write_text(done.stdout)


@pytest.fixture(scope="session")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The log folder of one real sweep, `s`: three learning rates of softmax. Not to be changed."""
    return made_once(tmp_path_factory, "swept", sweep_rates)


def sweep_rates(logdir: Path) -> None:
    """Trains the sweep `s` in one process."""
    base = ClassifySpec(model="softmax", epochs=2, histograms=False, projector=False)
    start_sweep(sweep(base, {"learning_rate": "0.001..0.1"}, budget=3), logdir, "s")
    train_all_queued(logdir)


def train_all_queued(logdir: Path) -> None:
    """One process trains whatever waits, which spares TensorFlow's imports."""
    train = (
        "import sys, threading; from pathlib import Path; from trainers.execution import execute\n"
        "from trainers.launchers.queue import queued, see_all\n"
        "sys.exit(sum(execute(one.run, threading.Event()) for one in queued(see_all(Path(sys.argv[1])))))"
    )
    subprocess.run([sys.executable, "-c", train, str(logdir)], cwd=REPOSITORY, check=True, timeout=170)
