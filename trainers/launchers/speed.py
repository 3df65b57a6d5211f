"""The speed comparison: how fast one network trains on each device, precision and number of threads of this machine.

    start_comparison(logdir, spec, limit=1)     # a process of its own, which waits for its turn and then measures
    read_comparison(logdir)                     # how far it is, or how it ended
    stop_comparison(logdir)
    finished_comparison(logdir, spec)           # the last whole one of a network

A speed measured beside a training is wrong. So a comparison takes its turn in the queue like a run, and then has the
machine to itself: it waits until the runs before it have ended, and runs queued after it wait for it.
"""

from __future__ import annotations

import os
import platform
import signal
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import pydantic

from trainers.launchers.processes import PROGRAM, send_signal, spawn
from trainers.launchers.queue import Seen, active_here, can_start, launching, queued, queued_since
from trainers.runs import (
    DamagedFile,
    ProcessIdentity,
    RunError,
    host,
    is_alive,
    read_json,
    state_folder,
    storage_failed,
    write_atomically,
)
from trainers.specs import ClassifySpec

PROCESSOR = Path("/proc/cpuinfo")
UNDER_WAY = ("waiting", "measuring")
_KILL_AFTER_SECONDS = 5.0


class AlreadyComparing(RunError):
    """Another comparison is under way on this machine; its text is one sentence."""


class SpeedRow(pydantic.BaseModel):
    """One setup and how fast the network trained with it.

    `threads` is 0 for TensorFlow's choice, on a GPU. `images_per_second` is the median over `chunks` pieces of
    training, `low` and `high` are the quartiles, `ratio` is to the slowest row. `others_cores` is how many cores other
    programs used meanwhile. `note` says why there are no numbers, where there are none.
    """

    model_config = pydantic.ConfigDict(frozen=True, extra="ignore")

    device: Literal["cpu", "gpu"] = "cpu"
    gpu: int = 0
    threads: int = 0
    precision: Literal["float32", "bfloat16"] = "float32"
    name: str = ""
    images_per_second: float | None = None
    low: float | None = None
    high: float | None = None
    ratio: float | None = None
    chunks: int = 0
    others_cores: float | None = None
    note: str = ""


class SpeedReport(pydantic.BaseModel):
    """A comparison as it stands: times in Unix seconds, `seconds` how long each row is measured.

    `before` counts the runs that have to end before it begins; `measured` rows of `planned` are done.
    """

    model_config = pydantic.ConfigDict(frozen=True, extra="ignore")

    state: Literal["waiting", "measuring", "done", "stopped", "failed"] = "waiting"
    process: ProcessIdentity
    asked: float
    began: float | None = None
    finished: float | None = None
    machine: str = ""
    processor: str = ""
    cores: int = 0
    model: str
    dataset: str
    batch_size: int
    seconds: float
    before: int = 0
    planned: int = 0
    measured: int = 0
    rows: tuple[SpeedRow, ...] = ()
    error: str | None = None

    def changed(self, **values: object) -> SpeedReport:
        """A copy with other values, checked like the original."""
        return SpeedReport.model_validate({**self.model_dump(), **values})

    @property
    def is_under_way(self) -> bool:
        """Whether it waits or measures."""
        return self.state in UNDER_WAY


def comparison_folder(logdir: Path) -> Path:
    """Where this machine's comparisons are kept, for several machines may share a log folder; made by the first."""
    return state_folder(logdir) / "speed" / host()


def start_comparison(
    logdir: Path,
    spec: ClassifySpec,
    *,
    limit: int,
    seconds: float = 4.0,
    program: Sequence[str] = PROGRAM,
) -> None:
    """Starts a comparison of a spec's network in a process of its own; raises AlreadyComparing or StorageFailed."""
    with launching(logdir):
        refuse_second(logdir)
        log = _make_folder(logdir) / "comparison.log"
        log.unlink(missing_ok=True)
        options = {
            "logdir": logdir.resolve(),
            "model": spec.model,
            "dataset": spec.dataset,
            "batch-size": spec.batch_size,
            "seconds": seconds,
            "limit": limit,
        }
        words = [f"--{name}={value}" for name, value in options.items()]
        try:
            process = spawn([*program, "speed", *words], log)
        except OSError as error:
            raise storage_failed(log, error) from error
        write_comparison(logdir, new_report(spec, process, seconds))


