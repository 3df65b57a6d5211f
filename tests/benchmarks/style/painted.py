"""One painting in a process of its own, as the product paints it, with the moments at which it got better.

    python -m tests.benchmarks.style.painted '{"content": "photo.png", "style": ["painting.png"], "mode": "classic"}'

The last line of standard output is one JSON object. The import of TensorFlow comes before the clock starts; everything
else that a run does is within: pictures, network, Gram matrices, compiling, looks, summaries, saving.
"""

from __future__ import annotations

import json
import math
import resource
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np

from tests.benchmarks.measuring import measured_apart
from trainers.comparisons.event_files import EventFolders
from trainers.execution import execute
from trainers.quick_import import import_tensorflow
from trainers.runs import create_run, read_status
from trainers.specs import StylizeSpec, parse_spec

SIDE = 2048  # of the matrices whose product tells how fast this machine computes
PRODUCTS = 12
CONVOLUTIONS = (2, 2, 3, 3, 1)  # of VGG16 in each block, as far as the objective looks
CHANNELS = (64, 128, 256, 512, 512)


def painted_apart(spec: StylizeSpec) -> dict[str, Any]:
    """What `measure` gives, from a fresh process."""
    return measured_apart("style.painted", spec.model_dump_json(exclude_defaults=True))


def measure(spec: StylizeSpec) -> dict[str, Any]:
    """Paints, and gives the whole run's seconds, its memory, and each look's pass, seconds and loss."""
    import_tensorflow()
    from trainers.style.stylize import quick_way  # late: TensorFlow

    with tempfile.TemporaryDirectory() as folder:
        logdir = Path(folder).resolve()
        began = time.time()
        run = create_run(logdir, spec, experiment="style", name="run")
        execute(run, threading.Event())
        lasted = time.time() - began
        status = read_status(run.status_file)
        if status.state != "completed":
            raise RuntimeError(status.error)
        curves = EventFolders(logdir)
        keys = {
            tag: ("style/run/validation", tag) for tag in ("loss", "content_loss", "style_loss", "tv_loss")
        }
        found = curves.curves(keys.values())
        looks = found[keys["loss"]]
        passes = curves.curves([("style/run/train", "seconds_per_pass")])
        pass_seconds = float(np.median(passes["style/run/train", "seconds_per_pass"].values))
        best = int(np.argmin(looks.values))
        return {
            "seconds": lasted,
            "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000,
            "pass_seconds": pass_seconds,
            "gigaflop_of_a_pass": gigaflop_of_a_pass(status.metrics["width"], status.metrics["height"]),
            "gigaflops_of_matrices": gigaflops_of_matrices(
                "bfloat16" if quick_way(spec) == "bfloat16" else "float32"
            ),
            "looks": [
                [int(step), float(moment - began), float(loss)]
                for step, moment, loss in zip(looks.steps, looks.wall_times, looks.values, strict=True)
            ],
            "best": {name: float(found[key].values[best]) for name, key in keys.items()},
        }


def gigaflop_of_a_pass(width: float, height: float) -> float:
    """10⁹ multiplications and additions of VGG16's convolutions up to conv5_1, forth and back to the picture."""
    multiplied, incoming = 0.0, 3
    for block, (count, channels) in enumerate(zip(CONVOLUTIONS, CHANNELS, strict=True)):
        pixels = math.ceil(width / 2**block) * math.ceil(height / 2**block)
        for _ in range(count):
            multiplied += pixels * 9 * incoming * channels
            incoming = channels
    return 2 * 2 * multiplied / 1e9


def gigaflops_of_matrices(precision: str) -> float:
    """How many 10⁹ operations a second a product of two large matrices gets here, with what TensorFlow was told."""
    import tensorflow as tf

    one = tf.cast(tf.random.stateless_normal([SIDE, SIDE], [1, 2]), precision)
    tf.linalg.matmul(one, one).numpy()
    seconds = []
    for _ in range(PRODUCTS):
        began = time.perf_counter()
        tf.linalg.matmul(one, one).numpy()
        seconds.append(time.perf_counter() - began)
    return 2 * SIDE**3 / float(np.median(seconds)) / 1e9


def seconds_until(row: dict[str, Any], loss: float) -> tuple[int, float] | None:
    """The pass and the seconds at which a painting's saved picture was at or below a loss; None where it never was."""
    return next(((step, seconds) for step, seconds, reached in row["looks"] if reached <= loss), None)


if __name__ == "__main__":
    spec = parse_spec({"task": "stylize", **json.loads(sys.argv[1])})
    assert isinstance(spec, StylizeSpec)
    print(json.dumps(measure(spec)))
