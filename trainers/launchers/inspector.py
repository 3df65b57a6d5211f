"""What a spec would build, answered by a helper process that has TensorFlow. The dashboard never waits for it.

The helper is `python -m trainers inspect`. It reads one JSON object a line from standard input and answers
each with one line on standard output (other lines there are ignored):

    {"id": 3, "request": "describe", "spec": {…}}
    {"id": 3, "answer": {a Description}}    or    {"id": 3, "error": "one sentence"}

It ends at the end of its input, so it dies with the dashboard. Answers are kept in memory and in the state
folder, under a name made of the spec, our own source, TensorFlow's version, and the machine since its start.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pydantic

from trainers.launchers.helper_process import HelperEnded, HelperProcess
from trainers.launchers.processes import PROGRAM, ROOT
from trainers.runs import (
    DamagedFile,
    StorageFailed,
    boot_id,
    host,
    read_json,
    write_atomically,
)
from trainers.specs import Spec, spec_hash

_MOST_ANSWERS = 512
_TRIES = 2
_SECONDS_BETWEEN_TRIES = 10.0
_CLOSING = "BoardLab is closing."


class Layer(pydantic.BaseModel):
    """One layer of a network; `output_shape` without the batch, as [28, 28, 32]."""

    model_config = pydantic.ConfigDict(frozen=True, extra="ignore")

    name: str
    kind: str
    output_shape: tuple[int | None, ...]
    parameters: int


class Description(pydantic.BaseModel):
    """What will be built: layers, parameters, multiply-adds for one image, and the device with the reason."""

    model_config = pydantic.ConfigDict(frozen=True, extra="ignore")

    layers: tuple[Layer, ...]
    parameters: int
    multiply_adds: int
    device: str
    device_reason: str


@dataclass(frozen=True)
class Pending:
    """The answer is being worked out; ask again. `starting` while the helper still imports TensorFlow."""

    starting: bool


@dataclass(frozen=True)
class Failed:
    """There is no answer; `sentence` says why."""

    sentence: str


@dataclass(frozen=True)
class _Known:
    """An answer and how long it is true (monotonic seconds): a dead helper may live again."""

    answer: Description | Failed
    until: float = float("inf")


class Inspector:
    """Asks one helper process, from any thread. Make one a dashboard, and close it at the end.

    Nothing starts before the first question. A helper that was killed is replaced and asked again.
    """

    def __init__(self, state: Path, program: Sequence[str] = PROGRAM) -> None:
        self._folder = state / "cache" / "descriptions"
        self._helper = HelperProcess([*program, "inspect"], state / "inspector.log")
        self._answers: OrderedDict[str, _Known] = OrderedDict()
        self._asked: OrderedDict[str, Spec] = OrderedDict()
        self._changed = threading.Condition()
        self._worker: threading.Thread | None = None
        self._closed = False

    @property
    def helper_pid(self) -> int | None:
        """The helper's process number, None while there is none."""
        return self._helper.pid

    def describe(self, spec: Spec, *, wait_seconds: float = 0.0) -> Description | Pending | Failed:
        """What `spec` would build, if it is known within `wait_seconds`; else Pending, and it is worked out.

        Where the helper died over it, Failed says so for some seconds before it is tried again.
        """
        key = _key(spec)
        with self._changed:
            if self._known(key) is None:
                self._ask(key, spec)
                self._changed.wait_for(lambda: self._known(key) or self._closed, wait_seconds)
            if (answer := self._known(key)) is not None:
                return answer
            return Failed(_CLOSING) if self._closed else Pending(starting=not self._helper.has_answered)

    def warm_up(self) -> None:
        """Starts the helper now, so that the first question is answered soon."""
        with self._changed:
            self._start_worker()

    def close(self) -> None:
        """Ends the helper; later questions fail."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
            worker = self._worker
        self._helper.end()
        if worker is not None:
            worker.join()
        self._helper.discard()

    def _known(self, key: str) -> Description | Failed | None:
        known = self._answers.get(key)
        if known is None or time.monotonic() > known.until:
            return None
        self._answers.move_to_end(key)
        return known.answer

    def _ask(self, key: str, spec: Spec) -> None:
        if self._closed:
            return
        if (kept := self._read(key)) is not None:
            self._remember(key, _Known(kept))
            return
        self._asked[key] = spec
        self._asked.move_to_end(key)
        while len(self._asked) > _MOST_ANSWERS:
            self._asked.popitem(last=False)
        self._start_worker()
        self._changed.notify_all()

    def _start_worker(self) -> None:
        if self._worker is None and not self._closed:
            self._worker = threading.Thread(target=self._work, name="inspector", daemon=True)
            self._worker.start()

    def _work(self) -> None:
        with suppress(HelperEnded):  # the first question will tell
            self._helper.start()
        while (question := self._next_question()) is not None:
            key, spec = question
            known = self._answer(spec)
            if isinstance(known.answer, Description):
                self._keep(key, known.answer)
            with self._changed:
                self._asked.pop(key, None)
                self._remember(key, known)
                self._changed.notify_all()

    def _next_question(self) -> tuple[str, Spec] | None:
        """The newest question: the older ones are settings that somebody has moved on from."""
        with self._changed:
            self._changed.wait_for(lambda: self._asked or self._closed)
            if self._closed:
                return None
            key = next(reversed(self._asked))
            return key, self._asked[key]

    def _answer(self, spec: Spec) -> _Known:
        sentence = _CLOSING
        for _ in range(_TRIES):
            if self._closed:
                break
            try:
                told = self._helper.ask("describe", {"spec": spec.model_dump(mode="json")})
                return _Known(_understood(told))
            except HelperEnded as error:
                sentence = _CLOSING if self._closed else str(error)
        return _Known(Failed(sentence), until=time.monotonic() + _SECONDS_BETWEEN_TRIES)

    def _remember(self, key: str, known: _Known) -> None:
        self._answers[key] = known
        while len(self._answers) > _MOST_ANSWERS:
            self._answers.popitem(last=False)

    def _read(self, key: str) -> Description | None:
        try:
            return Description.model_validate(read_json(self._folder / f"{key}.json"))
        except (FileNotFoundError, DamagedFile, pydantic.ValidationError):
            return None

    def _keep(self, key: str, answer: Description) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            write_atomically(self._folder / f"{key}.json", answer.model_dump_json().encode())
        except (StorageFailed, OSError):
            return  # a cache that cannot be written only costs the next start some time


def _understood(told: Mapping[str, Any]) -> Description | Failed:
    if "error" in told:
        return Failed(str(told["error"]))
    try:
        return Description.model_validate(told.get("answer"))
    except pydantic.ValidationError:
        return Failed("The helper process gave an answer that cannot be understood: see its log.")


def _key(spec: Spec) -> str:
    return hashlib.sha256(f"{spec_hash(spec)} {_circumstances()}".encode()).hexdigest()[:32]


@cache
def _circumstances() -> str:
    """All but the spec that an answer depends on: our source, TensorFlow, and the devices of this machine."""
    source = hashlib.sha256()
    for path in sorted((ROOT / "trainers").rglob("*.py")):
        source.update(path.read_bytes())
    return " ".join(
        (
            source.hexdigest(),
            importlib.metadata.version("tensorflow"),
            host(),
            boot_id(),
            os.environ.get("CUDA_VISIBLE_DEVICES", "all"),
        )
    )
