"""The local launcher under what people do at once and what accidents do to it."""

from __future__ import annotations

import signal
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from tests.running import wait_until
from tests.trainers.launchers.light_runs import gone, in_processes, press, queued, started, state, ticks
from tests.trainers.launchers.programs import DYING, SLEEPER
from trainers.launchers import cancel, default_limit, known_status, queue, submit, wait_for_turn
from trainers.launchers.endings import (
    KILL_AFTER_SECONDS,
    TERMINATE_AFTER_SECONDS,
    close_run,
    is_over,
)
from trainers.launchers.processes import find_trainer, send_signal
from trainers.runs import (
    NameTaken,
    ProcessIdentity,
    Run,
    Status,
    answer_command,
    find_runs,
    held,
    is_alive,
    last_log_lines,
    pending_commands,
    process_identity,
    read_status,
    write_status,
)
from trainers.specs import ClassifySpec


def test_two_pages_pressing_start_at_once_make_one_run(logdir: Path) -> None:
    code = """
from pathlib import Path
from trainers.launchers import submit
from trainers.runs import NameTaken
from trainers.specs import ClassifySpec
begin()
try:
    print(submit(ClassifySpec(), logdir=Path(sys.argv[1]), experiment="e", name="same").key)
except NameTaken as error:
    print(error)
"""
    told = in_processes(3, code, str(logdir))

    assert sorted(told) == sorted(["e/same", *["There is already a run e/same: choose another name."] * 2])
    assert [run.key for run in find_runs(logdir)] == ["e/same"]
    with pytest.raises(NameTaken):
        queued(logdir, "same")


def test_ticks_in_parallel_start_nothing_twice_and_keep_the_limit(logdir: Path) -> None:
    runs = [queued(logdir, f"run-{number}") for number in range(8)]
    code = """
from pathlib import Path
from trainers.launchers import tick
begin()
for _ in range(10):
    tick(Path(sys.argv[1]), limit=3, keep_spare=False, program=sys.argv[2:])
"""
    in_processes(3, code, str(logdir), *SLEEPER)

    assert [state(run) for run in runs] == ["starting"] * 3 + ["queued"] * 5
    for run in runs[:3]:
        wait_until((run.path / "starts").exists)
        assert (run.path / "starts").read_text() == "started\n"


def test_nothing_is_started_or_stopped_while_another_launcher_is_at_it(logdir: Path) -> None:
    run, other = queued(logdir, "run"), queued(logdir, "other")
    with queue.launching(logdir):
        threads = [threading.Thread(target=ticks, args=(logdir, 1, SLEEPER))]
        threads += [threading.Thread(target=cancel, args=(other,))]
        for thread in threads:
            thread.start()
        time.sleep(0.3)
        assert (state(run), state(other)) == ("queued", "queued")
    for thread in threads:
        thread.join()
    assert (state(run), state(other)) == ("starting", "stopped")


def test_a_launcher_that_never_finishes_is_a_sentence(logdir: Path) -> None:
    with (
        queue.launching(logdir),
        pytest.raises(queue.LauncherIsBusy, match="does not finish: close it and try again"),
        queue.launching(logdir, wait_seconds=0.1),
    ):
        pass


