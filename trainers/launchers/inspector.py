"""What a spec would do, answered by a helper process that has TensorFlow. The dashboard never waits for it.

The helper is `python -m trainers inspect`. It reads one JSON object a line from standard input and answers
each with one line on standard output (other lines there are ignored):

    {"id": 3, "request": "describe", "spec": {…}}
    {"id": 3, "answer": {…}}    or    {"id": 3, "error": "one sentence"}

It ends at the end of its input, so it dies with the dashboard. Answers are kept in memory, descriptions also in the
state folder, under a name made of the request, the spec, the files that it names, our own source, TensorFlow's version,
and the machine since its start.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import importlib.metadata
import json
import math
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import pydantic

from trainers.launchers.helper_process import HelperEnded, HelperProcess
from trainers.launchers.processes import PROGRAM, ROOT
from trainers.launchers.samples import Sample, published_in, samples_in, version
from trainers.launchers.stamps import stamp_of_files
from trainers.runs import (
    DamagedFile,
    StorageFailed,
    boot_id,
    host,
    read_json,
    write_atomically,
)
from trainers.specs import Spec, StylizeSpec, spec_hash

_MOST_ANSWERS = 512
_TRIES = 2
_SECONDS_BETWEEN_TRIES = 10.0
_CLOSING = "BoardLab is closing."
_NONSENSE = "The helper process gave an answer that cannot be understood: see its log."
_DESCRIBE = "describe"
_FIT = "fit"
_SECONDS_OF_MEMORY = 10.0  # how long it is believed how much memory is free
# What a preview of a painting and the size of one depend on: the other settings may change without a new answer.
_SEEN_IN_PREVIEW = (
    "content",
    "style",
    "content_weight",
    "style_weight",
    "style_blend",
    "preserve_colours",
    "colour_matching",
)
_SEEN_IN_FIT = (
    "content",
    "style",
    "size",
    "style_scale",
    "network",
    "network_file",
    "initial",
    "initial_file",
    "mask",
    "tiles",
)


class Layer(pydantic.BaseModel):
    """One layer of a network.

    `kind` is its class in Keras, `output_shape` is without the batch, as [28, 28, 32]; `multiply_adds` are for one
    input; `window` is the kernel's or the pooling's size, and `rate` the share that dropout switches off, both empty
    for other layers; `inputs` are the names of the layers (or of the network's input) that it reads.
    """

    model_config = pydantic.ConfigDict(frozen=True, extra="ignore")

    name: str
    kind: str
    output_shape: tuple[int | None, ...]
    parameters: int
    multiply_adds: int
    activation: str
    window: tuple[int, ...]
    rate: float
    inputs: tuple[str, ...]


class Description(pydantic.BaseModel):
    """What will be built: layers in order, parameters, multiply-adds for one input, and the device with the reason.

    `example` says what one input is: image, point or window.
    """

    model_config = pydantic.ConfigDict(frozen=True, extra="ignore")

    example: Literal["image", "point", "window"]
    input_shape: tuple[int | None, ...]
    layers: tuple[Layer, ...]
    parameters: int
    multiply_adds: int
    device: str
    device_reason: str


class Fit(pydantic.BaseModel):
    """Whether a painting can be made: `problem` says in one sentence why not, "" where it can.

    `largest` is the longest side in pixels that fits into memory, 0 where that is not known or none does.
    """

    model_config = pydantic.ConfigDict(frozen=True, extra="ignore")

    problem: str
    largest: int


@dataclass(frozen=True)
class Pending:
    """The answer is being worked out; ask again. `starting` while the helper still imports TensorFlow."""

    starting: bool


_UNDERSTOOD: dict[str, type[pydantic.BaseModel]] = {_DESCRIBE: Description, _FIT: Fit}


@dataclass(frozen=True)
class Failed:
    """There is no answer; `sentence` says why."""

    sentence: str


Answer = Mapping[str, Any]  # an object of JSON


@dataclass(frozen=True)
class _Known:
    """An answer and how long it is true (monotonic seconds)."""

    answer: Answer | Failed
    until: float = float("inf")


@dataclass(frozen=True)
class _Question:
    """What the helper is asked, and a name for the answer: the same as long as the answer is the same."""

    request: str
    key: str
    content: Mapping[str, Any]

    @property
    def seconds(self) -> float:
        """How long the answer is true: memory is taken and given back."""
        return _SECONDS_OF_MEMORY if self.request == _FIT else math.inf

    @property
    def is_kept(self) -> bool:
        """Whether the answer is worth a file: pictures are large and quickly made again."""
        return self.request == _DESCRIBE


class Inspector:
    """Asks one helper process, from any thread. Make one a dashboard, and close it at the end.

    Nothing starts before the first question. A helper that was killed is replaced and asked again.
    """

    def __init__(self, state: Path, program: Sequence[str] = PROGRAM) -> None:
        self._folder = state / "cache" / "descriptions"
        self._samples = state / "cache" / "samples" / version()
        self._published = state / "cache" / "paintings"
        self._helper = HelperProcess([*program, "inspect"], state / "inspector.log")
        self._answers: OrderedDict[str, _Known] = OrderedDict()
        self._asked: OrderedDict[str, _Question] = OrderedDict()
        self._changed = threading.Condition()
        self._worker: threading.Thread | None = None
        self._closed = False

    @property
    def helper_pid(self) -> int | None:
        """The helper's process number, None while there is none."""
        return self._helper.pid

    @property
    def is_awake(self) -> bool:
        """Whether the helper has answered already: one that still imports TensorFlow is not worth a short wait."""
        return self._helper.has_answered

    def describe(self, spec: Spec, *, wait_seconds: float = 0.0) -> Description | Pending | Failed:
        """What `spec` would build: `ask` with the answer understood."""
        answer = self.ask(_DESCRIBE, spec, wait_seconds=wait_seconds)
        return answer if isinstance(answer, Pending | Failed) else Description.model_validate(answer)

    def ask(self, request: str, spec: Spec, *, wait_seconds: float = 0.0) -> Answer | Pending | Failed:
        """The answer to a request, if it is known within `wait_seconds`; else Pending, and it is worked out.

        `request` is one of those about a spec in `trainers.inspection`, as schedule or precision. Where there
        is none, Failed says why for some seconds before it is tried again.
        """
        return self._told(_about(request, spec), wait_seconds)

    def samples(self, *, wait_seconds: float = 0.0) -> tuple[Sample, ...] | Pending | Failed:
        """The pictures that come with the lab, once all of them lie in the state folder."""
        found = samples_in(self._samples)
        told = [self.bring(sample, wait_seconds=wait_seconds) for sample in found]
        return next((one for one in told if isinstance(one, Failed)), None) or next(
            (one for one in told if isinstance(one, Pending)), found
        )

    def published(self) -> tuple[Sample, ...]:
        """Well-known paintings that `bring` gets from the internet, whether their files are there yet or not."""
        return published_in(self._published)

    def catalogue(self) -> tuple[Sample, ...]:
        """All pictures that `bring` can bring, whether their files are there yet or not."""
        return (*samples_in(self._samples), *self.published())

    def bring(self, sample: Sample, *, wait_seconds: float = 0.0) -> Sample | Pending | Failed:
        """One picture of the `catalogue`, once its file is there: drawn, or fetched where it is a published one."""
        request = "fetch" if sample.path.parent == self._published else "sample"
        return self._laid_down(request, sample, wait_seconds)

    def _laid_down(self, request: str, sample: Sample, wait_seconds: float) -> Sample | Pending | Failed:
        if sample.path.exists():
            return sample
        asked = {"name": sample.name, "folder": str(sample.path.parent)}
        question = _Question(request, _hashed(request, json.dumps(asked)), asked)
        self._forget_unless_failed(question.key)
        answer = self._told(question, wait_seconds)
        return answer if isinstance(answer, Pending | Failed) else sample

    def preview(self, spec: StylizeSpec, *, wait_seconds: float = 0.0) -> bytes | Pending | Failed:
        """About how a painting would look, from a network that paints in one go: a JPEG of at most 512 pixels."""
        answer = self._told(_about("preview", _seen(spec, _SEEN_IN_PREVIEW)), wait_seconds)
        if isinstance(answer, Pending | Failed):
            return answer
        try:
            return base64.b64decode(answer["jpeg"], validate=True)
        except (KeyError, TypeError, binascii.Error):
            return Failed(_NONSENSE)

    def fit(self, spec: StylizeSpec, *, wait_seconds: float = 0.0) -> Fit | Pending | Failed:
        """Whether the pictures of a painting can be read, and its size fits into the memory that is free."""
        answer = self._told(_about(_FIT, _seen(spec, _SEEN_IN_FIT)), wait_seconds)
        return answer if isinstance(answer, Pending | Failed) else Fit.model_validate(answer)

    def _told(self, question: _Question, wait_seconds: float) -> Answer | Pending | Failed:
        key = question.key
        with self._changed:
            if self._known(key) is None:
                self._put(question, key)
                self._changed.wait_for(lambda: self._known(key) is not None or self._closed, wait_seconds)
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

    def _forget_unless_failed(self, key: str) -> None:
        """An answer that said where a file lies is worth nothing once the file is gone."""
        with self._changed:
            if not isinstance(self._known(key), Failed):
                self._answers.pop(key, None)

    def _known(self, key: str) -> Answer | Failed | None:
        known = self._answers.get(key)
        if known is None or time.monotonic() > known.until:
            return None
        self._answers.move_to_end(key)
        return known.answer

    def _put(self, question: _Question, key: str) -> None:
        if self._closed:
            return
        if question.is_kept and (kept := self._read(key)) is not None:
            self._remember(key, _Known(kept))
            return
        self._asked[key] = question
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
            key, asked = question
            known = self._answer(asked)
            if asked.is_kept and not isinstance(known.answer, Failed):
                self._keep(key, known.answer)
            with self._changed:
                self._asked.pop(key, None)
                self._remember(key, known)
                self._changed.notify_all()

    def _next_question(self) -> tuple[str, _Question] | None:
        """The newest question: the older ones are settings that somebody has moved on from."""
        with self._changed:
            self._changed.wait_for(lambda: self._asked or self._closed)
            if self._closed:
                return None
            key = next(reversed(self._asked))
            return key, self._asked[key]

    def _answer(self, question: _Question) -> _Known:
        sentence = _CLOSING
        for _ in range(_TRIES):
            if self._closed:
                break
            try:
                told = self._helper.ask(question.request, question.content)
                return _known(_understood(question.request, told), question.seconds)
            except HelperEnded as error:
                sentence = _CLOSING if self._closed else str(error)
        return _known(Failed(sentence))

    def _remember(self, key: str, known: _Known) -> None:
        self._answers[key] = known
        while len(self._answers) > _MOST_ANSWERS:
            self._answers.popitem(last=False)

    def _read(self, key: str) -> Answer | None:
        try:
            kept: Answer = read_json(self._folder / f"{key}.json")
            Description.model_validate(kept)
        except (FileNotFoundError, DamagedFile, pydantic.ValidationError):
            return None
        return kept

    def _keep(self, key: str, answer: Answer) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            write_atomically(self._folder / f"{key}.json", json.dumps(answer).encode())
        except (StorageFailed, OSError):
            return  # a cache that cannot be written only costs the next start some time


def _about(request: str, spec: Spec) -> _Question:
    """A question about a spec, and about the files that it names as they are now."""
    key = _hashed(request, f"{spec_hash(spec)} {stamp_of_files(spec)}")
    return _Question(request, key, {"spec": spec.model_dump(mode="json")})


def _seen(spec: StylizeSpec, names: Sequence[str]) -> StylizeSpec:
    """A painting's spec with these settings, and all others at their default."""
    return StylizeSpec().model_copy(update={name: getattr(spec, name) for name in names})


def _hashed(request: str, content: str) -> str:
    return hashlib.sha256(f"{request} {content} {_circumstances()}".encode()).hexdigest()[:32]


def _known(answer: Answer | Failed, seconds: float = math.inf) -> _Known:
    """An answer that holds so long; a failure only for some seconds: a missing file may come, a dead helper live."""
    if isinstance(answer, Failed):
        seconds = _SECONDS_BETWEEN_TRIES
    return _Known(answer, until=time.monotonic() + seconds)


def _understood(request: str, told: Mapping[str, Any]) -> Answer | Failed:
    if "error" in told:
        return Failed(str(told["error"]))
    answer = told.get("answer")
    try:
        if request in _UNDERSTOOD:
            _UNDERSTOOD[request].model_validate(answer)
    except pydantic.ValidationError:
        return Failed(_NONSENSE)
    return answer if isinstance(answer, Mapping) else Failed(_NONSENSE)


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
