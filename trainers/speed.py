"""`python -m trainers speed`: compares how fast a network trains on each device, precision and number of threads.

Every setup is measured in a fresh process, one after another, since TensorFlow settles its threads and devices once.
The comparison waits for its turn in the queue and has the machine to itself: see `trainers.launchers.speed`.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from trainers import availability
from trainers.datasets import DatasetMissing
from trainers.launchers import SpeedReport, SpeedRow, tick
from trainers.launchers.processes import PROGRAM, ROOT
from trainers.launchers.queue import launching, see_all
from trainers.launchers.speed import (
    comparison_folder,
    new_report,
    read_comparison,
    refuse_second,
    runs_before,
    write_comparison,
)
from trainers.runs import RunError, process_identity
from trainers.specs import ClassifySpec, InvalidSpec, parse_spec

TURN_POLL_SECONDS = 0.5
LONGEST_SECONDS = 600.0  # of one row, import and compilation included
_ROW_POLL_SECONDS = 0.1
_DIED = "Its process was ended from outside or ran out of memory."

Show = Callable[[SpeedReport], None]


class Stopped(Exception):
    """Somebody asked the comparison to stop."""


def add_options(command: argparse.ArgumentParser) -> None:
    """The options of the command line; the spec judges the values."""
    default = ClassifySpec()
    command.add_argument("--model", default="simple_cnn", help="the network (default: %(default)s)")
    command.add_argument("--dataset", default=default.dataset, help="the images (default: %(default)s)")
    command.add_argument(
        "--batch-size", default=default.batch_size, help="images of a step (default: %(default)s)"
    )
    command.add_argument(
        "--seconds", default=4.0, help="how long each setup is measured (default: %(default)s)"
    )


def compare(chosen: argparse.Namespace, limit: int, stop: threading.Event) -> SpeedReport:
    """Does what the command line asks for until `stop` is set; prints the table and, last, one JSON object.

    Raises InvalidSpec, DatasetMissing, AlreadyComparing or StorageFailed.
    """
    spec, seconds = _spec(chosen), _seconds(chosen.seconds)
    logdir: Path = chosen.logdir
    logdir.mkdir(parents=True, exist_ok=True)
    report = _begin(logdir, spec, seconds)
    comparison = Comparison(logdir, spec, report, stop, _show_on_terminal)
    try:
        availability.check(spec)
        comparison.wait_for_machine(limit)
        comparison.measure_all()
    except Stopped:
        comparison.end(state="stopped")
    except (InvalidSpec, DatasetMissing, RunError) as error:
        comparison.end(state="failed", error=str(error))
        raise
    print(table(comparison.report.rows))
    print(comparison.report.model_dump_json(), flush=True)
    return comparison.report


def _spec(chosen: argparse.Namespace) -> ClassifySpec:
    if chosen.dataset == "own":
        raise InvalidSpec(
            "Speeds are compared on published images: choose the data set mnist-5k, mnist or fashion-mnist."
        )
    spec = parse_spec({"model": chosen.model, "dataset": chosen.dataset, "batch_size": chosen.batch_size})
    assert isinstance(spec, ClassifySpec)
    return spec


def _seconds(text: str | float) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0.1 <= seconds <= 60:
        raise InvalidSpec(f"Seconds cannot be {text!r}: give a number, at least 0.1 and at most 60.")
    return seconds


def _begin(logdir: Path, spec: ClassifySpec, seconds: float) -> SpeedReport:
    """The report of this process: what the page wrote when it started us, or a new one."""
    own = process_identity()
    with launching(logdir):
        refuse_second(logdir, own)
        known = read_comparison(logdir)
        if known is not None and known.is_under_way:
            return known
        report = new_report(spec, own, seconds)
        write_comparison(logdir, report)
    return report


class Comparison:
    """One comparison: `report` is how far it is, on the disk too."""

    def __init__(
        self, logdir: Path, spec: ClassifySpec, report: SpeedReport, stop: threading.Event, show: Show
    ) -> None:
        self.report = report
        self._logdir, self._spec, self._stop, self._show = logdir, spec, stop, show
        self._log = comparison_folder(logdir) / "measuring.log"

    def wait_for_machine(self, limit: int) -> None:
        """Waits until the runs before it have ended, and keeps later ones waiting; raises Stopped."""
        while True:
            tick(self._logdir, limit=limit, keep_spare=False)
            with launching(self._logdir):
                before = runs_before(see_all(self._logdir), self.report.asked)
                if not before:
                    self._tell(state="measuring", began=time.time(), before=0)
                    return
            if before != self.report.before:
                self._tell(before=before)
            if self._stop.wait(TURN_POLL_SECONDS):
                raise Stopped

    def measure_all(self) -> None:
        """Measures one setup after another; raises Stopped. Those that cannot be measured have a note."""
        self._log.unlink(missing_ok=True)  # of an earlier comparison
        told = self._apart({"plan": self._spec.model_dump(mode="json")})
        if "error" in told:
            self.end(state="failed", error=told["error"])
            return
        rows = [SpeedRow.model_validate(row) for row in told["rows"]]
        possible = [number for number, row in enumerate(rows) if not row.note]
        self._tell(rows=rows, planned=len(possible))
        for measured, number in enumerate(possible):
            rows[number] = self._measured(rows[number])
            self._tell(rows=with_ratios(rows), measured=measured + 1)
        if any(row.images_per_second for row in rows):
            self.end(state="done")
        else:
            self.end(state="failed", error=f"Nothing could be measured. {rows[possible[0]].note}")

    def end(self, **values: Any) -> None:
        """Writes how it ended; raises StorageFailed."""
        self._tell(**values, finished=time.time())

    def _measured(self, row: SpeedRow) -> SpeedRow:
        setup = {name: getattr(row, name) for name in ("device", "threads", "precision")}
        if row.device == "gpu":
            setup["gpu"] = row.gpu
        asked = {**self._spec.model_dump(mode="json"), **setup}
        told = self._apart({"measure": asked, "seconds": self.report.seconds})
        if "error" in told:
            return row.model_copy(update={"note": told["error"]})
        return SpeedRow.model_validate({**row.model_dump(), **told})

    def _apart(self, request: dict[str, Any]) -> dict[str, Any]:
        """The answer of a fresh process; raises Stopped."""
        try:
            with (
                self._log.open("ab") as output,
                subprocess.Popen(
                    [*PROGRAM, "measure"],
                    cwd=ROOT,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=output,
                    text=True,
                ) as process,
            ):
                try:
                    return self._answer(process, request)
                finally:
                    process.kill()
        except BrokenPipeError:  # it ended before it had heard the question
            return {"error": _DIED}

    def _answer(self, process: subprocess.Popen[str], request: dict[str, Any]) -> dict[str, Any]:
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(json.dumps(request) + "\n")
        process.stdin.flush()
        until = time.monotonic() + LONGEST_SECONDS
        while process.poll() is None:
            if self._stop.wait(_ROW_POLL_SECONDS):
                raise Stopped
            if time.monotonic() > until:
                return {"error": f"It had not ended after {LONGEST_SECONDS:.0f} seconds."}
        lines = process.stdout.read().splitlines()
        if process.returncode == 0 and lines:
            return dict(json.loads(lines[-1]))
        return {"error": _DIED}

    def _tell(self, **values: Any) -> None:
        self.report = self.report.changed(**values)
        write_comparison(self._logdir, self.report)
        self._show(self.report)


def with_ratios(rows: Sequence[SpeedRow]) -> list[SpeedRow]:
    """The rows with how many times faster than the slowest each is."""
    speeds = [row.images_per_second for row in rows if row.images_per_second]
    return [
        row.model_copy(
            update={"ratio": row.images_per_second / min(speeds) if row.images_per_second else None}
        )
        for row in rows
    ]


def setup_in_words(row: SpeedRow) -> str:
    """A row's setup: "cpu, 2 threads, float32"."""
    threads = f"{row.threads} {'thread' if row.threads == 1 else 'threads'}"
    return f"cpu, {threads}, {row.precision}" if row.device == "cpu" else f"gpu {row.gpu}, {row.precision}"


def table(rows: Sequence[SpeedRow]) -> str:
    """The rows as a person at a terminal reads them."""
    lines = [f"{'setup':28} {'images/s':>10} {'half of all within':>20} {'times':>6}"]
    for row in rows:
        setup = f"{setup_in_words(row):28}"
        if row.images_per_second is None or row.low is None or row.high is None or row.ratio is None:
            lines.append(f"{setup} {row.note or 'not measured'}")
        else:
            spread = f"{row.low:,.0f} to {row.high:,.0f}"
            lines.append(f"{setup} {row.images_per_second:10,.0f} {spread:>20} {row.ratio:6.2f}")
    return "\n".join(lines)


def _show_on_terminal(report: SpeedReport) -> None:
    if not sys.stderr.isatty():
        return
    if report.state == "waiting" and report.before:
        print(f"waiting for {report.before} {'run' if report.before == 1 else 'runs'} …", file=sys.stderr)
    elif report.state == "measuring":
        print(f"measured {report.measured} of {report.planned or '…'}", file=sys.stderr)
