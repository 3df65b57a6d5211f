"""What writing everything down costs a training: images a second with all default summaries, and without any.

    python -m tests.benchmarks.logging_cost [--samples 5] [--seconds 60] [--anew]

Three kinds take turns in one process, with the same compiled steps in the same loop:

    all summaries   a run as `python -m trainers classify` trains it, from its first summary to its last picture
    bare            the same steps and the same look at the validation images, but nothing is written
    steps alone     not even the validation images are looked at: what the look costs, which is no summary

The share that counts is that of "all summaries" in "bare". Each row is one training of so many seconds.
"""

from __future__ import annotations

import itertools
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from tests.benchmarks.measuring import keep_rows, kept_rows, percentile, sampling, table
from trainers import datasets, models
from trainers.classify import MEASURES, VALIDATION_MEASURES, Classification
from trainers.evaluation import evaluate
from trainers.live_status import LiveStatus
from trainers.loop import Chunk, Speed, run_loop
from trainers.runs import create_run
from trainers.specs import ClassifySpec
from trainers.summaries import Journal, settings
from trainers.training import Training

NAME = "logging_cost"
MODELS = ("softmax", "simple_cnn")
ALL, BARE, STEPS = KINDS = ("all summaries", "bare", "steps alone")
LEAST_SHARE = 0.95
_numbers = itertools.count()


def main() -> None:
    """Measures what is missing and prints the table."""
    parser = sampling(__doc__, rows="rows of each model and kind", samples=5)
    parser.add_argument("--seconds", type=float, default=60.0, help="how long a training lasts (default: 60)")
    chosen = parser.parse_args()
    rows = [] if chosen.anew else kept_rows(NAME)
    with tempfile.TemporaryDirectory() as folder:
        while (missing := next_pair(rows, chosen.samples)) is not None:
            rows.append(measure(*missing, chosen.seconds, Path(folder) / "logs"))
            keep_rows(NAME, rows)
    print(summary(rows))


def next_pair(rows: list[dict[str, Any]], samples: int) -> tuple[str, str] | None:
    """The model and kind that has the fewest rows, so that all kinds meet the same weather; None at the end."""
    pairs = [(model, kind) for model in MODELS for kind in KINDS]
    counts = {pair: sum((row["model"], row["kind"]) == pair for row in rows) for pair in pairs}
    fewest = min(pairs, key=lambda pair: counts[pair])
    return fewest if counts[fewest] < samples else None


class Timed(Training):
    """A training that ends at a time."""

    deadline = float("inf")

    def stop_asked(self) -> bool:
        """Looks at the commands as always, and at the clock."""
        return super().stop_asked() or time.time() >= self.deadline


class Bare(Timed):
    """The same training, and nothing is written."""

    def after_chunk(self, chunk: Chunk) -> None:
        pass

    def after_epoch(self, epoch: int, step: int, *, last: bool) -> bool:
        self.learner.validate()
        return False

    def beat(self, step: int, epoch: int, speed: Speed | None) -> None:
        pass

    def stop_asked(self) -> bool:
        return time.time() >= self.deadline


class StepsAlone(Bare):
    """The same training, and nothing else at all."""

    def after_epoch(self, epoch: int, step: int, *, last: bool) -> bool:
        return False


def measure(model: str, kind: str, seconds: float, logdir: Path) -> dict[str, Any]:
    """One row: a training of so many seconds, compiled beforehand."""
    spec = ClassifySpec(model=model, epochs=10_000)
    data = datasets.load(spec)
    run = create_run(logdir, spec, experiment="cost", name=f"run-{next(_numbers)}")
    live = LiveStatus(run)
    live.start()
    with Journal(run, MEASURES, VALIDATION_MEASURES) as journal:
        side = {ALL: Timed, BARE: Bare, STEPS: StepsAlone}[kind]
        learner = Classification(run, spec, data)
        training = side(run, spec, learner, live=live, journal=journal, stop=threading.Event())
        training.run_chunk(0, 0, 1)
        seen = evaluate(learner.observer.predict, data.test)
        learner.validate()
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
    return {"model": model, "kind": kind, "seconds": lasted, "steps": step, "images_per_second": speed}


def summary(rows: list[dict[str, Any]]) -> str:
    """The table of the issue."""
    lines = []
    for model in MODELS:
        speeds = {
            kind: [row["images_per_second"] for row in rows if (row["model"], row["kind"]) == (model, kind)]
            for kind in KINDS
        }
        if all(speeds.values()):
            middle = {kind: percentile(speeds[kind], 50) for kind in KINDS}
            lines.append(
                [
                    model,
                    sum(map(len, speeds.values())),
                    min(row["seconds"] for row in rows if row["model"] == model),
                    *(round(middle[kind]) for kind in KINDS),
                    f"{middle[ALL] / middle[BARE]:.1%}",
                    f"{middle[ALL] / middle[STEPS]:.1%}",
                ]
            )
    heads = [
        "model",
        "samples",
        "shortest s",
        *(f"{kind}, images/s" for kind in KINDS),
        "of bare",
        "of steps alone",
    ]
    return f"{table(heads, lines)}\n\nMedians. Goal: all summaries at least {LEAST_SHARE:.0%} of bare."


if __name__ == "__main__":
    main()
