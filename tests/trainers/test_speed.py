"""The speed comparison for real: the command line, what it measures and says, and how it is stopped."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.running import REPOSITORY, end_trainers, run_command, wait_until
from trainers import hardware
from trainers.launchers import SpeedReport, SpeedRow, finished_comparison, read_comparison
from trainers.runs import Status, create_run, process_identity, write_status
from trainers.specs import ClassifySpec
from trainers.speed import table, with_ratios
from trainers.speed_measurement import answer, plan, spec_of


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """The log folder and the lines that a real comparison printed."""
    logdir = tmp_path_factory.mktemp("speed") / "logs"
    options = "--model softmax --batch-size 256 --seconds 0.5 --logdir".split()
    done = run_command("speed", *options, str(logdir), timeout=170)
    assert (done.returncode, done.stderr) == (0, "")
    return logdir, done.stdout.splitlines()


@pytest.mark.long  # a browser test compares too: test_machine_page
def test_the_last_line_is_one_json_object_that_is_also_kept(compared: tuple[Path, list[str]]) -> None:
    logdir, lines = compared
    told = SpeedReport.model_validate(json.loads(lines[-1]))
    assert (told.state, told.model, told.dataset, told.batch_size) == ("done", "softmax", "mnist-5k", 256)
    assert finished_comparison(logdir, "softmax", "mnist-5k") == read_comparison(logdir) == told
    assert told.machine and told.cores == psutil.cpu_count()


@pytest.mark.long
def test_each_setup_of_the_processor_is_measured_and_compared(compared: tuple[Path, list[str]]) -> None:
    rows = SpeedReport.model_validate(json.loads(compared[1][-1])).rows
    on_cpu = [row for row in rows if row.device == "cpu"]
    assert [row.threads for row in on_cpu] == sorted({1, hardware.usable_cores()})
    for row in on_cpu:
        assert row.images_per_second is not None and row.low is not None and row.high is not None
        assert 0 < row.low <= row.images_per_second <= row.high
        assert row.chunks >= 5 and row.others_cores is not None
    slowest = min(row.images_per_second or 0 for row in on_cpu)
    assert [row.ratio for row in on_cpu] == [(row.images_per_second or 0) / slowest for row in on_cpu]
    assert {row.precision for row in rows} == {"float32"}, "softmax has no precision to choose"


@pytest.mark.long
def test_a_device_that_is_not_there_is_said_and_not_left_out(compared: tuple[Path, list[str]]) -> None:
    [row] = [row for row in json.loads(compared[1][-1])["rows"] if row["device"] == "gpu"]
    if row["images_per_second"] is None:
        assert row["note"] == f"{hardware.why_no_gpu()}."
    assert any(line.startswith("gpu 0, float32") for line in compared[1])


def test_bfloat16_is_compared_only_where_the_processor_computes_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cpuinfo = tmp_path / "cpuinfo"
    monkeypatch.setattr(hardware, "PROCESSOR", cpuinfo)
    for flags, possible in (("avx2", False), ("avx512_bf16", True)):
        cpuinfo.write_text(f"flags : fpu {flags}\n")
        rows = [row for row in plan(ClassifySpec(model="lenet5")) if row.device == "cpu"]
        in_bfloat16 = [row for row in rows if row.precision == "bfloat16"]
        assert len(in_bfloat16) == len(rows) / 2
        note = "" if possible else "Not on this processor: it does not compute in bfloat16."
        assert {row.note for row in in_bfloat16} == {note}
        assert not any(row.note for row in rows if row.precision == "float32")


def test_each_row_asks_for_what_it_says() -> None:
    base = ClassifySpec(model="lenet5", batch_size=64)
    spec = spec_of(base, SpeedRow(device="cpu", threads=2, precision="bfloat16"))
    assert spec == ClassifySpec(model="lenet5", batch_size=64, device="cpu", threads=2, precision="bfloat16")
    assert spec_of(base, SpeedRow(device="gpu", gpu=3)).gpu == 3


def test_a_setup_that_fails_is_a_sentence() -> None:
    assert "There is no GPU 9" in answer({"measure": {"gpu": 9}, "seconds": 1})["error"]
    assert "Model cannot be" in answer({"plan": {"model": "x"}})["error"]
    assert "error it does not know" in answer({"measure": {"model": "softmax"}, "seconds": "long"})["error"]


SPEEDS = st.lists(st.none() | st.floats(1e-3, 1e9), max_size=6)


@given(SPEEDS)
def test_the_slowest_is_one_and_the_others_as_many_times_faster(speeds: list[float | None]) -> None:
    rows = with_ratios([SpeedRow(images_per_second=speed) for speed in speeds])
    known = [row for row in rows if row.images_per_second is not None]
    assert [row.ratio is None for row in rows] == [speed is None for speed in speeds]
    if known:
        assert min(row.ratio or 0 for row in known) == 1
        fastest = max(known, key=lambda row: row.ratio or 0)
        assert fastest.images_per_second == max(speed for speed in speeds if speed is not None)


def test_the_table_says_numbers_and_reasons() -> None:
    rows = [
        SpeedRow(threads=2, images_per_second=12_345, low=12_000, high=12_500, ratio=1.5),
        SpeedRow(device="gpu", gpu=1, note="Not on this machine."),
    ]
    lines = [line.split() for line in table(rows).splitlines()]
    assert lines[1] == ["cpu,", "2", "threads,", "float32", "12,345", "12,000", "to", "12,500", "1.50"]
    assert lines[2] == ["gpu", "1,", "float32", "Not", "on", "this", "machine."]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--model", "nothing"], "Model cannot be 'nothing'"),
        (["--batch-size", "0"], "Batch size cannot be '0'"),
        (["--dataset", "own"], "Speeds are compared on published images"),
        (["--seconds", "nan"], "Seconds cannot be 'nan': give a number, at least 0.1 and at most 60."),
        (["--limit", "0"], "The limit cannot be '0'"),
    ],
)
def test_what_cannot_be_is_one_sentence(logdir: Path, options: list[str], words: str) -> None:
    done = run_command("speed", "--logdir", str(logdir), *options)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr and len(done.stderr.splitlines()) == 1


@contextmanager
def comparing(logdir: Path) -> Iterator[subprocess.Popen[str]]:
    """A real comparison under way."""
    command = [sys.executable, "-m", "trainers", "speed", "--seconds", "60", "--logdir", str(logdir)]
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()
            end_trainers(logdir)


def is_state(logdir: Path, state: str) -> Callable[[], bool]:
    def looked() -> bool:
        known = read_comparison(logdir)
        return known is not None and known.state == state

    return looked


def measuring_child(process: subprocess.Popen[str]) -> psutil.Process:
    children: list[psutil.Process] = wait_until(
        lambda: psutil.Process(process.pid).children(), what="a process that measures"
    )
    return children[0]


def test_it_waits_for_a_run_that_trains_and_stops_when_asked(logdir: Path) -> None:
    run = create_run(logdir, ClassifySpec(), experiment="e", name="r")
    write_status(run.status_file, Status(state="running", process=process_identity()))
    with comparing(logdir) as process:
        wait_until(lambda: (read_comparison(logdir) or _NOTHING).before == 1, what="it to wait for the run")
        assert psutil.Process(process.pid).children() == [], "nothing is measured beside a training"
        write_status(run.status_file, Status(state="completed"))
        wait_until(is_state(logdir, "measuring"), what="it to begin")
        child = measuring_child(process)
        process.send_signal(signal.SIGTERM)
        printed, _ = process.communicate(timeout=30)
        assert json.loads(printed.splitlines()[-1])["state"] == "stopped"
        assert (process.returncode, is_state(logdir, "stopped")()) == (0, True)
        assert not child.is_running()


def test_a_killed_one_leaves_no_process_and_is_seen_as_such(logdir: Path) -> None:
    with comparing(logdir) as process:
        child = measuring_child(process)
        process.kill()
        process.wait()
        wait_until(lambda: not child.is_running(), what="the process that measures to end")
        assert is_state(logdir, "failed")()


_NOTHING: Any = SpeedReport(
    process=process_identity(), asked=0, model="", dataset="", batch_size=1, seconds=1
)
