"""The same faults once more with the real trainers, spare and command line, TensorFlow and all."""

from __future__ import annotations

import contextlib
import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.running import REPOSITORY, run_command, wait_until
from tests.trainers.launchers.programs import LIGHT
from trainers.launchers import cancel, submit, tick
from trainers.launchers.processes import send_signal
from trainers.launchers.spare import Spare, find_spares
from trainers.runs import ProcessIdentity, Run, is_alive, last_log_lines, read_status, state_folder
from trainers.specs import ClassifySpec

# A minute and more at this pace: whatever happens, happens in its midst.
WATCHABLE = ClassifySpec(epochs=500, pace=100)
SHORT = ClassifySpec(epochs=1)


@contextlib.contextmanager
def dashboard(logdir: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The tick of a dashboard in a process that can be killed as one; a page would only add a window to it."""
    code = (
        "import sys, time; from pathlib import Path; from trainers.launchers import tick\n"
        "while True: tick(Path(sys.argv[1]), limit=1); time.sleep(1)"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(logdir)], cwd=REPOSITORY) as process:
        try:
            yield process
        finally:
            process.kill()


def state(run: Run) -> str:
    return read_status(run.status_file).state


def step(run: Run) -> int:
    return read_status(run.status_file).step


def process_of(run: Run) -> ProcessIdentity:
    process = read_status(run.status_file).process
    assert process is not None
    return process


def ready_spare(logdir: Path) -> Spare:
    def find() -> Spare | None:
        found = [one for one in find_spares(state_folder(logdir)) if one.idle and one.alive and one.ready]
        return found[0] if found else None

    return wait_until(find, seconds=90, what="TensorFlow to be imported")


def test_dashboard_killed_then_trainer_killed(logdir: Path) -> None:
    with dashboard(logdir) as first:
        spare = ready_spare(logdir)
        run = submit(WATCHABLE, logdir=logdir, experiment="e", name="watched")
        wait_until(lambda: step(run) > 0, seconds=60, what="the first steps")
        assert process_of(run) == spare.process, "the spare took it"
        first.kill()
    before = step(run)
    with dashboard(logdir):
        wait_until(lambda: step(run) > before + 300, seconds=60, what="three seconds of training")
        assert process_of(run) == spare.process, "found again, not started twice"
        assert len(list((run.path / "train").glob("*tfevents*"))) == 1

        send_signal(process_of(run), signal.SIGKILL)
        wait_until(lambda: state(run) == "failed", what="the tick to notice")

    error = read_status(run.status_file).error or ""
    assert error.startswith("The trainer was ended from outside or ran out of memory")
    assert error.endswith(last_log_lines(run)[-1])
    assert "validation accuracy" in error


def test_a_run_handed_to_a_spare_that_dies_is_trained_all_the_same(logdir: Path) -> None:
    tick(logdir, limit=1)
    spare = ready_spare(logdir)
    assert spare.process is not None
    send_signal(spare.process, signal.SIGSTOP)
    run = submit(SHORT, logdir=logdir, experiment="e", name="handed")
    tick(logdir, limit=1)
    assert process_of(run) == spare.process
    send_signal(spare.process, signal.SIGKILL)
    wait_until(lambda: not spare.alive)

    tick(logdir, limit=1)
    wait_until(lambda: state(run) == "completed", seconds=90, what="the second start to train")


def test_a_folder_deleted_under_a_trainer_ends_it(logdir: Path) -> None:
    run = submit(WATCHABLE, logdir=logdir, experiment="e", name="deleted")
    tick(logdir, limit=1, keep_spare=False)
    wait_until(lambda: step(run) > 0, seconds=90, what="the first steps")
    process = process_of(run)

    shutil.rmtree(run.path)

    wait_until(lambda: not is_alive(process), what="the trainer to end")
    assert tick(logdir, limit=1, keep_spare=False) == ()
    assert not run.path.exists()


def assert_held(run: Run) -> None:
    """A second trainer for a run that is being trained says so and leaves it alone."""
    second = run_command("execute", str(run.path))
    assert second.returncode == 1
    assert f"Another trainer is writing {run.name}" in second.stderr
    assert state(run) == "running"


def test_a_command_line_waits_for_its_turn_and_then_trains(logdir: Path) -> None:
    page = submit(WATCHABLE, logdir=logdir, experiment="e", name="page")
    tick(logdir, limit=1, keep_spare=False, program=LIGHT)
    words = f"classify --epochs 1 --experiment e --run typed --limit 1 --logdir {logdir}".split()
    typed = Run(logdir.resolve(), "e", "typed")
    with subprocess.Popen(
        [sys.executable, "-m", "trainers", *words], cwd=REPOSITORY, stdout=subprocess.PIPE
    ) as command:
        wait_until(lambda: typed.path.exists() and state(page) == "running", seconds=90)
        assert state(typed) == "queued"
        assert_held(page)
        cancel(page)
        output, _ = command.communicate(timeout=90)
    assert state(page) == "stopped"
    told = json.loads(output.splitlines()[-1])
    assert (told["run"], told["state"], command.returncode) == ("e/typed", "completed", 0)
