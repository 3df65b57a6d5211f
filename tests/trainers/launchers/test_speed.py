"""The speed comparison's turn: what waits for what, who is refused, and how it ends that does not end by itself."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from tests.running import wait_until
from tests.trainers.launchers.light_runs import gone, queued, started, state, ticks
from trainers.launchers import (
    AlreadyComparing,
    SpeedReport,
    finished_comparison,
    read_comparison,
    start_comparison,
    stop_comparison,
    tick,
)
from trainers.launchers.processes import send_signal
from trainers.launchers.queue import see_all
from trainers.launchers.spare import find_spares
from trainers.launchers.speed import comparison_folder, new_report, runs_before, write_comparison
from trainers.runs import ProcessIdentity, process_identity, state_folder
from trainers.specs import ClassifySpec

SPEC = ClassifySpec(model="lenet5")
SLEEPS = ("sh", "-c", "exec sleep 600")
STUBBORN = ("sh", "-c", "trap '' TERM; while :; do sleep 0.1; done")


def asked(logdir: Path) -> SpeedReport:
    """A comparison that this process asks for now."""
    report = new_report(SPEC, process_identity(), 1.0)
    write_comparison(logdir, report)
    return report


def begun(logdir: Path, program: tuple[str, ...] = SLEEPS) -> ProcessIdentity:
    start_comparison(logdir, SPEC, limit=1, program=program)
    known = read_comparison(logdir)
    assert known is not None
    return known.process


def test_it_waits_for_the_runs_before_it_and_later_runs_wait_for_it(logdir: Path) -> None:
    training = queued(logdir, "training")
    process = started(training)
    earlier = queued(logdir, "earlier")
    report = asked(logdir)
    later = queued(logdir, "later")
    assert runs_before(see_all(logdir), report.asked) == 2
    ticks(logdir, limit=5)
    wait_until(lambda: state(earlier) == "running", what="the earlier run to begin")
    assert state(later) == "queued"
    for run in (training, earlier):
        (run.path / "finish").touch()
        wait_until(lambda run=run: state(run) == "completed", what="a run to end")  # type: ignore[misc]
    wait_until(gone(process), what="the trainer to end")
    assert runs_before(see_all(logdir), report.asked) == 0
    for how in ("waiting", "measuring"):
        write_comparison(logdir, report.changed(state=how))
        ticks(logdir, limit=5)
        assert state(later) == "queued", how
    write_comparison(logdir, report.changed(state="done"))
    ticks(logdir, limit=5)
    assert state(later) in ("starting", "running")


def test_no_spare_is_made_while_it_measures(logdir: Path) -> None:
    report = asked(logdir).changed(state="measuring")
    write_comparison(logdir, report)
    tick(logdir, limit=1, program=SLEEPS)
    assert find_spares(state_folder(logdir)) == []
    write_comparison(logdir, report.changed(state="done"))
    tick(logdir, limit=1, program=SLEEPS)
    assert len(find_spares(state_folder(logdir))) == 1


def test_a_second_one_is_refused_while_one_is_under_way(logdir: Path) -> None:
    process = begun(logdir)
    with pytest.raises(AlreadyComparing, match="of lenet5 is under way: wait until it ends, or stop it"):
        start_comparison(logdir, SPEC, limit=1, program=SLEEPS)
    stop_comparison(logdir)
    wait_until(gone(process))
    assert begun(logdir) != process


def test_one_that_was_killed_is_seen_as_such_and_holds_nothing_up(logdir: Path) -> None:
    process = begun(logdir)
    run = queued(logdir)
    send_signal(process, signal.SIGKILL)
    wait_until(gone(process))
    known = read_comparison(logdir)
    assert known is not None
    assert (known.state, known.error) == (
        "failed",
        "The comparison was ended from outside or ran out of memory: start it again.",
    )
    ticks(logdir)
    assert state(run) in ("starting", "running")


def test_one_that_does_not_obey_is_killed(logdir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trainers.launchers.speed._KILL_AFTER_SECONDS", 0.3)
    process = begun(logdir, STUBBORN)
    time.sleep(0.3)  # until the shell has set its trap
    stop_comparison(logdir)
    wait_until(gone(process))


def test_stopping_nothing_does_nothing(logdir: Path) -> None:
    stop_comparison(logdir)
    write_comparison(logdir, asked(logdir).changed(state="done"))
    stop_comparison(logdir)  # would have ended this very process
    assert os.getpid()


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b'{"state": "flying"}', b" " * 2_000_000])
def test_a_damaged_file_is_as_good_as_none(logdir: Path, content: bytes) -> None:
    asked(logdir)
    (comparison_folder(logdir) / "current.json").write_bytes(content)
    assert read_comparison(logdir) is None
    start_comparison(logdir, SPEC, limit=1, program=SLEEPS)


def test_the_last_whole_one_of_each_network_is_kept(logdir: Path) -> None:
    whole = asked(logdir).changed(state="done", finished=5.0)
    write_comparison(logdir, whole)
    write_comparison(logdir, whole.changed(state="stopped", finished=9.0))
    write_comparison(logdir, whole.changed(model="mlp", state="failed"))
    assert finished_comparison(logdir, "lenet5", "mnist-5k") == whole
    assert finished_comparison(logdir, "mlp", "mnist-5k") is None


def test_a_comparison_of_another_machine_holds_nothing_up_here(
    logdir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as there:
        there.setattr("trainers.launchers.speed.host", lambda: "another-host")
        write_comparison(logdir, asked(logdir).changed(state="measuring"))
    assert read_comparison(logdir) is None
    run = queued(logdir)
    ticks(logdir)
    assert state(run) in ("starting", "running")


def test_looking_for_one_writes_nothing(logdir: Path) -> None:
    """A full disk must not keep a launcher from its work."""
    assert read_comparison(logdir) is None
    assert finished_comparison(logdir, "lenet5", "mnist-5k") is None
    assert not comparison_folder(logdir).exists()