def test_threads_of_one_dashboard_may_tick_at_once(logdir: Path) -> None:
    runs = [queued(logdir, f"run-{number}") for number in range(4)]
    threads = [threading.Thread(target=ticks, args=(logdir, 2, SLEEPER)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [state(run) for run in runs] == ["starting"] * 2 + ["queued"] * 2


def test_a_killed_trainer_fails_with_its_last_words(logdir: Path) -> None:
    run = queued(logdir)
    process = started(run)

    send_signal(process, signal.SIGKILL)
    wait_until(gone(process))
    ticks(logdir)

    status = read_status(run.status_file)
    assert status.state == "failed"
    assert status.error is not None
    assert status.error.startswith("The trainer was ended from outside or ran out of memory")
    assert status.error.endswith("Its log ends with:\ntraining")
    assert status.finished is not None


def test_a_trainer_that_dies_before_it_can_speak_fails_with_what_it_printed(logdir: Path) -> None:
    run = queued(logdir)
    ticks(logdir, program=DYING)
    process = read_status(run.status_file).process
    assert process is not None
    wait_until(gone(process))
    ticks(logdir, program=DYING)

    error = read_status(run.status_file).error or ""
    assert state(run) == "failed"
    assert error.endswith("first line\nlast words")


def test_no_zombies_stay_behind(logdir: Path) -> None:
    run = queued(logdir)
    ticks(logdir, program=DYING)
    process = read_status(run.status_file).process
    assert process is not None
    wait_until(lambda: not psutil.pid_exists(process.pid), what="the child to be waited for")


def test_a_program_that_cannot_be_started_fails_the_run_with_a_sentence(logdir: Path) -> None:
    run = queued(logdir)
    ticks(logdir, program=("/nowhere/python",))
    status = read_status(run.status_file)
    assert status.state == "failed"
    assert status.error == (
        "The trainer could not be started (No such file or directory): close other programs and try again."
    )


def test_a_trainer_that_had_the_last_word_keeps_it(logdir: Path) -> None:
    run = queued(logdir)
    process = started(run)
    (run.path / "finish").touch()
    wait_until(gone(process))
    ticks(logdir)
    assert state(run) == "completed"


def test_a_trainer_that_finished_between_the_look_and_its_end_keeps_its_word(logdir: Path) -> None:
    run = queued(logdir)
    process = started(run)
    seen = read_status(run.status_file)
    (run.path / "finish").touch()
    wait_until(gone(process))
    assert is_over(seen), "what the tick saw says running, and the process is gone"
    assert close_run(run, process) is None
    assert state(run) == "completed"


def test_a_queued_run_is_stopped_at_once(logdir: Path) -> None:
    run = queued(logdir)
    cancel(run)
    assert state(run) == "stopped"
    ticks(logdir)
    assert state(run) == "stopped"


def test_a_running_one_is_asked_once(logdir: Path) -> None:
    run = queued(logdir)
    process = started(run)
    send_signal(process, signal.SIGSTOP)  # so that the questions can be counted
    cancel(run)
    cancel(run)
    assert len(pending_commands(run.commands)) == 1
    send_signal(process, signal.SIGCONT)
    wait_until(lambda: state(run) == "stopped")


def test_a_stop_that_is_not_obeyed_is_pressed(logdir: Path) -> None:
    run = queued(logdir)
    deaf = "import signal, time; signal.signal(signal.SIGTERM, lambda *_: print('asked', flush=True)); "
    ticks(
        logdir,
        program=(sys.executable, "-c", deaf + "print('deaf', flush=True)\nwhile True: time.sleep(600)"),
    )
    wait_until(lambda: last_log_lines(run) == ["deaf"])
    process = read_status(run.status_file).process
    assert process is not None
    cancel(run)

    press(run, TERMINATE_AFTER_SECONDS - 0.1)
    assert last_log_lines(run) == ["deaf"]
    press(run, TERMINATE_AFTER_SECONDS + 0.1)
    wait_until(lambda: last_log_lines(run) == ["deaf", "asked"])
    press(run, KILL_AFTER_SECONDS - 0.1)
    assert is_alive(process)
    press(run, KILL_AFTER_SECONDS + 0.1)
    wait_until(gone(process))
    ticks(logdir)
    assert state(run) == "stopped"


def test_a_trainer_that_answered_may_save_its_results_in_peace(logdir: Path) -> None:
    run = queued(logdir)
    process = started(run)
    send_signal(process, signal.SIGSTOP)
    cancel(run)
    (command,) = pending_commands(run.commands)
    answer_command(run.commands, command, "Stopped.")
    asked = command.asked_ns / 1e9
    status = read_status(run.status_file)

    write_status(run.status_file, status.changed(heartbeat=asked + KILL_AFTER_SECONDS))
    press(run, KILL_AFTER_SECONDS + 5)
    assert is_alive(process)
    press(run, 2 * KILL_AFTER_SECONDS + 1)
    wait_until(gone(process), what="the end of a trainer that answered and then fell silent")


def test_a_start_cut_short_is_found_again(logdir: Path) -> None:
    """A launcher that died after starting the trainer and before naming it: the trainer is found by its command."""
    run = queued(logdir)
    process = started(run)
    send_signal(process, signal.SIGSTOP)
    write_status(run.status_file, Status(state="starting"))
    ticks(logdir)
    assert read_status(run.status_file).process == process
    assert (run.path / "starts").read_text() == "started\n"


def test_a_start_that_never_happened_is_made_again(logdir: Path) -> None:
    run = queued(logdir)
    write_status(run.status_file, Status(state="starting"))
    assert find_trainer(run.path) is None
    ticks(logdir)
    ticks(logdir)
    wait_until(lambda: state(run) == "running")


def test_a_command_line_takes_its_turn_itself(logdir: Path) -> None:
    first = queued(logdir, "first")
    mine = submit(ClassifySpec(), logdir=logdir, experiment="e", name="mine", foreground=True)
    last = queued(logdir, "last")
    process = started_first(first)
    heard: list[int] = []
    turn = threading.Thread(target=wait_for_turn, args=(mine, 1, heard.append, threading.Event()))
    turn.start()
    wait_until(lambda: heard == [1], what="its place in the queue")
    ticks(logdir, limit=1)
    assert (state(mine), state(last)) == ("queued", "queued")

    send_signal(process, signal.SIGKILL)
    turn.join(30)

    assert state(mine) == "starting"
    assert read_status(mine.status_file).process == process_identity()
    ticks(logdir, limit=1)
    assert state(last) == "queued", "the command line's run counts"
    assert state(first) == "failed"


def started_first(run: Run) -> ProcessIdentity:
    ticks(run.logdir, limit=1, program=SLEEPER)
    process = read_status(run.status_file).process
    assert process is not None
    return process


def test_a_waiting_command_line_can_be_stopped_from_a_page(logdir: Path) -> None:
    mine = submit(ClassifySpec(), logdir=logdir, experiment="e", name="mine", foreground=True)
    cancel(mine)
    assert wait_for_turn(mine, 1, lambda before: None, threading.Event()) is False


def test_a_waiting_command_line_that_is_stopped_leaves_the_queue(logdir: Path) -> None:
    first = queued(logdir, "first")
    mine = submit(ClassifySpec(), logdir=logdir, experiment="e", name="mine", foreground=True)
    started_first(first)
    stop = threading.Event()
    assert wait_for_turn(mine, 1, lambda before: stop.set(), stop) is False
    assert (state(mine), state(first)) == ("stopped", "starting")


def test_a_waiting_command_line_that_died_leaves_the_queue(logdir: Path) -> None:
    code = """
from pathlib import Path
from trainers.launchers import submit
from trainers.specs import ClassifySpec
submit(ClassifySpec(), logdir=Path(sys.argv[1]), experiment="e", name="mine", foreground=True)
"""
    in_processes(1, code, str(logdir))
    other = queued(logdir, "other")
    ticks(logdir, limit=1, program=SLEEPER)
    (mine,) = [run for run in find_runs(logdir) if run.name == "mine"]
    assert state(mine) == "failed"
    assert "ended while it waited" in (read_status(mine.status_file).error or "")
    assert state(other) == "starting"


def test_many_old_runs_are_read_once(logdir: Path) -> None:
    for number in range(30):
        run = queued(logdir, f"old-{number}")
        write_status(run.status_file, Status(state="completed", process=process_identity()))
    ticks(logdir)
    read = queue._status_as_of.cache_info().misses
    ticks(logdir)
    assert queue._status_as_of.cache_info().misses == read

    write_status(run.status_file, Status(state="stopped"))
    assert known_status(run).state == "stopped"


def test_the_default_limit_is_a_run_for_every_two_cores() -> None:
    assert default_limit() == max(1, (psutil.cpu_count() or 1) // 2)


def test_looking_for_a_writer_leaves_the_lock_free(logdir: Path) -> None:
    run = queued(logdir)
    with held(run.path):
        run.status_file.write_bytes(b"{")
        assert len(queue.active_here(queue.see_all(logdir))) == 1
    assert queue.active_here(queue.see_all(logdir)) == []
    with held(run.path):
        pass


def test_answered_stops_count_while_the_trainer_lives(logdir: Path) -> None:
    run = queued(logdir)
    process = started(run)
    send_signal(process, signal.SIGSTOP)
    cancel(run)
    (command,) = pending_commands(run.commands)
    answer_command(run.commands, command, "Stopped.")
    send_signal(process, signal.SIGKILL)
    wait_until(gone(process))
    ticks(logdir)
    assert state(run) == "stopped", "it was asked to stop, and it has stopped"
