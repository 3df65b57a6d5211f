"""What writing everything down costs a training: images a second with all default summaries, and without any.

    python -m tests.benchmarks.logging_cost [--samples 30] [--seconds 60] [--only softmax] [--mnist FILE]

There are two kinds, each row a training on MNIST of so many seconds in a process of its own, with the same compiled
steps in the same loop and the threads that the lab chooses for the network:

    all summaries   a run as `python -m trainers classify` trains it, from its first summary to its last picture
    bare            the same steps and the same looks at the validation images, but nothing is written

What was compiled for the training itself is compiled before the clock starts; what the summaries compile is theirs.
Two trainings one after another differ by what the machine does beside them, often by more than summaries cost. So two
that need one thread each run at the same time, each on a processor core, and change cores with every pair; and each
training is asked how much of its own time it spent in its steps and looks, and the shares of the two are compared too.
"""

from __future__ import annotations

import json
import os
import tempfile
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from tests.benchmarks.measuring import (
    keep_rows,
    kept_rows,
    measured_apart,
    percentile,
    report,
    table,
    timed_sampling,
)
from tests.benchmarks.trainings import MNIST
from trainers import datasets, hardware, models
from trainers.classify import MEASURES, VALIDATION_MEASURES, Classification
from trainers.evaluation import evaluate
from trainers.live_status import LiveStatus
from trainers.loop import Chunk, Speed, run_loop
from trainers.runs import create_run
from trainers.specs import ClassifySpec
from trainers.summaries import Journal, settings
from trainers.threads import threads_for
from trainers.training import Training

NAME = "logging_cost"
MODELS = ("softmax", "simple_cnn")
ALL, BARE = KINDS = ("all summaries", "bare")
LEAST_SHARE = 0.97
MORE_EPOCHS_THAN_TIME = 1_000_000


def main() -> None:
    """Measures what is missing and prints the table."""
    parser = timed_sampling(
        __doc__, rows="rows of each model and kind", samples=30, seconds=60, row=("MODEL", "KIND")
    )
    parser.add_argument("--only", nargs="+", choices=MODELS, default=MODELS, help="these alone")
    parser.add_argument("--mnist", type=Path, default=MNIST, help="mnist.npz (default: %(default)s)")
    chosen = parser.parse_args()
    if chosen.row:
        hardware.configure(ClassifySpec(model=chosen.row[0]))
        with tempfile.TemporaryDirectory() as folder:
            row = measure(*chosen.row, chosen.seconds, Path(folder) / "logs", mnist=chosen.mnist)
            print(json.dumps(row))
        return
    rows = kept_rows(NAME, anew=chosen.anew)
    options = (f"--seconds={chosen.seconds}", f"--mnist={chosen.mnist}")
    while (missing := next_pair(rows, chosen.only, chosen.samples)) is not None:
        model, kind = missing
        if kind == ALL and threads_for(ClassifySpec(model=model)) == 1 and len(usable_cores()) > 1:
            new = pair_at_once(model, options, swapped=sum(row["model"] == model for row in rows) % 4 == 2)
        else:
            new = [measured_apart(NAME, *options, "--row", *missing)]
        rows += new
        keep_rows(NAME, rows)
        print(*new, sep="\n", flush=True)
    report(summary(rows))


def usable_cores() -> list[int]:
    """The processor cores that a process can be bound to: none where the system binds no process."""
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []


def pair_at_once(model: str, options: Sequence[str], *, swapped: bool) -> list[dict[str, Any]]:
    """Both kinds at the same time, each on a core of its own; `swapped`, on the other's."""
    cores = usable_cores()[:2][:: -1 if swapped else 1]

    def row(kind: str, core: int) -> dict[str, Any]:
        os.sched_setaffinity(0, {core})  # of this thread, and of the process that it starts
        return {**measured_apart(NAME, *options, "--row", model, kind), "core": core}

    with ThreadPoolExecutor(len(KINDS)) as threads:
        return list(threads.map(row, KINDS, cores))


def next_pair(rows: list[dict[str, Any]], chosen: Sequence[str], samples: int) -> tuple[str, str] | None:
    """The model and kind that has the fewest rows, so that all kinds meet the same weather; None at the end."""
    pairs = [(model, kind) for model in chosen for kind in KINDS]
    counts = {pair: sum((row["model"], row["kind"]) == pair for row in rows) for pair in pairs}
    fewest = min(pairs, key=lambda pair: counts[pair])
    return fewest if counts[fewest] < samples else None


