"""How fast a network trains here with one device, precision and number of threads: one process for each.

`python -m trainers measure` reads one request on standard input and answers with one line on standard output:

    {"plan": {…spec…}}                              the setups of this machine, each with a reason where it cannot be
    {"measure": {…spec…}, "seconds": 4}             images a second of that spec

It ends at the end of its input, so it dies with the process that asks. The steps are those that a training does,
compiled in the same way; nothing is written and nothing is looked at between them.
"""

from __future__ import annotations

import itertools
import json
import logging
import os
import threading
import time
from collections.abc import Iterator
from typing import Any, TextIO

import numpy as np
import psutil

from trainers import hardware
from trainers.datasets import DatasetMissing
from trainers.execution import sentence
from trainers.launchers import SpeedRow
from trainers.loop import ChunkLength
from trainers.specs import ClassifySpec, InvalidSpec, Spec, applies, parse_spec, settings

WARM_UP_SECONDS = 1.0
FEWEST_CHUNKS = 5

logger = logging.getLogger(__name__)


def answer_one(requests: TextIO, answers: TextIO) -> None:
    """Answers the request on the first line, with an error's sentence where it cannot be."""
    request = json.loads(requests.readline())
    threading.Thread(target=_end_with, args=(requests,), daemon=True).start()
    answers.write(json.dumps(answer(request), allow_nan=False) + "\n")
    answers.flush()


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """The answer to one request, ready for JSON; {"error": "one sentence"} where there is none."""
    spec: Spec | None = None
    try:
        spec = parse_spec(request["plan" if "plan" in request else "measure"])
        assert isinstance(spec, ClassifySpec)
        if "plan" in request:
            return {"rows": [row.model_dump() for row in plan(spec)]}
        return measure(spec, request["seconds"])
    except (InvalidSpec, DatasetMissing) as error:
        return {"error": str(error)}
    except Exception as error:  # one setup that fails must not keep the others from being measured
        said = sentence(error, spec)
        logger.exception("%s", said)
        return {"error": said}


def _end_with(requests: TextIO) -> None:
    """Ends this process when nobody listens any more."""
    # Not `requests.read()`: a thread that waits with a file's lock in its hands keeps Python from ending.
    while os.read(requests.fileno(), 1024):
        continue
    os._exit(1)


def plan(spec: ClassifySpec) -> Iterator[SpeedRow]:
    """Every setup that could be compared, those that this machine cannot do with the reason as a note."""
    import tensorflow as tf

    graphics = tf.config.list_physical_devices("GPU")
    cores = hardware.usable_cores()
    on_cpu = [SpeedRow(device="cpu", threads=threads) for threads in sorted({1, cores})]
    on_gpu = [SpeedRow(device="gpu", gpu=number) for number in range(len(graphics) or 1)]
    for row, precision in itertools.product([*on_cpu, *on_gpu], _precisions(spec)):
        asked = row.model_copy(update={"precision": precision})
        try:
            device = hardware.device(spec_of(spec, asked))
        except InvalidSpec:
            yield asked.model_copy(update={"note": _why_not(asked, bool(graphics))})
        else:
            yield asked.model_copy(update={"name": device.name})


def _why_not(row: SpeedRow, has_gpu: bool) -> str:
    """Why a setup cannot be measured here."""
    if row.device == "gpu" and not has_gpu:
        return f"{hardware.why_no_gpu()}."
    where = "processor" if row.device == "cpu" else "graphics card"
    return f"Not on this {where}: it does not compute in {row.precision}."


def _precisions(spec: ClassifySpec) -> tuple[str, ...]:
    """The precisions in which this network can be asked to compute."""
    setting = next(one for one in settings(ClassifySpec) if one.name == "precision")
    return setting.choices if applies(setting, spec) else (setting.default,)


def spec_of(spec: ClassifySpec, row: SpeedRow) -> ClassifySpec:
    """The spec with the device, threads and precision of a row; raises InvalidSpec."""
    setup = {name: getattr(row, name) for name in ("device", "threads", "precision")}
    values = {**spec.model_dump(), **setup, "gpu": row.gpu if row.device == "gpu" else 0}
    asked = parse_spec(values)
    assert isinstance(asked, ClassifySpec)
    return asked


def measure(spec: ClassifySpec, seconds: float) -> dict[str, Any]:
    """Images a second of a spec's training: the median and quartiles of many short pieces, after a warm-up.

    `others_cores`: how many cores the other programs of this machine used meanwhile.
    """
    hardware.configure(spec)
    steps = _Steps(spec)
    count = steps.warm_up()
    began, others = time.monotonic(), _seconds_of_others()
    speeds: list[float] = []
    while len(speeds) < FEWEST_CHUNKS or time.monotonic() - began < seconds:
        speeds.append(count * spec.batch_size / steps.run(count))
    others_cores = (_seconds_of_others() - others) / (time.monotonic() - began)
    low, median, high = np.percentile(speeds, [25, 50, 75]).tolist()
    return {
        "images_per_second": median,
        "low": low,
        "high": high,
        "chunks": len(speeds),
        "others_cores": max(0.0, others_cores),
    }


class _Steps:
    """The compiled training steps of a spec, each on a whole batch of the spec's training images."""

    def __init__(self, spec: ClassifySpec) -> None:
        from trainers import datasets, models
        from trainers.gradient_descent import descent, epoch_order

        data = datasets.load(spec)
        images = len(data.train.labels)
        steps = -(-images // spec.batch_size)
        network = models.build(spec, len(data.class_names), data.input_shape)
        self._order = epoch_order(spec.seed, 0, images)
        self._batch = spec.batch_size
        self._descent = descent(
            network, spec, data.train, total_steps=steps * spec.epochs, steps_per_epoch=steps
        )

    def run(self, count: int) -> float:
        """Runs so many steps in one call; gives the seconds that they took."""
        import tensorflow as tf

        rows = tf.constant(np.resize(self._order, count * self._batch))
        began = time.perf_counter()
        self._descent.run_steps(rows, tf.constant(0), tf.constant(count)).numpy()
        return time.perf_counter() - began

    def warm_up(self) -> int:
        """Compiles, and finds how many steps take about as long as a piece of a training does."""
        length = ChunkLength(pace=0)
        length.learn(length.steps, self.run(length.steps))  # compiles
        began, before = time.monotonic(), 0
        while length.steps > 1.5 * before or time.monotonic() - began < WARM_UP_SECONDS:
            before = length.steps
            length.learn(before, self.run(before))
        return length.steps


def _seconds_of_others() -> float:
    """The processor time that all other programs have used so far."""
    seconds = 0.0
    for process in psutil.process_iter(["cpu_times"]):
        times = process.info["cpu_times"]
        if times is not None and process.pid != os.getpid():
            seconds += times.user + times.system
    return seconds
