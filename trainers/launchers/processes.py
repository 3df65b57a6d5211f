"""Starting, finding and ending trainer processes. A process is only ever signalled after its identity was checked."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import psutil

from trainers.runs import ProcessIdentity, boot_id, host, is_alive, process_identity

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = (sys.executable, "-m", "trainers")


def spawn(command: Sequence[str], log: Path) -> ProcessIdentity:
    """Starts a program in a session of its own, so that it outlives its launcher; raises OSError.

    What it prints is appended to `log`. A thread waits for its end, so that no zombie stays behind.
    """
    with log.open("ab") as output:
        process = subprocess.Popen(
            list(command),
            cwd=ROOT,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    identity = _identity_of_child(process.pid)
    threading.Thread(target=process.wait, name=f"reaper-{process.pid}", daemon=True).start()
    return identity


def _identity_of_child(pid: int) -> ProcessIdentity:
    try:
        return process_identity(pid)
    except psutil.NoSuchProcess:  # it ended at once; this identity is nobody's
        return ProcessIdentity(host=host(), boot_id=boot_id(), pid=pid, started=time.time())


def is_same(one: ProcessIdentity | None, other: ProcessIdentity | None) -> bool:
    """Whether two identities name one process; start times read twice may differ by a clock tick."""
    return (
        one is not None
        and other is not None
        and (one.host, one.boot_id, one.pid) == (other.host, other.boot_id, other.pid)
        and abs(one.started - other.started) < 1.0
    )


def find_trainer(run_folder: Path) -> ProcessIdentity | None:
    """The process of this machine that was started as `… execute <run folder>`, if one lives."""
    wanted = ["execute", str(run_folder)]
    for process in psutil.process_iter(["cmdline"]):
        if (process.info["cmdline"] or [])[-2:] == wanted:
            identity = _identity_of_child(process.pid)
            if is_alive(identity):
                return identity
    return None


def is_suspended(identity: ProcessIdentity) -> bool:
    """Whether a process of this machine was halted (Ctrl-Z), so that it will not take its turn."""
    try:
        return psutil.Process(identity.pid).status() == psutil.STATUS_STOPPED
    except psutil.NoSuchProcess:
        return False


def send_signal(identity: ProcessIdentity, number: signal.Signals) -> bool:
    """Signals exactly this process; False when it is not alive here (processes of other hosts never are)."""
    if not is_alive(identity):
        return False
    try:
        os.kill(identity.pid, number)
    except ProcessLookupError:
        return False
    return True
