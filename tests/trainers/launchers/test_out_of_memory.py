"""Trainers that die for lack of memory: what they leave, and the sentence that the launcher makes of it."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.running import wait_until
from tests.trainers.launchers.light_runs import queued, started, state, ticks
from trainers.launchers import submit
from trainers.launchers.processes import send_signal
from trainers.runs import Run, memory_kills, read_status, write_status
from trainers.specs import ClassifySpec

# Begins as a trainer does, then does what the line of the test says.
_BEGINS = """
import sys, time
from pathlib import Path
from trainers.live_status import LiveStatus
from trainers.runs import held, run_at
run = run_at(Path(sys.argv[2]))
with held(run.path):
    live = LiveStatus(run)
    live.start()
    live.write(state="running")
"""
_CALLS_NEW = "    import ctypes; ctypes.CDLL('libstdc++.so.6')._Znwm(ctypes.c_size_t(2**62))"
_SWALLOWS = """
    Path(sys.argv[2], "ready").touch()
    while not Path(sys.argv[2], "limited").exists(): time.sleep(0.05)
    held_memory = bytearray(400_000_000)
    for page in range(0, len(held_memory), 4096): held_memory[page] = 1
"""
MEMORY_GROUPS = Path("/sys/fs/cgroup/memory")


def ended(run: Run, last_line: str) -> str:
    """The sentence on a run whose trainer ended itself so."""
    ticks(run.logdir, program=(sys.executable, "-c", _BEGINS + last_line))
    return said_after_its_end(run)


def said_after_its_end(run: Run) -> str:
    def is_over() -> bool:
        ticks(run.logdir)
        return state(run) == "failed"

    wait_until(is_over, seconds=90, what="the launcher to miss the trainer")
    return read_status(run.status_file).error or ""


@pytest.mark.skipif(sys.platform != "linux", reason="the C++ library has this name on Linux")
def test_cpp_without_memory_is_told_from_its_last_words(logdir: Path) -> None:
    error = ended(queued(logdir), _CALLS_NEW)
    assert error == (
        "The trainer ran out of memory (its log says std::bad_alloc): "
        "lower Batch size (now 128) or choose a smaller network."
    )


def test_a_crash_is_told_from_its_last_words(logdir: Path) -> None:
    error = ended(queued(logdir), "    import faulthandler; faulthandler.enable(); faulthandler._sigsegv()")
    assert error.startswith(
        "The trainer crashed (Segmentation fault), as TensorFlow does where memory runs out"
    )
    assert "lower Batch size (now 128) or choose a smaller network, or start the run again" in error


# A real trainer that may take only so many more MB than TensorFlow itself does.
_WITH_LITTLE = """
import resource, sys
from trainers import classify, cli
size = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (size + 300_000_000,) * 2)
raise SystemExit(cli.main(sys.argv[1:]))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not keep the limit")
def test_a_real_training_without_enough_memory_says_what_to_lower(logdir: Path) -> None:
    """TensorFlow may raise an error, or die in C++: whichever it is, a person reads what to do."""
    spec = ClassifySpec(model="deep_cnn", batch_size=4_000, device="cpu")
    run = submit(spec, logdir=logdir, experiment="e", name="large")
    ticks(logdir, program=(sys.executable, "-c", _WITH_LITTLE))
    error = said_after_its_end(run)
    assert "memory" in error
    assert "lower Batch size (now 4,000)" in error


@pytest.fixture
def small_group(tmp_path: Path) -> Iterator[Path]:
    """A group of processes that may have 100 MB together; only root can make one."""
    group = MEMORY_GROUPS / f"boardlab-test-{tmp_path.name}"
    try:
        group.mkdir()
        (group / "memory.limit_in_bytes").write_text("100000000")
    except OSError:
        pytest.skip("no group of processes with a memory limit can be made here")
    yield group
    wait_until(lambda: not (group / "cgroup.procs").read_text(), what="the group to be empty")
    group.rmdir()


def test_a_trainer_that_the_kernel_ends_for_lack_of_memory_is_told_from_the_kernels_count(
    logdir: Path, small_group: Path
) -> None:
    run = queued(logdir)
    ticks(logdir, program=(sys.executable, "-c", _BEGINS + _SWALLOWS))
    wait_until((run.path / "ready").exists, what="the trainer to begin")
    process = read_status(run.status_file).process
    assert process is not None
    (small_group / "cgroup.procs").write_text(str(process.pid))
    (run.path / "limited").touch()
    error = said_after_its_end(run)
    assert error.startswith("The kernel ended a process for lack of memory while this trainer was at work")
    assert "lower Batch size (now 128) or choose a smaller network, let fewer runs train at a time" in error


def test_one_that_somebody_killed_is_not_said_to_have_lacked_memory(logdir: Path) -> None:
    run = queued(logdir)
    send_signal(started(run), signal.SIGKILL)
    assert said_after_its_end(run).startswith(
        "The trainer was ended from outside or ran out of memory: start"
    )


def test_a_count_of_an_earlier_process_says_nothing_of_this_one(logdir: Path) -> None:
    run = queued(logdir)
    process = started(run)
    status = read_status(run.status_file)
    send_signal(process, signal.SIGKILL)
    write_status(run.status_file, status.changed(memory_kills=-1, started=process.started - 60))
    assert "The kernel" not in said_after_its_end(run)


def test_the_kernels_count_is_read_where_it_counts(tmp_path: Path) -> None:
    vmstat = tmp_path / "vmstat"
    assert memory_kills(vmstat) is None
    vmstat.write_text("nr_free_pages 7\n")
    assert memory_kills(vmstat) is None
    vmstat.write_text("oom_kill_other 9\noom_kill 3\n")
    assert memory_kills(vmstat) == 3
