"""What the launcher's tests share: spare and trainers end with the test that started them."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from trainers.launchers import spare
from trainers.launchers.processes import send_signal
from trainers.runs import find_runs, read_status, state_folder


@pytest.fixture(autouse=True)
def _nothing_left_behind(logdir: Path) -> Iterator[None]:
    yield
    end_everything(logdir)


def end_everything(logdir: Path) -> None:
    """Ends all that was started for this log folder, known from its files and from the command lines."""
    identities = [read_status(run.status_file).process for run in find_runs(logdir)]
    identities += [one.process for one in spare.find_spares(state_folder(logdir))]
    for identity in identities:
        if identity is not None and identity.pid != os.getpid():
            send_signal(identity, signal.SIGKILL)
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.pid != os.getpid() and any(str(logdir) in word for word in process.cmdline()):
                process.kill()
