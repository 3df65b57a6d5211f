"""The local launcher beside foreign hosts, restarts, damaged files, deleted folders and full disks."""

from __future__ import annotations

import shutil
import signal
import time
from pathlib import Path

import pytest

from tests.running import wait_until
from tests.trainers.launchers.light_runs import gone, in_processes, press, queued, started, state, ticks
from tests.trainers.launchers.programs import SLEEPER
from trainers.launchers import cancel, tick
from trainers.launchers.endings import (
    KILL_AFTER_SECONDS,
    SILENCE_SECONDS,
)
from trainers.launchers.processes import send_signal
from trainers.runs import (
    Status,
    StorageFailed,
    process_identity,
    read_status,
    write_status,
)


def test_other_hosts_are_judged_by_their_heartbeat_and_never_touched(logdir: Path) -> None:
    run = queued(logdir)
    elsewhere = process_identity().model_copy(update={"host": "another-host"})
    silent = Status(state="running", process=elsewhere, heartbeat=time.time() - SILENCE_SECONDS / 2)
    write_status(run.status_file, silent)
    cancel(run)
    press(run, 2 * KILL_AFTER_SECONDS)  # would have killed this very process
    ticks(logdir)
    assert state(run) == "running"

    other = queued(logdir, "other")
    write_status(other.status_file, silent.changed(heartbeat=time.time() - 2 * SILENCE_SECONDS))
    ticks(logdir)
    assert "Nothing was heard from the trainer on another-host for 120 seconds" in (
        read_status(other.status_file).error or ""
    )


def test_runs_of_other_hosts_take_no_place_here(logdir: Path) -> None:
    elsewhere = process_identity().model_copy(update={"host": "another-host"})
    away = queued(logdir, "away")
    write_status(away.status_file, Status(state="running", process=elsewhere, heartbeat=time.time()))
    here = queued(logdir, "here")
    ticks(logdir, limit=1, program=SLEEPER)
    assert state(here) == "starting"


def test_a_restart_of_the_machine_ends_its_runs(logdir: Path) -> None:
    run = queued(logdir)
    before = process_identity().model_copy(update={"boot_id": "the boot before"})
    write_status(run.status_file, Status(state="running", process=before, heartbeat=time.time()))
    ticks(logdir)
    assert state(run) == "failed"


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"\x00\xff\xfe", b'{"state": "flying"}', b"[1, 2]", b" " * 5_000_000],
    ids=["empty", "torn", "binary", "foreign state", "a list", "5 MB"],
)
@pytest.mark.parametrize("file", ["status.json", "spec.json"])
def test_damaged_files_of_one_run_do_not_stop_the_others(logdir: Path, file: str, content: bytes) -> None:
    damaged, sound = queued(logdir, "a-damaged"), queued(logdir, "b-sound")
    (damaged.path / file).write_bytes(content)

    assert ticks(logdir, limit=2, program=SLEEPER) == ()

    assert state(sound) == "starting"
    assert state(damaged) == ("damaged" if file == "status.json" else "failed")
    assert "damaged" in (read_status(damaged.status_file).error or "")


def test_a_damaged_status_does_not_hide_a_living_trainer(logdir: Path) -> None:
    run = queued(logdir, "a")
    process = started(run)
    send_signal(process, signal.SIGSTOP)  # else it would write a good status at once
    run.status_file.write_bytes(b"{")
    waiting = queued(logdir, "b")

    ticks(logdir, limit=1)
    assert state(waiting) == "queued"

    send_signal(process, signal.SIGKILL)
    wait_until(gone(process))
    ticks(logdir, limit=1)
    assert state(waiting) == "starting"


def test_folders_deleted_by_hand_just_disappear(logdir: Path) -> None:
    running, waiting, sound = (queued(logdir, name) for name in ("a", "b", "c"))
    process = started(running)
    for run in (running, waiting):
        shutil.rmtree(run.path, ignore_errors=True)
        shutil.rmtree(run.path, ignore_errors=True)  # the trainer may have written in between

    wait_until(gone(process), what="the trainer without a folder to end")
    assert ticks(logdir, limit=2, program=SLEEPER) == ()
    assert state(sound) != "queued"


def test_a_full_disk_is_told_and_loses_nothing(logdir: Path) -> None:
    """RLIMIT_FSIZE makes every write of the launcher fail, as a full disk does."""
    run = queued(logdir)
    code = """
import resource
from pathlib import Path
from trainers.launchers import tick
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
print(*tick(Path(sys.argv[1]), limit=1, keep_spare=False, program=sys.argv[2:]))
"""
    (told,) = in_processes(1, code, str(logdir), *SLEEPER)

    assert told == f"The disk is full: free some space for {run.path} and try again."
    assert state(run) == "queued"
    assert not (run.path / "starts").exists()
    assert ticks(logdir, program=SLEEPER) == ()
    assert state(run) == "starting"


def test_what_the_system_refuses_is_one_sentence_and_the_others_are_looked_after(logdir: Path) -> None:
    odd, waiting = queued(logdir, "a"), queued(logdir, "b")
    write_status(odd.status_file, read_status(odd.status_file).changed(state="completed"))
    shutil.rmtree(odd.commands)
    odd.commands.write_text("A file where a folder should be.")
    (told,) = ticks(logdir, program=SLEEPER)
    assert told == (
        "BoardLab could not answer what was asked of the run e/a (Not a directory) and tries again every second: "
        "see that there is disk and memory left, and that the log folder may be written."
    )
    assert state(waiting) == "starting"


def test_a_stop_reaches_the_trainer_even_when_the_disk_is_full(logdir: Path) -> None:
    run = queued(logdir)
    process = started(run)
    code = """
import resource
from pathlib import Path
from trainers.launchers import cancel
from trainers.runs import run_at
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
cancel(run_at(Path(sys.argv[1])))
"""
    in_processes(1, code, str(run.path))
    wait_until(gone(process), what="the trainer to be asked by signal")


def test_a_log_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(StorageFailed):
        tick(tmp_path / "file" / "logs", limit=1)