class Timed(Training):
    """A training that ends at a time, and knows the seconds that it spent in its steps and looks."""

    deadline = float("inf")
    learning_seconds = 0.0

    def run_chunk(self, epoch: int, first: int, count: int) -> None:
        """Runs the steps, and the looks where they come with them, by the clock."""
        began = time.perf_counter()
        super().run_chunk(epoch, first, count)
        self.learning_seconds += time.perf_counter() - began

    def look(self) -> None:
        """A look at the validation images by the clock, where none came with the steps."""
        if self._validations is None:
            began = time.perf_counter()
            self._validations = np.array([[self.learner.validate()[name] for name in VALIDATION_MEASURES]])
            self.learning_seconds += time.perf_counter() - began

    def after_epoch(self, epoch: int, step: int, *, last: bool) -> bool:
        """Looks, and writes down what it saw."""
        self.look()
        return super().after_epoch(epoch, step, last=last)

    def stop_asked(self) -> bool:
        """Looks at the commands as always, and at the clock."""
        return super().stop_asked() or time.time() >= self.deadline


class Bare(Timed):
    """The same training, and nothing is written."""

    def after_chunk(self, chunk: Chunk) -> None:
        pass

    def after_epoch(self, epoch: int, step: int, *, last: bool) -> bool:
        self.look()
        return False

    def beat(self, step: int, epoch: int, speed: Speed | None) -> None:
        pass

    def stop_asked(self) -> bool:
        return time.time() >= self.deadline


def measure(
    model: str, kind: str, seconds: float, logdir: Path, *, mnist: Path | None = None
) -> dict[str, Any]:
    """One row: a training of so many seconds, compiled beforehand; without a file, on the bundled digits."""
    spec = ClassifySpec(
        model=model, dataset="mnist" if mnist else "mnist-5k", mnist_file=mnist, epochs=10_000
    )
    data = datasets.load(spec)
    run = create_run(logdir, spec, experiment="cost", name="run")
    live = LiveStatus(run)
    live.start()
    with Journal(run, MEASURES, VALIDATION_MEASURES) as journal:
        learner = Classification(run, spec, data)
        side = {ALL: Timed, BARE: Bare}[kind]
        training = side(run, spec, learner, live=live, journal=journal, stop=threading.Event())
        training.plan = replace(training.plan, epochs=MORE_EPOCHS_THAN_TIME)
        learner.run_chunk(0, 0, 1)
        learner.run_epochs(0, 1)
        learner.validate()
        seen = evaluate(learner.observer.predict, data.test)
        began = time.time()
        training.deadline = began + seconds
        if kind == ALL:
            journal.about_run(settings.hyperparameters(run, spec))
            journal.about_run(settings.text(spec, models.explanation(model)))
        step = run_loop(training.plan, training)
        if kind == ALL:
            journal.end_curves()
            learner.observer.conclude(journal, step, seen)
            journal.flush()
        lasted = time.time() - began
    live.finish(state="completed")
    speed = training.plan.images_until(step) / lasted
    row = {"model": model, "kind": kind, "seconds": lasted, "steps": step, "images_per_second": speed}
    return {**row, "learning_share": training.learning_seconds / lasted}


def summary(rows: list[dict[str, Any]]) -> str:
    """The table of the issue."""
    lines = []
    for model in MODELS:
        speeds, shares = (
            {
                kind: [row[name] for row in rows if (row["model"], row["kind"]) == (model, kind)]
                for kind in KINDS
            }
            for name in ("images_per_second", "learning_share")
        )
        if all(speeds.values()):
            middle = {kind: percentile(speeds[kind], 50) for kind in KINDS}
            learning = {kind: percentile(shares[kind], 50) for kind in KINDS}
            pairs = [100 * everything / bare for everything, bare in zip(*speeds.values(), strict=False)]
            lines.append(
                [
                    model,
                    sum(map(len, speeds.values())),
                    min(row["seconds"] for row in rows if row["model"] == model),
                    *(round(middle[kind]) for kind in KINDS),
                    f"{middle[ALL] / middle[BARE]:.1%}",
                    f"{percentile(pairs, 50):.1f} % ({min(pairs):.1f} to {max(pairs):.1f})",
                    *(f"{learning[kind]:.1%}" for kind in KINDS),
                    f"{learning[ALL] / learning[BARE]:.1%}",
                ]
            )
    heads = [
        "model",
        "samples",
        "shortest s",
        *(f"{kind}, images/s" for kind in KINDS),
        "of bare",
        "pair by pair, median (least to most)",
        "its time in steps, all summaries",
        "bare",
        "of bare",
    ]
    return f"{table(heads, lines)}\n\nMedians. Goal: all summaries at least {LEAST_SHARE:.0%} of bare."


if __name__ == "__main__":
    main()
