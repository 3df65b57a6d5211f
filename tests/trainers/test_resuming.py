"""A trainer that is killed at any step goes on in another process as if nothing had been; readers see one curve."""

from __future__ import annotations

import contextlib
import json
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dashboard.reading import DataServer, Reader
from tests.running import REPOSITORY, run_command, wait_until
from tests.trainers.conftest import curve
from tests.trainers.saved_networks import check_answers_from_its_file, check_forecasts_from_its_file
from trainers import checkpoints, hardware
from trainers.launchers import ask
from trainers.runs import Run, create_run, find_answer, read_status
from trainers.specs import ClassifySpec, SequenceSpec, Spec, changed_settings

# Keras 3.15 converts tensors in a way that NumPy 2 announces to drop.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

SPEC = ClassifySpec(
    model="mlp",
    width=32,
    dropout=0.4,
    optimizer="momentum",
    learning_rate=0.1,
    schedule="cosine",
    batch_size=200,
    epochs=6,
    shift=2.0,
    deterministic=True,
    pace=40.0,
    projector=False,
    mistake_images=False,
    feature_images=False,
)
AT_ONCE = SPEC.model_copy(update={"pace": 0.0})
STEPS = 120
LIMIT = ("--limit", "3")
# The beginning of an event, as a power cut leaves it: its length (24 bytes) with the checksum of that, and no more.
TEAR = b"\x18\0\0\0\0\0\0\0\xa3\x7f\x4b\x22\x09\0"


@dataclass(frozen=True)
class Killed:
    """A run that was killed and resumed, what the data server said of it meanwhile, and what the commands said."""

    run: Run
    killed_at: int
    kept_at: int
    refused: str
    steps: dict[str, list[int]]
    result: dict[str, object]


@contextlib.contextmanager
def reading(logdir: Path) -> Iterator[Reader]:
    """The dashboard's reader on its data server, which sees the run before, while and after it is killed."""
    server = DataServer(logdir)
    reader = Reader(server)
    server.start()
    reader.start()
    try:
        yield reader
    finally:
        reader.close()
        server.close()


