"""Whatever people and accidents do to the runs, in whatever order, the queue keeps its promises."""

from __future__ import annotations

import contextlib
import shutil
import signal
import tempfile
import time
from pathlib import Path

import hypothesis.strategies as st
import psutil
from hypothesis import HealthCheck, settings
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, precondition, rule

from tests.running import wait_until
from tests.trainers.launchers.conftest import end_everything
from tests.trainers.launchers.programs import SLEEPER
from trainers.launchers import cancel, submit, tick
from trainers.launchers.processes import send_signal
from trainers.runs import (
    FINISHED,
    Run,
    find_runs,
    is_alive,
    read_status,
    write_status,
)
from trainers.specs import ClassifySpec

LIMIT = 2


class Queue(RuleBasedStateMachine):
    """Real run folders and real processes; only the training itself is a sleep."""

    runs: Bundle[Run] = Bundle("runs")

    def __init__(self) -> None:
        super().__init__()
        self.base = Path(tempfile.mkdtemp())
        self.logdir = self.base / "logs"
        self.count = 0
        self.ever_started: list[str] = []
        self.finished: dict[str, str] = {}

    def teardown(self) -> None:
        end_everything(self.logdir)
        shutil.rmtree(self.base)

    @rule(target=runs)
    def submit(self) -> Run:
        self.count += 1
        return submit(ClassifySpec(), logdir=self.logdir, experiment="e", name=f"run-{self.count:03d}")

    @rule()
    def tick(self) -> None:
        waiting_before = self._in_state("queued")
        assert tick(self.logdir, limit=LIMIT, keep_spare=False, program=SLEEPER) == ()
        went = [run for run in waiting_before if read_status(run.status_file).state != "queued"]
        assert went == waiting_before[: len(went)], "the oldest go first"
        started = [run for run in went if read_status(run.status_file).state == "starting"]
        if started == went:  # a run with a damaged spec leaves its place to the next tick
            assert not self._in_state("queued") or len(self._alive()) == LIMIT, "nobody waits for nothing"
        self.ever_started += [run.key for run in started]

    @rule(run=runs)
    def cancel(self, run: Run) -> None:
        if not run.path.exists():
            return
        was = read_status(run.status_file).state
        cancel(run)
        if was == "queued":
            assert read_status(run.status_file).state == "stopped"

    @precondition(lambda self: self._alive())
    @rule(data=st.data())
    def a_trainer_completes(self, data: st.DataObject) -> None:
        run = data.draw(st.sampled_from(self._alive()))
        status = read_status(run.status_file)
        write_status(run.status_file, status.changed(state="completed"))
        self._kill(run)

    @precondition(lambda self: self._alive())
    @rule(data=st.data())
    def a_trainer_is_killed(self, data: st.DataObject) -> None:
        self._kill(data.draw(st.sampled_from(self._alive())))

    @rule(run=consumes(runs))
    def somebody_deletes_a_folder(self, run: Run) -> None:
        if run.path.exists():
            self._kill(run)
            shutil.rmtree(run.path)

    @rule(run=runs, content=st.sampled_from([b"", b"{", b"[]", b'{"state": 7}', b"\xff\x00"]))
    def somebody_damages_a_spec(self, run: Run, content: bytes) -> None:
        if run.path.exists():
            (run.path / "spec.json").write_bytes(content)

    @invariant()
    def no_more_at_work_than_allowed(self) -> None:
        assert len(self._alive()) <= LIMIT

    @invariant()
    def nothing_starts_twice(self) -> None:
        for run in find_runs(self.logdir):
            note = run.path / "starts"
            assert not note.exists() or note.read_text().count("started") <= 1
        assert len(set(self.ever_started)) == len(self.ever_started)

    @invariant()
    def what_is_finished_stays_so(self) -> None:
        for run in find_runs(self.logdir):
            state = read_status(run.status_file).state
            assert self.finished.get(run.key, state) == state
            if state in FINISHED:
                self.finished[run.key] = state

    def _in_state(self, state: str) -> list[Run]:
        runs = [(read_status(run.status_file), run) for run in find_runs(self.logdir)]
        return [
            run
            for status, run in sorted(runs, key=lambda one: (one[0].created or 0, one[1]))
            if status.state == state
        ]

    def _alive(self) -> list[Run]:
        alive = []
        for run in self._in_state("starting"):
            process = read_status(run.status_file).process
            if process is not None and is_alive(process):
                alive.append(run)
        return alive

    def _kill(self, run: Run) -> None:
        process = read_status(run.status_file).process
        if process is not None and send_signal(process, signal.SIGKILL):
            with contextlib.suppress(psutil.NoSuchProcess):
                wait_until(lambda: not is_alive(process), what="the end of a killed process")


TestQueue = Queue.TestCase
TestQueue.settings = settings(
    max_examples=60,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def test_created_times_order_the_queue(logdir: Path) -> None:
    """The one who asked first goes first, whatever the names."""
    late = submit(ClassifySpec(), logdir=logdir, experiment="a", name="a")
    early = submit(ClassifySpec(), logdir=logdir, experiment="z", name="z")
    status = read_status(early.status_file)
    write_status(early.status_file, status.changed(created=time.time() - 60))

    tick(logdir, limit=1, keep_spare=False, program=SLEEPER)

    assert read_status(early.status_file).state == "starting"
    assert read_status(late.status_file).state == "queued"
