"""The spare: always one, never a run lost with it."""

from __future__ import annotations

import contextlib
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.running import REPOSITORY, wait_until
from tests.trainers.launchers.programs import LIGHT
from trainers.launchers import cancel, close, spare, submit, tick
from trainers.launchers.processes import send_signal
from trainers.launchers.spare import Spare, find_spares, hand_over, start_spare
from trainers.runs import Run, is_alive, process_identity, read_status, state_folder, write_json, write_status
from trainers.specs import ClassifySpec


def queued(logdir: Path, name: str = "run") -> Run:
    return submit(ClassifySpec(), logdir=logdir, experiment="e", name=name)


def state(run: Run) -> str:
    return read_status(run.status_file).state


def spares(logdir: Path) -> list[Spare]:
    return [one for one in find_spares(state_folder(logdir)) if one.idle and one.alive]


def ticks(logdir: Path, limit: int = 1, *, program: tuple[str, ...] = LIGHT, keep_spare: bool = True) -> None:
    assert tick(logdir, limit=limit, keep_spare=keep_spare, program=program) == ()


def ready_spare(logdir: Path) -> Spare:
    ticks(logdir)
    (one,) = spares(logdir)
    wait_until(lambda: one.ready, what="the spare to be ready")
    return one


def kill(one: Spare) -> None:
    assert one.process is not None
    send_signal(one.process, signal.SIGKILL)
    wait_until(lambda: not one.alive)


def test_one_spare_is_kept_however_often_and_from_wherever(logdir: Path) -> None:
    first = ready_spare(logdir)
    for _ in range(3):
        ticks(logdir)
    code = "import sys; from pathlib import Path; from trainers.launchers import tick; tick(Path(sys.argv[1]), limit=1)"
    subprocess.run([sys.executable, "-c", code, str(logdir)], cwd=REPOSITORY, check=True, timeout=60)
    assert spares(logdir) == [first]


def test_a_run_is_trained_by_the_waiting_process(logdir: Path) -> None:
    one = ready_spare(logdir)
    run = queued(logdir)
    ticks(logdir)
    wait_until(lambda: state(run) == "running", what="the spare to train")
    assert read_status(run.status_file).process == one.process
    assert run.log_file.read_text() == "training\n", "it prints to the run's log from now on"
    (run.path / "finish").touch()
    wait_until(lambda: not one.alive)
    ticks(logdir)
    assert state(run) == "completed"
    assert not list((state_folder(logdir) / "spare").glob("*.taken"))


def test_a_new_spare_waits_until_the_run_has_drawn_its_first_points(logdir: Path) -> None:
    ready_spare(logdir)
    run = queued(logdir)
    ticks(logdir)
    ticks(logdir)
    assert spares(logdir) == [], "importing TensorFlow would slow the start down"
    wait_until(lambda: state(run) == "running")
    status = read_status(run.status_file)
    (run.path / "finish").touch()
    wait_until(lambda: state(run) == "completed")
    write_status(run.status_file, status.changed(state="completed", started=time.time() - 60))
    ticks(logdir)
    assert len(spares(logdir)) == 1


def test_a_killed_spare_is_replaced(logdir: Path) -> None:
    first = ready_spare(logdir)
    kill(first)
    second = ready_spare(logdir)
    assert second.process != first.process
    assert not first.folder.exists()


def handed_to_a_stopped_spare(logdir: Path) -> tuple[Spare, Run]:
    """A spare that cannot move, and the run that it was given."""
    one = ready_spare(logdir)
    assert one.process is not None
    send_signal(one.process, signal.SIGSTOP)
    run = queued(logdir)
    ticks(logdir)
    return one, run


@pytest.mark.parametrize("moment", ["before it saw the order", "after it took the order"])
def test_a_run_handed_to_a_dying_spare_is_started_again(logdir: Path, moment: str) -> None:
    one, run = handed_to_a_stopped_spare(logdir)
    assert state(run) == "starting"
    assert (one.folder / "order.json").exists()
    if moment == "after it took the order":
        one.folder.rename(one.folder.with_name(one.folder.name + ".taken"))

    kill(one)
    ticks(logdir)

    wait_until(lambda: state(run) == "running", what="the second start")
    assert read_status(run.status_file).process != one.process
    assert (run.path / "starts").read_text() == "started\n"


def test_a_run_that_kills_its_spare_and_then_its_own_process_fails(logdir: Path) -> None:
    one, run = handed_to_a_stopped_spare(logdir)
    kill(one)
    dying = ("sh", "-c", "echo no memory")
    for _ in range(3):
        ticks(logdir, program=dying, keep_spare=False)
        process = read_status(run.status_file).process
        wait_until(lambda process=process: process is None or not is_alive(process))
    assert state(run) == "failed"
    assert (read_status(run.status_file).error or "").endswith("no memory")


def test_a_run_that_was_stopped_is_not_started_again_with_a_dead_spare(logdir: Path) -> None:
    one, run = handed_to_a_stopped_spare(logdir)
    cancel(run)
    kill(one)
    ticks(logdir)
    assert state(run) == "stopped"


