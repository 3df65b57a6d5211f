"""TensorBoard's data server (Rust), started and kept alive by us with every scalar kept.

It is a child process that ends when its standard input does, so it cannot outlive the dashboard. When it dies it is
started again on the same port, so that TensorBoard, which asks it too, finds all points again by itself. What it says
on its standard error tells us when a load cycle ended (the moment at which new points can be fetched) and which event
files are damaged.
"""

from __future__ import annotations

import logging
import re
import subprocess
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psutil
import tensorboard_data_server

from dashboard.language import _

logger = logging.getLogger(__name__)

HEAVY_BYTES = 2 * 1024**3
RELOAD_SECONDS = 1
KEPT_SAMPLES = "scalars=all,images=100"

_LISTENING = re.compile(r"^listening on .*:(\d+)$")
_READ_ERROR = re.compile(
    r"WARN +\S+\] Read error in (.*): ((?:ReadRecordError|InvalidRecord|InvalidProto)\(.*)$"
)
_CYCLE_ENDED = re.compile(r"INFO +\S+\] Finished load cycle")
_INFORMATION = re.compile(r"^\[\S+ +(?:INFO|DEBUG|TRACE) ")
_FIRST_DELAY, _LONGEST_DELAY = 0.1, 10.0


@dataclass(frozen=True)
class DataServerStatus:
    """How the data server fares. `pid` is None while none runs; `problem` is one sentence, empty when all is well."""

    pid: int | None
    memory_bytes: int
    restarts: int
    problem: str

    @property
    def is_heavy(self) -> bool:
        """Whether it holds so many points that a person should hear of it (2 GiB)."""
        return self.memory_bytes >= HEAVY_BYTES


class DataServer:
    """The supervised child process."""

    def __init__(self, logdir: Path) -> None:
        self.logdir = logdir.resolve()
        self._news = threading.Condition()
        self._closing = threading.Event()
        self._process: subprocess.Popen[str] | None = None
        self._port = 0
        self._cycle = 0
        self._is_listening = False
        self._has_loaded = False
        self._restarts = 0
        self._fault: OSError | int | None = None
        self._damage: dict[Path, str] = {}
        self._reported: dict[Path, str] = {}
        self._thread = threading.Thread(target=self._supervise, name="data-server", daemon=True)

    def start(self) -> None:
        """Starts the child and its supervision; returns at once."""
        self._thread.start()

    def close(self) -> None:
        """Ends the child and waits for it."""
        self._closing.set()
        process = self._process
        if process is not None:
            process.kill()
        if self._thread.is_alive():
            self._thread.join(timeout=10)
        with self._news:
            self._news.notify_all()

    @property
    def cycle(self) -> int:
        """How many load cycles have ended, over all lives of the child."""
        return self._cycle

    @property
    def has_loaded(self) -> bool:
        """Whether the child that runs now has read all event files once, so that what it lists is complete."""
        return self._has_loaded

    def wait_for_address(self, seconds: float) -> str | None:
        """Where the child listens, as "127.0.0.1:PORT"; None when it did not start in time."""
        with self._news:
            self._news.wait_for(
                lambda: self._port or self._fault is not None or self._closing.is_set(), seconds
            )
        return f"127.0.0.1:{self._port}" if self._port else None

    def wait_for_cycle(self, after: int, seconds: float) -> int:
        """Waits until a load cycle later than `after` has ended, at most so long; gives the last one's number."""
        with self._news:
            self._news.wait_for(lambda: self._cycle > after or self._closing.is_set(), seconds)
        return self._cycle

    def damaged_files(self) -> Mapping[Path, str]:
        """The event files that the data server stopped reading, with its reason."""
        return self._damage

    def status(self) -> DataServerStatus:
        """How the child fares at this moment."""
        process = self._process
        memory = 0
        if process is not None:
            try:
                memory = psutil.Process(process.pid).memory_info().rss
            except psutil.Error:
                process = None
        return DataServerStatus(
            process.pid if process else None, memory, self._restarts, _sentence(self._fault)
        )

    def _supervise(self) -> None:
        delay = _FIRST_DELAY
        while not self._closing.is_set():
            cycle = self._cycle
            self._live_once()
            if self._closing.is_set():
                return
            self._restarts += 1
            delay = _FIRST_DELAY if self._cycle > cycle + 1 else min(2 * delay, _LONGEST_DELAY)
            logger.warning("The data server ended; starting it again in %.1f s.", delay)
            self._closing.wait(delay)

    def _live_once(self) -> None:
        try:
            process = self._spawn()
        except OSError as error:
            self._tell(error)
            return
        self._process = process
        assert process.stderr is not None
        # A close() that came while the child was born has not seen it.
        if self._closing.is_set():
            process.kill()
        self._listen(process.stderr)
        code = process.wait()
        self._process = None
        for pipe in (process.stdin, process.stderr):
            if pipe is not None:
                pipe.close()
        self._has_loaded = False
        if not self._is_listening and not self._closing.is_set():
            self._port_lost(code)
        self._is_listening = False

    def _spawn(self) -> subprocess.Popen[str]:
        binary = tensorboard_data_server.server_binary()
        if binary is None:
            raise FileNotFoundError("there is none for this platform; use Linux x86-64 or macOS")
        command = [
            binary,
            f"--logdir={self.logdir}",
            "--host=127.0.0.1",
            f"--port={self._port}",
            f"--reload={RELOAD_SECONDS}",
            f"--samples-per-plugin={KEPT_SAMPLES}",
            "--checksum",
            "--die-after-stdin",
            "--verbose",
        ]
        # Its own session: a Ctrl-C in the terminal is for the dashboard, which then ends it.
        return subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="surrogateescape",
            start_new_session=True,
        )

    def _listen(self, lines: IO[str]) -> None:
        self._reported = {}
        for line in lines:
            line = line.rstrip("\n")
            if _CYCLE_ENDED.search(line):
                self._cycle_ended()
            elif found := _READ_ERROR.search(line):
                self._reported[self._absolute(found[1])] = found[2]
            elif found := _LISTENING.match(line):
                self._listening(int(found[1]))
            elif not _INFORMATION.match(line):
                logger.warning("data server: %s", line)

    def _listening(self, port: int) -> None:
        with self._news:
            self._port = port
            self._is_listening = True
            self._fault = None
            self._news.notify_all()

    def _cycle_ended(self) -> None:
        """The first cycle of a life reports all damage anew, so the old marks stay until then and not longer."""
        with self._news:
            self._damage = dict(self._reported)
            self._has_loaded = True
            self._cycle += 1
            self._news.notify_all()

    def _port_lost(self, code: int) -> None:
        """A child that ended before it listened could not have its port: the next one takes any."""
        self._port = 0
        self._tell(code)

    def _tell(self, fault: OSError | int) -> None:
        logger.warning(_sentence(fault))
        with self._news:
            self._fault = fault
            self._news.notify_all()

    def _absolute(self, reported: str) -> Path:
        return self.logdir / reported


def _sentence(fault: OSError | int | None) -> str:
    """What a person reads: the reason why the child could not be started, or the code with which it ended."""
    if fault is None:
        return ""
    if isinstance(fault, int):
        return _(
            "Curves cannot be read: TensorBoard's data server ended with code {code}; trying again."
        ).format(code=fault)
    return _("Curves cannot be read: TensorBoard's data server did not start ({reason}).").format(
        reason=fault
    )
