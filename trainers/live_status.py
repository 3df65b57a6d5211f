"""A run's `status.json` while a trainer holds the run: kept in memory, written twice a second beside the training.

Writing a file safely waits for the disk, so a thread does it and the training goes on. What must be known at
once (a change of state) is written at once.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from trainers.runs import (
    Run,
    Status,
    StorageFailed,
    memory_kills,
    process_identity,
    read_status,
    storage_failed,
    write_status,
)

WRITE_SECONDS = 0.5


class LiveStatus:
    """The status of a held run. `watch` sees every written status; it must not raise.

    `before` is the status that an earlier process or a launcher left.
    """

    def __init__(self, run: Run, watch: Callable[[Status], None] = lambda status: None) -> None:
        self.run = run
        self.before = self.status = read_status(run.status_file)
        self._watch = watch
        self._phase_began: float | None = None
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._failure: StorageFailed | None = None
        self._thread = threading.Thread(target=self._keep_writing, name="status", daemon=True)

    def start(self) -> None:
        """Says that this process has the run, and writes from now on."""
        self.write(
            state="starting",
            process=process_identity(),
            memory_kills=memory_kills(),
            started=time.time(),
            finished=None,
            stop_asked=None,
            error=None,
            diverged_rate=None,
            notices=[],
        )
        self._thread.start()

    def change(self, **values: Any) -> None:
        """Changes fields; the world sees them within half a second. Raises StorageFailed if the last write did."""
        if self._failure is not None:
            raise self._failure
        with self._lock:  # unchecked, since it happens many times a second; `write` checks
            self.status = self.status.model_copy(update=values)

    def note(self, sentence: str) -> None:
        """Adds something that a person should know to the notices, once."""
        if sentence not in self.status.notices:
            self.change(notices=[*self.status.notices, sentence])

    def write(self, **values: Any) -> None:
        """Changes fields and writes at once; raises StorageFailed."""
        with self._lock:
            self.status = self.status.changed(**{**values, **self._times(values), "heartbeat": time.time()})
            write_status(self.run.status_file, self.status)
            self._watch(self.status)

    def _times(self, values: Mapping[str, Any]) -> dict[str, dict[str, float]]:
        """How long each phase has taken, where these values end one."""
        if "phase" not in values:
            return {}
        began, self._phase_began = self._phase_began, time.monotonic()
        if began is None:
            return {"phase_seconds": {}}
        name = self.status.phase or "training"
        known = self.status.phase_seconds
        return {"phase_seconds": {**known, name: known.get(name, 0.0) + self._phase_began - began}}

    def finish(self, **values: Any) -> None:
        """Writes the last status, on a full disk too, and writes no more; raises StorageFailed."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join()
        now = time.time()
        seconds = now - (self.status.started or now) + (self.before.seconds or 0.0)
        values = {"finished": now, "seconds": seconds, **values}
        try:
            self.write(**values, seconds_left=None, phase=None)
        except StorageFailed:
            self._write_in_place()

    def _write_in_place(self) -> None:
        """Over the old content: a full disk has no room for a second file, but the first keeps its place.

        Not atomic, so only where there is nothing to lose; blanks at the end of JSON mean nothing.
        """
        content = self.status.model_copy(update={"notices": []}).model_dump_json().encode()
        path = self.run.status_file
        try:
            with path.open("r+b") as file:
                file.write(content.ljust(os.fstat(file.fileno()).st_size))
                file.truncate()
        except OSError as error:
            raise storage_failed(path, error) from error

    def _keep_writing(self) -> None:
        while not self._ended.wait(WRITE_SECONDS):
            try:
                self.write()
            except StorageFailed as error:  # told to the training by `change`
                self._failure = error
                return