def started(run: Run, spec: ClassifySpec) -> subprocess.Popen[bytes]:
    options = [
        word
        for name, value in changed_settings(spec).items()
        for word in (f"--{name.replace('_', '-')}", str(value).lower())
    ]
    place = ["--logdir", str(run.logdir), "--experiment", run.experiment, "--run", run.name, *LIMIT]
    return subprocess.Popen(
        [sys.executable, "-m", "trainers", "classify", *options, *place],
        cwd=REPOSITORY,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Killed:
    logdir = tmp_path_factory.mktemp("killed") / "logs"
    logdir.mkdir()
    run = Run(logdir, "e", "killed")
    chosen = random.randrange(30, 100)
    with reading(logdir) as reader:
        trainer, other = started(run, SPEC), started(Run(logdir, "e", "unbroken"), AT_ONCE)
        wait_until(lambda: run.status_file.exists() and read_status(run.status_file).step > 0, seconds=90)
        asked = ask(run, "checkpoint")
        answer = wait_until(lambda: find_answer(run.commands, asked), what="the checkpoint")
        wait_until(lambda: read_status(run.status_file).step >= chosen, what=f"step {chosen}")
        trainer.send_signal(signal.SIGKILL)
        trainer.wait()
        killed_at = read_status(run.status_file).step
        with next((run.path / "train").glob("*tfevents*")).open("ab") as file:
            file.write(TEAR)
        wait_until(lambda: seen(reader, run, "train")[-1:] >= [killed_at - 20], what="the killed run's curve")
        done = run_command("resume", run.key, "--logdir", str(logdir), *LIMIT)
        assert done.returncode == 0, done.stderr
        wait_until(lambda: seen(reader, run, "train")[-1] == STEPS, what="the whole curve")
        steps = {part: seen(reader, run, part) for part in ("train", "validation")}
    assert other.wait(90) == 0
    refused = run_command("ask", run.key, "pause", "--logdir", str(logdir))
    return Killed(
        run=run,
        killed_at=killed_at,
        kept_at=int(answer.removeprefix("The checkpoint holds step ").removesuffix(".")),
        refused=refused.stderr,
        steps=steps,
        result=json.loads(done.stdout.splitlines()[-1]),
    )


@pytest.fixture(scope="module")
def unbroken(killed: Killed) -> Run:
    """The same training without an accident."""
    return Run(killed.run.logdir, "e", "unbroken")


def seen(reader: Reader, run: Run, part: str) -> list[int]:
    """The steps of the loss as the data server gives them."""
    key = (f"{run.key}/{part}", "loss")
    series = reader.many_series([key]).get(key)
    return [] if series is None else series.steps.tolist()


def learned(run: Run) -> dict[str, bytes]:
    state = checkpoints.read(run.checkpoints / checkpoints.LAST)
    return {name: values.tobytes() for name, values in state.items() if name.startswith("learner/")}


def test_it_was_killed_between_its_checkpoint_and_its_end(killed: Killed) -> None:
    assert 0 < killed.kept_at <= killed.killed_at < STEPS
    assert (killed.result["state"], killed.result["steps"]) == ("completed", STEPS)


def test_a_killed_and_resumed_run_ends_with_the_same_weights_to_the_last_bit(
    killed: Killed, unbroken: Run
) -> None:
    assert learned(killed.run) == learned(unbroken)


def test_it_has_the_same_curve_to_the_step(killed: Killed, unbroken: Run) -> None:
    for part, tags in (
        ("train", ("loss", "accuracy", "learning_rate")),
        ("validation", ("loss", "accuracy")),
    ):
        for tag in tags:
            (steps, values), (expected_steps, expected) = (
                curve(run.path / part, tag) for run in (killed.run, unbroken)
            )
            assert steps.tolist() == expected_steps.tolist()
            assert np.array_equal(values, expected), (part, tag)


def test_who_watched_all_the_time_sees_each_step_once_and_in_order(killed: Killed) -> None:
    assert killed.steps == {"train": list(range(1, STEPS + 1)), "validation": list(range(20, STEPS + 1, 20))}


def test_the_torn_record_is_gone_and_nothing_speaks_of_damage(killed: Killed) -> None:
    for file in (killed.run.path / "train").glob("*tfevents*"):
        assert not file.read_bytes().endswith(TEAR)


def test_a_command_to_the_finished_run_is_one_sentence(killed: Killed) -> None:
    assert killed.refused == "e/killed is completed: only a run that trains can be asked for something.\n"


# On two threads and ten steps an epoch, with all that has a state in networks of other kinds than an mlp.
EXACT: dict[str, Any] = {
    "epochs": 2,
    "deterministic": True,
    "threads": 2,
    "histograms": False,
    "norms": False,
}
DIGITS: dict[str, Any] = {
    **EXACT,
    **dict.fromkeys(("feature_images", "mistake_images", "precision_recall", "projector"), False),
    "train_share": 0.04,
    "batch_size": 16,
    "dropout": 0.3,
}
SPECS: dict[str, Spec] = {
    "convolutional": ClassifySpec(  # in bfloat16 where this machine computes in it
        model="fast_cnn",
        batch_norm=True,
        shift=2.0,
        rotation=10.0,
        precision=hardware.fast_precision(),
        **DIGITS,
    ),
    "recurrent": ClassifySpec(model="gru", width=8, schedule="cosine", moving_average=0.9, **DIGITS),
    "sequence": SequenceSpec(
        model="gru", length=260, window=22, horizon=10, width=8, batch_size=16, forecast_images=False, **EXACT
    ),
}
PAUSED_AT = 13


@pytest.fixture(scope="module")
def exact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for logs with each of these trainings twice: unbroken, and paused within an epoch and resumed.

    A process of their own trains them all, since the threads of a process are settled once.
    """
    logdir = tmp_path_factory.mktemp("exact") / "logs"
    logdir.mkdir()
    for name, spec in SPECS.items():
        for experiment in ("unbroken", "paused"):
            create_run(logdir, spec, experiment=experiment, name=name)
    train = (
        "import sys; from pathlib import Path; from tests.trainers.exactly import train_queued\n"
        f"train_queued(Path(sys.argv[1]), paused='paused', step={PAUSED_AT})"
    )
    done = subprocess.run(
        [sys.executable, "-c", train, str(logdir)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=170,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return logdir


@pytest.mark.long  # of one kind it is a default test: test_a_resumed_run_ends_with_the_same_weights_to_the_last_bit
@pytest.mark.parametrize("name", SPECS)
def test_networks_of_every_kind_go_on_to_the_weights_and_curves_of_an_unbroken_run_to_the_last_bit(
    exact: Path, name: str
) -> None:
    paused, unbroken = (Run(exact, experiment, name) for experiment in ("paused", "unbroken"))
    for run, processes in ((paused, 2), (unbroken, 1)):
        status = read_status(run.status_file)
        assert (status.state, status.step, status.steps_per_epoch) == ("completed", 20, 10), status.error
        assert len(list((run.path / "train").glob("*tfevents*"))) == processes
    assert learned(paused) == learned(unbroken)
    measure = "error" if name == "sequence" else "accuracy"
    for part, tag, count in (
        ("train", "loss", 20),
        ("train", "learning_rate", 20),
        ("validation", "loss", 2),
        ("validation", measure, 2),
    ):
        (steps, values), (expected_steps, expected) = (
            curve(run.path / part, tag) for run in (paused, unbroken)
        )
        assert len(steps) == count and steps.tolist() == expected_steps.tolist()
        assert np.array_equal(values, expected), (part, tag)


@pytest.mark.long
def test_resumed_networks_answer_from_their_files_as_they_were_judged(exact: Path) -> None:
    check_answers_from_its_file(Run(exact, "paused", "recurrent"))
    check_forecasts_from_its_file(Run(exact, "paused", "sequence"))
