"""Loads and sizes, of real processes and of counters made up."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.machine_gpus import Gpu, Gpus
from dashboard.machine_load import MachineWatch, Reading, core_loads, cores_used, read_counters
from dashboard.machine_processes import LabProcess
from trainers.runs import ProcessIdentity, process_identity

BUSY = "held = bytearray(200_000_000)\nprint('ready', flush=True)\nwhile True: pass"
IDLE = "import time\nprint('ready', flush=True)\ntime.sleep(600)"


@contextmanager
def child(code: str) -> Iterator[ProcessIdentity]:
    """A real process that has begun what it does."""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            process.stdout.readline()
            yield process_identity(process.pid)
        finally:
            process.kill()


def test_a_busy_process_and_an_idle_one_are_told_apart(tmp_path):
    with child(BUSY) as busy, child(IDLE) as idle:
        processes = [LabProcess("trainer", busy, "e/r"), LabProcess("spare", idle)]
        cards = Gpus((Gpu(0, "T4", memory_of={busy.pid: 5_000}),))
        look = MachineWatch(tmp_path, read_cards=lambda: cards).look(processes)
        took, waited = look.uses
        resident = psutil.Process(busy.pid).memory_info().rss
    assert (took.process, waited.process) == tuple(processes)
    assert took.cores > 0.05 > waited.cores  # however many others share the cores
    assert took.memory == pytest.approx(resident, rel=0.02) and took.memory > 200_000_000 > waited.memory
    assert (took.gpu_memory, waited.gpu_memory) == (5_000, None)
    assert look.load > 0
    assert len(look.cores) == psutil.cpu_count()
    assert look.memory_total == psutil.virtual_memory().total
    assert 0 < look.disk_free < look.disk_total


def test_a_process_that_is_gone_and_one_whose_number_another_has_are_left_out(tmp_path):
    with child(IDLE) as gone:
        pass
    own = process_identity()
    impostor = own.model_copy(update={"started": own.started - 1_000})
    processes = [LabProcess("trainer", one) for one in (gone, impostor, own)]
    assert [use.process.identity for use in MachineWatch(tmp_path).look(processes).uses] == [own]


def test_visitors_who_look_at_once_share_a_look_and_later_ones_wait_for_nothing(tmp_path):
    now, slept = [100.0], []
    watch = MachineWatch(tmp_path, clock=lambda: now[0], sleep=slept.append, read_cards=Gpus)
    first = watch.look([])
    assert watch.look([]) is first
    now[0] += 2
    assert watch.look([]) is not first
    assert len(slept) == 1, "only the very first look takes two readings"
    now[0] += 60
    watch.look([])
    assert len(slept) == 2, "a load over a minute would be no load of now"


def test_a_folder_that_is_gone_has_no_disk(tmp_path):
    look = MachineWatch(tmp_path / "gone", sleep=lambda _: None).look([])
    assert (look.disk_free, look.disk_total) == (None, None)


def reading(at: float, *cores: tuple[float, float], seconds: float = 0.0) -> Reading:
    return Reading(at, cores, {WHO: (seconds, 1)})


WHO = ProcessIdentity(host="h", boot_id="b", pid=1, started=0.0)
SECONDS = st.floats(0, 1e6)


def test_loads_are_what_the_counters_say():
    before = reading(10, (5, 10), (0, 10), seconds=3)
    after = reading(12, (6.5, 12), (0, 12), seconds=6)
    assert core_loads(before, after) == (0.75, 0.0)
    assert cores_used(before, after, WHO) == 1.5
    assert cores_used(Reading(10, (), {}), after, WHO) == 0, "it has only begun"


@given(st.lists(st.tuples(SECONDS, SECONDS), max_size=4), st.lists(st.tuples(SECONDS, SECONDS), max_size=4))
def test_whatever_the_counters_say_a_load_is_a_share(before, after):
    loads = core_loads(reading(0, *before), reading(1, *after))
    assert len(loads) == len(after)
    assert all(0 <= load <= 1 for load in loads)


def test_counters_only_grow():
    own = process_identity()
    first = read_counters([own], time.monotonic())
    sum(range(2_000_000))
    second = read_counters([own], time.monotonic())
    assert second.processes[own][0] > first.processes[own][0]
    assert all(after[1] >= before[1] for before, after in zip(first.cores, second.cores, strict=True))