def test_a_hand_over_cut_short_is_finished(logdir: Path) -> None:
    """A launcher died after naming the spare in the status and before giving it the run."""
    one = ready_spare(logdir)
    run = queued(logdir)
    write_status(run.status_file, read_status(run.status_file).changed(state="starting", process=one.process))
    ticks(logdir)
    wait_until(lambda: state(run) == "running")
    assert read_status(run.status_file).process == one.process


@contextlib.contextmanager
def another_dashboard(logdir: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process that ticks as a dashboard does; the block may kill it."""
    code = (
        "import sys, time; from pathlib import Path; from trainers.launchers import tick\n"
        "while True: tick(Path(sys.argv[1]), limit=1, program=sys.argv[2:]); time.sleep(0.1)"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(logdir), *LIGHT], cwd=REPOSITORY) as owner:
        try:
            yield owner
        finally:
            owner.kill()


def test_an_idle_spare_ends_with_its_owner(logdir: Path) -> None:
    with another_dashboard(logdir) as owner:
        (one,) = wait_until(lambda: spares(logdir))
        wait_until(lambda: one.ready)
        owner.kill()
    wait_until(lambda: not one.alive, what="the spare to notice")
    assert not one.folder.exists(), "it takes its folder along"


def test_a_busy_spare_outlives_its_owner(logdir: Path) -> None:
    with another_dashboard(logdir) as owner:
        (one,) = wait_until(lambda: spares(logdir))
        wait_until(lambda: one.ready)
        run = queued(logdir)
        wait_until(lambda: state(run) == "running")
        owner.kill()
    for _ in range(3):
        ticks(logdir)
    assert one.alive
    assert read_status(run.status_file).process == one.process
    assert state(run) == "running"
    assert (run.path / "starts").read_text() == "started\n"


def test_closing_ends_the_own_idle_spare_only(logdir: Path) -> None:
    one = ready_spare(logdir)
    close(logdir)
    wait_until(lambda: not one.alive)
    assert not one.folder.exists()


def test_an_order_between_the_decision_to_leave_and_leaving_is_obeyed(logdir: Path) -> None:
    """The spare renames its folder first and then looks: whoever was faster, the run is not lost."""
    run = queued(logdir)
    folder = state_folder(logdir) / "spare" / "leaving"
    folder.mkdir(parents=True)
    write_json(folder / "owner.json", process_identity().model_dump())
    assert hand_over(Spare(folder, None, None), run)
    assert read_run_of(spare._withdraw, folder) == run

    folder = state_folder(logdir) / "spare" / "gone"
    folder.mkdir(parents=True)
    assert spare._withdraw(folder) is None
    assert not hand_over(Spare(folder, None, None), run), "an order to one that left is refused"


def read_run_of(withdraw: object, folder: Path) -> Run:
    """Runs the spare's side in a process of its own, as it sends its output elsewhere."""
    code = (
        "import sys; from pathlib import Path; from trainers.launchers import spare\n"
        "print(spare._withdraw(Path(sys.argv[1])).path, flush=True)"
    )
    subprocess.run([sys.executable, "-c", code, str(folder)], cwd=REPOSITORY, check=True, timeout=60)
    taken = folder.with_name(folder.name + ".taken")
    assert taken.exists()
    logdir = folder.parents[3] / "logs"
    (log,) = logdir.glob("*/*/trainer.log")
    return Run(logdir, *Path(log.read_text().strip()).parts[-2:])


def test_a_run_deleted_before_the_spare_took_it_ends_the_spare_only(logdir: Path) -> None:
    one, run = handed_to_a_stopped_spare(logdir)
    shutil.rmtree(run.path)
    send_signal(one.process, signal.SIGCONT)
    wait_until(lambda: not one.alive)
    ticks(logdir)
    assert len(spares(logdir)) == 1


def test_spares_that_cannot_live_are_tried_ever_more_rarely(logdir: Path) -> None:
    dying = ("sh", "-c", "echo no such module")
    for _ in range(5):
        ticks(logdir, program=dying)
        wait_until(lambda: not spares(logdir))
    state_of_spares = state_folder(logdir) / "spare"
    failures = spare.read_failures(state_folder(logdir))
    assert failures.count == 1, "the second try waits"
    assert failures.wait_seconds > 1
    assert (state_of_spares / "last-failure.log").read_text() == "no such module\n"

    write_json(state_of_spares / "failures.json", {"count": 3, "last": time.time() - 10})
    ready_spare(logdir)
    ticks(logdir)
    assert spare.read_failures(state_folder(logdir)).count == 0


def test_half_made_spares_are_cleared_away(logdir: Path) -> None:
    """A launcher died while starting a spare: before its process, or before its process was named."""
    folder = state_folder(logdir) / "spare" / "half"
    folder.mkdir(parents=True)
    ticks(logdir, keep_spare=False)
    assert not folder.exists()
    unnamed = start_spare(state_folder(logdir), LIGHT)
    (unnamed.folder / "process.json").unlink()
    ticks(logdir, keep_spare=False)
    wait_until(lambda: not unnamed.alive, what="a spare without a folder to end")
