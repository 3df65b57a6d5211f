"""The real programs, started as a person starts them: the command line, and the app on a port of its own."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil

from trainers.runs import Run

REPOSITORY = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class App:
    """A started dashboard: where it listens, where its runs are, and its process."""

    url: str
    port: int
    logdir: Path
    process: subprocess.Popen[bytes]
    log: Path

    def kill(self) -> None:
        """Ends the web process as a power cut would: its trainers live on."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)


def wait_until(condition: Callable[[], Any], *, seconds: float = 30, what: str = "") -> Any:
    """Asks until the answer is true and returns it; fails, saying what was waited for."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if answer := condition():
            return answer
        time.sleep(0.05)
    raise AssertionError(f"Waited {seconds:g} s in vain for {what or condition.__name__}")


def run_command(
    *arguments: str, timeout: float = 120, **environment: str
) -> subprocess.CompletedProcess[str]:
    """`python -m trainers …` as a person types it, without a dashboard."""
    return subprocess.run(
        [sys.executable, "-m", "trainers", *arguments],
        cwd=REPOSITORY,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=timeout,
        stdin=subprocess.DEVNULL,
        check=False,
    )


def copy_run(run: Run, logdir: Path, *, experiment: str = "", name: str = "") -> Run:
    """A real run under another name: its folder is all there is to it."""
    copied = Run(logdir.resolve(), experiment or run.experiment, name or run.name)
    shutil.copytree(run.path, copied.path)
    return copied


def find_free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextlib.contextmanager
def started_app(
    logdir: Path,
    *options: str,
    port: int | None = None,
    path: str = "",
    script: Path = REPOSITORY / "streamlit_app.py",
    **environment: str,
) -> Iterator[App]:
    """The real app, as `make run` starts it, until the block ends; its trainers end with it.

    `options` are Streamlit's, as "--server.baseUrlPath=lab", whose path must be given as `path`, as "/lab". Another
    `script` of Streamlit's is started in the same way.
    """
    port = port or find_free_port()
    log = logdir.parent / f"app-{port}.log"
    command = [sys.executable, "-m", "streamlit", "run", str(script)]
    with log.open("ab") as output:
        process = subprocess.Popen(
            [*command, f"--server.port={port}", *options],
            # Anywhere but the repository: the app works from whatever folder it is started in.
            cwd=logdir.parent,
            env={**_plain_environment(), "BOARDLAB_LOGDIR": str(logdir), **environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    app = App(f"http://127.0.0.1:{port}{path}", port, logdir, process, log)
    try:
        wait_until(lambda: _answers(app), seconds=60, what=f"the app to answer at {app.url}")
        yield app
    finally:
        _end(process)
        end_trainers(logdir)


def trainer_processes(logdir: Path) -> list[psutil.Process]:
    """All trainers, spares included, that work for this log folder."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            line = process.cmdline()
            if "trainers" in line and any(str(logdir.parent) in word for word in line):
                found.append(process)
    return found


def end_trainers(logdir: Path) -> None:
    """Ends what outlives a dashboard on purpose, so that tests leave nothing behind."""
    processes = trainer_processes(logdir)
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(processes, timeout=10)


def _plain_environment() -> dict[str, str]:
    """This environment without the operator's own decisions, which would change what is tested."""
    kept = ("BOARDLAB_MNIST", "BOARDLAB_CHROMIUM")
    return {
        name: value
        for name, value in os.environ.items()
        if name in kept or not name.startswith(("BOARDLAB_", "STREAMLIT_"))
    }


def _answers(app: App) -> bool:
    if app.process.poll() is not None:
        raise AssertionError(f"The app ended with {app.process.returncode}: {app.log.read_text()[-3000:]}")
    try:
        # A lab that asks for its key answers 401.
        return httpx.get(f"{app.url}/_stcore/health", timeout=2).status_code in (200, 401)
    except httpx.TransportError:
        return False


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(10)
