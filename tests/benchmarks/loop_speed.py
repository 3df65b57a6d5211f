"""Images a second: the lab's loop against Keras' `fit` on the same network, and against the machine's arithmetic.

    python -m tests.benchmarks.loop_speed [--samples 5] [--seconds 8] [--only mnist] [--mnist FILE] [--anew]

Every row is a fresh process that trains one network for so many seconds, after a warm-up that compiles: on MNIST's
55,000 training images, and on the 4,000 of the bundled mnist-5k, whose epochs are short. Both sides have the same
network, starting weights, batch size, optimizer and threads, and look at the validation images after every epoch;
nothing is written. The last columns are our arithmetic (a multiply-add is two operations; a training step does three
times those of a forward pass) and its share of what a large matrix product does on this machine: the limit of its
arithmetic, measured in the same call.
"""

from __future__ import annotations

import itertools
import json
import math
import time
from pathlib import Path
from typing import Any

from tests.benchmarks.measuring import (
    keep_rows,
    kept_rows,
    measured_apart,
    percentile,
    report,
    table,
    timed_sampling,
)
from tests.benchmarks.trainings import MNIST, fewest
from trainers.loop import CHUNK_SECONDS

NAME = "loop_speed"
MODELS = ("softmax", "mlp", "simple_cnn", "lenet5", "lstm")
SMALL = ("softmax", "mlp")
OURS, FIT = SIDES = ("ours", "fit")
LIMIT = "matrix product"
WARM_UP_EPOCHS = {"mnist": 1, "mnist-5k": 2}


def main() -> None:
    """Measures what is missing and prints the table."""
    parser = timed_sampling(
        __doc__, rows="rows of each network and side", samples=5, seconds=8, row=("MODEL", "SIDE", "DATASET")
    )
    datasets = tuple(WARM_UP_EPOCHS)
    parser.add_argument("--only", nargs="+", choices=datasets, default=datasets, help="these data sets alone")
    parser.add_argument("--mnist", type=Path, default=MNIST, help="mnist.npz (default: %(default)s)")
    chosen = parser.parse_args()
    if chosen.row:
        print(json.dumps(measure(*chosen.row, chosen.seconds, chosen.mnist)))
        return
    rows = kept_rows(NAME, anew=chosen.anew)
    kinds = [
        LIMIT,
        *(f"{model} {side} {dataset}" for dataset in chosen.only for model in MODELS for side in SIDES),
    ]
    while kind := fewest(rows, kinds, lambda kind: chosen.samples):
        words = (LIMIT, OURS, "") if kind == LIMIT else kind.split()
        row = measured_apart(NAME, f"--seconds={chosen.seconds}", f"--mnist={chosen.mnist}", "--row", *words)
        rows.append({"kind": kind, **row})
        keep_rows(NAME, rows)
        print(rows[-1], flush=True)
    report(summary(rows))


def measure(model: str, side: str, dataset: str, seconds: float, mnist: Path) -> dict[str, Any]:
    """Images a second of one side, or multiply-adds a second of a matrix product."""
    if model == LIMIT:
        return {"multiply_adds_per_second": matrix_product(seconds / 4)}
    from trainers import datasets, hardware, models
    from trainers.multiply_adds import multiply_adds
    from trainers.specs import ClassifySpec

    file = {"mnist_file": mnist} if dataset == "mnist" else {}
    spec = ClassifySpec(model=model, dataset=dataset, epochs=10_000, **file)
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
    epoch, at_once, began, warm_up = 0, 1, 0.0, WARM_UP_EPOCHS[spec.dataset]
    while epoch <= warm_up or time.monotonic() - began < seconds:
        if epoch == warm_up:
            began = time.monotonic()
        orders = [epoch_order(spec.seed, number, images) for number in range(epoch, epoch + at_once)]
        started = time.monotonic()
        run_epochs(tf.constant(np.stack(orders)))[0].numpy()
        epoch += at_once
        if epoch > warm_up:
            at_once = max(1, min(64, int(CHUNK_SECONDS * at_once / (time.monotonic() - started))))
    return (epoch - warm_up) * images / (time.monotonic() - began)


def train_fit(spec: Any, data: Any, network: Any, seconds: float) -> float:
    """Keras' own loop as its guides write it: arrays, `compile`, `fit` with validation data."""
    import keras
    import numpy as np

    warm_up = WARM_UP_EPOCHS[spec.dataset]

    class Clock(keras.callbacks.Callback):  # type: ignore[misc]
        began, epochs = 0.0, 0

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            if epoch + 1 == warm_up:
                self.began = time.monotonic()
            self.epochs = epoch + 1 - warm_up
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
    for dataset, model in itertools.product(WARM_UP_EPOCHS, MODELS):
        found = {side: [row for row in rows if row["kind"] == f"{model} {side} {dataset}"] for side in SIDES}
        if not all(found.values()) or not limits:
            continue
        speeds = {side: percentile([row["images_per_second"] for row in found[side]], 50) for side in SIDES}
        arithmetic = 3 * found[OURS][0]["multiply_adds"] * speeds[OURS]  # multiply-adds a second
        goal = "≥ 3" if model in SMALL else "≥ 1"
        lines.append(
            [
                dataset,
                model,
                len(found[OURS]) + len(found[FIT]),
                *(round(speeds[side]) for side in SIDES),
                speeds[OURS] / speeds[FIT],
                goal,
                _gigaflops(arithmetic),
                f"{arithmetic / percentile(limits, 50):.0%}",
            ]
        )
    heads = [
        "images",
        "network",
        "samples",
        "ours, images/s",
        "fit, images/s",
        "ratio",
        "goal",
        "ours, GFLOP/s",
        "of the machine's limit",
    ]
    limit = (
        f"The limit: a float32 matrix product does {_gigaflops(percentile(limits, 50))} GFLOP/s."
        if limits
        else ""
    )
    return f"{table(heads, lines)}\n\nMedians. {limit}"


def _gigaflops(multiply_adds: float) -> str:
    return f"{2 * multiply_adds / 1e9:.1f}"


if __name__ == "__main__":
    main()
