"""One helper process that answers JSON lines: started when first asked, replaced when it died."""

from __future__ import annotations

import json
import selectors
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from trainers.launchers.processes import ROOT

_ANSWER_SECONDS = 120.0


class HelperEnded(Exception):
    """The helper died, was ended, or did not answer in time; the text is one sentence."""


class HelperProcess:
    """The process and its pipes. `ask` is for one thread; `end` and the properties are for any."""

    def __init__(self, command: Sequence[str], log: Path) -> None:
        self._command = list(command)
        self._log = log
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._unread = b""
        self._last_id = 0
        self._closed = False
        self.has_answered = False

    @property
    def pid(self) -> int | None:
        """The living process's number."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    def start(self) -> None:
        """Starts the process unless it lives; raises HelperEnded where it cannot be started."""
        with self._lock:
            if self._closed:
                raise HelperEnded("BoardLab is closing.")
            if self.pid is None:
                self.discard()
                self._process = self._spawn()

    def ask(self, request: str, content: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to one request; raises HelperEnded."""
        self.start()
        process = self._process
        assert process is not None and process.stdin is not None
        self._last_id += 1
        line = json.dumps({"id": self._last_id, "request": request, **content}) + "\n"
        try:
            process.stdin.write(line.encode())
            process.stdin.flush()
            answer = self._read_answer(process, self._last_id)
        except (OSError, ValueError) as error:  # ValueError: closed meanwhile by `end`
            raise HelperEnded(self._sentence()) from error
        self.has_answered = True
        return answer

    def end(self) -> None:
        """Ends the process for good."""
        with self._lock:
            self._closed = True
            if self._process is not None:
                self._process.kill()
                self._process.wait()

    def _spawn(self) -> subprocess.Popen[bytes]:
        try:
            with self._log.open("wb") as log:
                return subprocess.Popen(
                    self._command,
                    cwd=ROOT,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    start_new_session=True,
                )
        except OSError as error:
            raise HelperEnded(
                f"The helper process could not be started ({error.strerror}): close other programs and try again."
            ) from error

    def discard(self) -> None:
        """Forgets a dead process and what it had said: for the thread that asks, or after its end."""
        if self._process is not None:
            for pipe in (self._process.stdin, self._process.stdout):
                assert pipe is not None
                try:
                    pipe.close()
                except BrokenPipeError:  # what it was never told
                    continue
        self._process, self._unread, self.has_answered = None, b"", False

    def _read_answer(self, process: subprocess.Popen[bytes], wanted: int) -> dict[str, Any]:
        until = time.monotonic() + _ANSWER_SECONDS
        while True:
            while b"\n" in self._unread:
                line, self._unread = self._unread.split(b"\n", 1)
                answer = _as_answer(line)
                if answer is not None and answer.get("id") == wanted:
                    return answer
            self._unread += self._read_some(process, until - time.monotonic())

    def _read_some(self, process: subprocess.Popen[bytes], seconds: float) -> bytes:
        assert process.stdout is not None
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            heard = seconds > 0 and selector.select(seconds)
        if not heard:
            process.kill()  # a helper that hangs is no better than a dead one
            process.wait()
            raise HelperEnded(f"The helper process did not answer within {_ANSWER_SECONDS:.0f} seconds.")
        content = process.stdout.read1(65_536)  # type: ignore[attr-defined]
        if not content:
            process.wait()
            raise HelperEnded(self._sentence())
        return bytes(content)

    def _sentence(self) -> str:
        return f"The helper process ended before it answered: see {self._log} and try again."


def _as_answer(line: bytes) -> dict[str, Any] | None:
    """The object on a line, None for what a library printed there."""
    try:
        answer = json.loads(line)
    except ValueError:
        return None
    return answer if isinstance(answer, dict) else None
