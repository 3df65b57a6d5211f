"""Images a second: the lab's loop against Keras' `fit` on the same network, and against the machine's arithmetic.

    python -m tests.benchmarks.loop_speed [--samples 5] [--seconds 8] [--anew]

Every row is a fresh process that trains one network on mnist-5k's 4,000 digits for so many seconds, after a warm-up
that compiles. Both sides have the same network, starting weights, batch size, optimizer and threads, and look at
the validation images after every epoch; nothing is written. The last column divides the multiply-adds of the training
(three times those of a forward pass) by the fastest matrix product that this machine does.
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
import sys
import time
from typing import Any

from tests.benchmarks.measuring import keep_rows, kept_rows, percentile, sampling, table
from tests.benchmarks.trainings import fewest
from tests.running import REPOSITORY
from trainers.loop import CHUNK_SECONDS

NAME = "loop_speed"
MODELS = ("softmax", "mlp", "simple_cnn", "lenet5", "lstm")
SMALL = ("softmax", "mlp")
OURS, FIT = SIDES = ("ours", "fit")
LIMIT = "matrix product"
WARM_UP_EPOCHS = 2


def main() -> None:
    """Measures what is missing and prints the table."""
    parser = sampling(__doc__, rows="rows of each network and side", samples=5)
    parser.add_argument("--seconds", type=float, default=8.0, help="how long each trains (default: 8)")
    parser.add_argument("--row", nargs=2, metavar=("MODEL", "SIDE"), help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.row:
        print(json.dumps(measure(*chosen.row, chosen.seconds)))
        return
    rows = [] if chosen.anew else kept_rows(NAME)
    kinds = [LIMIT, *(f"{model} {side}" for model in MODELS for side in SIDES)]
    while kind := fewest(rows, kinds, lambda kind: chosen.samples):
        model, side = (LIMIT, OURS) if kind == LIMIT else kind.split()
        rows.append({"kind": kind, **apart(model, side, chosen.seconds)})
        keep_rows(NAME, rows)
        print(rows[-1], flush=True)
    print(summary(rows))


def apart(model: str, side: str, seconds: float) -> dict[str, Any]:
    """One row, in a process of its own: TensorFlow settles its threads once."""
    command = [
        sys.executable,
        "-m",
        "tests.benchmarks.loop_speed",
        f"--seconds={seconds}",
        "--row",
        model,
        side,
    ]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def measure(model: str, side: str, seconds: float) -> dict[str, Any]:
    """Images a second of one side, or multiply-adds a second of a matrix product."""
    if model == LIMIT:
        return {"multiply_adds_per_second": matrix_product(seconds / 4)}
    from trainers import datasets, hardware, models
    from trainers.multiply_adds import multiply_adds
    from trainers.specs import ClassifySpec

    spec = ClassifySpec(model=model, epochs=10_000)
    if side == OURS:
        hardware.configure(spec)  # threads are the lab's choice; Keras users have TensorFlow's
    data = datasets.load(spec)
    network = models.build(spec, len(data.class_names), data.input_shape)
    train = train_ours if side == OURS else train_fit
    images_per_second = train(spec, data, network, seconds)
    work = sum(multiply_adds(layer) for layer in network.layers)
    return {"images_per_second": images_per_second, "multiply_adds": work}


def train_ours(spec: Any, data: Any, network: Any, seconds: float) -> float:
    """The lab's compiled epochs as its loop calls them, each with its look at the validation images."""
    import numpy as np
    import tensorflow as tf

    from trainers.gradient_descent import compiled_epochs, compiled_validation, descent, epoch_order

    images = len(data.train.labels)
    steps = math.ceil(images / spec.batch_size)
    learning = descent(network, spec, data.train, total_steps=steps * spec.epochs, steps_per_epoch=steps)
    run_epochs = compiled_epochs(learning, compiled_validation(network, data.validation), steps)
    epoch, at_once, began = 0, 1, 0.0
    while epoch <= WARM_UP_EPOCHS or time.monotonic() - began < seconds:
        if epoch == WARM_UP_EPOCHS:
            began = time.monotonic()
        orders = [epoch_order(spec.seed, number, images) for number in range(epoch, epoch + at_once)]
        started = time.monotonic()
        run_epochs(tf.constant(np.stack(orders)))[0].numpy()
        epoch += at_once
        if epoch > WARM_UP_EPOCHS:
            at_once = max(1, min(64, int(CHUNK_SECONDS * at_once / (time.monotonic() - started))))
    return (epoch - WARM_UP_EPOCHS) * images / (time.monotonic() - began)


def train_fit(spec: Any, data: Any, network: Any, seconds: float) -> float:
    """Keras' own loop as its guides write it: arrays, `compile`, `fit` with validation data."""
    import keras
    import numpy as np

    class Clock(keras.callbacks.Callback):  # type: ignore[misc]
        began, epochs = 0.0, 0

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            if epoch + 1 == WARM_UP_EPOCHS:
                self.began = time.monotonic()
            self.epochs = epoch + 1 - WARM_UP_EPOCHS
            self.model.stop_training = self.epochs > 0 and time.monotonic() - self.began >= seconds

    def as_input(images: Any) -> Any:
        return images.astype(np.float32)[..., np.newaxis] / 255

    network.compile(
        optimizer=keras.optimizers.Adam(spec.learning_rate),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    clock = Clock()
    network.fit(
        as_input(data.train.images),
        data.train.labels,
        batch_size=spec.batch_size,
        epochs=spec.epochs,
        validation_data=(as_input(data.validation.images), data.validation.labels),
        validation_batch_size=1_000,
        verbose=0,
        callbacks=[clock],
    )
    return clock.epochs * len(data.train.labels) / (time.monotonic() - clock.began)


def matrix_product(seconds: float, size: int = 2_048) -> float:
    """Multiply-adds a second of a large float32 matrix product in TensorFlow."""
    import tensorflow as tf

    left, right = tf.random.normal([size, size]), tf.random.normal([size, size])
    product = tf.function(tf.linalg.matmul)
    product(left, right)
    began, count = time.monotonic(), 0
    while time.monotonic() - began < seconds:
        product(left, right).numpy()
        count += 1
    return count * size**3 / (time.monotonic() - began)


def summary(rows: list[dict[str, Any]]) -> str:
    """The table of the issue."""
    limits = [row["multiply_adds_per_second"] for row in rows if row["kind"] == LIMIT]
    lines = []
    for model in MODELS:
        found = {side: [row for row in rows if row["kind"] == f"{model} {side}"] for side in SIDES}
        if not all(found.values()) or not limits:
            continue
        speeds = {side: percentile([row["images_per_second"] for row in found[side]], 50) for side in SIDES}
        arithmetic = 3 * found[OURS][0]["multiply_adds"] * speeds[OURS] / percentile(limits, 50)
        goal = "≥ 3" if model in SMALL else "≥ 1"
        lines.append(
            [
                model,
                len(found[OURS]) + len(found[FIT]),
                *(round(speeds[side]) for side in SIDES),
                speeds[OURS] / speeds[FIT],
                goal,
                f"{arithmetic:.0%}",
            ]
        )
    heads = [
        "network",
        "samples",
        "ours, images/s",
        "fit, images/s",
        "ratio",
        "goal",
        "of the machine's arithmetic",
    ]
    note = f"A matrix product does {percentile(limits, 50) * 2 / 1e9:.0f} GFLOP/s." if limits else ""
    return f"{table(heads, lines)}\n\nMedians. {note}"


if __name__ == "__main__":
    main()