def new_report(spec: ClassifySpec, process: ProcessIdentity, seconds: float) -> SpeedReport:
    """A comparison that this process of this machine begins to wait for now."""
    return SpeedReport(
        process=process,
        asked=time.time(),
        machine=platform.node(),
        processor=processor_name(),
        cores=os.cpu_count() or 1,
        model=spec.model,
        dataset=spec.dataset,
        batch_size=spec.batch_size,
        seconds=seconds,
    )


def refuse_second(logdir: Path, own: ProcessIdentity | None = None) -> None:
    """Raises AlreadyComparing where a comparison of another process than `own` is under way."""
    known = read_comparison(logdir)
    if known is not None and known.is_under_way and (own is None or known.process.pid != own.pid):
        raise AlreadyComparing(
            f"A speed comparison of {known.model} is under way: wait until it ends, or stop it."
        )


def stop_comparison(logdir: Path) -> None:
    """Asks a comparison that is under way to stop, and kills one that does not within five seconds."""
    known = read_comparison(logdir)
    if known is None or not known.is_under_way:
        return
    send_signal(known.process, signal.SIGTERM)
    until = time.monotonic() + _KILL_AFTER_SECONDS
    while is_alive(known.process):
        if time.monotonic() > until:
            send_signal(known.process, signal.SIGKILL)
            return
        time.sleep(0.05)


def read_comparison(logdir: Path) -> SpeedReport | None:
    """The last comparison of this machine, None where there was none or its file is damaged.

    One whose process is gone without saying how it ended failed.
    """
    report = _read(_current(logdir))
    if report is None or not report.is_under_way or is_alive(report.process):
        return report
    report = _read(_current(logdir)) or report  # again: it may have ended between the look and its end
    if not report.is_under_way:
        return report
    return report.changed(
        state="failed",
        error="The comparison was ended from outside or ran out of memory: start it again.",
    )


def write_comparison(logdir: Path, report: SpeedReport) -> None:
    """Replaces what is known of the comparison; a whole one is also kept by its network. Raises StorageFailed."""
    _make_folder(logdir)
    content = report.model_dump_json(indent=2).encode()
    if report.state == "done":
        write_atomically(_finished(logdir, report.model, report.dataset), content)
    write_atomically(_current(logdir), content)


def finished_comparison(logdir: Path, model: str, dataset: str) -> SpeedReport | None:
    """The last whole comparison of a network on this machine, None where there was none."""
    return _read(_finished(logdir, model, dataset))


def runs_wait_from(logdir: Path) -> float:
    """Since when queued runs wait for a comparison (Unix seconds): endless where they need not wait for any.

    While it waits for its turn, those that were queued after it; while it measures, all.
    """
    report = read_comparison(logdir)
    if report is None or not report.is_under_way:
        return float("inf")
    return 0.0 if report.state == "measuring" else report.asked


def runs_before(seen: Sequence[Seen], asked: float) -> int:
    """How many runs have to end before a comparison asked for then may begin: all that train, and those queued earlier.

    A queued run that is halted, or whose command line is gone, is passed over.
    """
    earlier = [one for one in queued(seen) if queued_since(one) <= asked and can_start(one.status.process)]
    return len(active_here(seen)) + len(earlier)


def processor_name() -> str:
    """What the processor is called, as "Intel(R) Xeon(R) Processor @ 2.10GHz"; "" where the system does not say."""
    try:
        lines = PROCESSOR.read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")


def _make_folder(logdir: Path) -> Path:
    folder = comparison_folder(logdir)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise storage_failed(folder, error) from error
    return folder


def _current(logdir: Path) -> Path:
    return comparison_folder(logdir) / "current.json"


def _finished(logdir: Path, model: str, dataset: str) -> Path:
    return comparison_folder(logdir) / f"{model} on {dataset}.json"


def _read(path: Path) -> SpeedReport | None:
    try:
        return SpeedReport.model_validate(read_json(path))
    except (FileNotFoundError, DamagedFile, pydantic.ValidationError):
        return None
