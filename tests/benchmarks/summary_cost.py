"""What each kind of summary costs: seconds for the first of its kind, with what it compiles, and for each later one.

    python -m tests.benchmarks.summary_cost [--samples 10] [--mnist FILE] [--anew]

A row is one network at its start with one kind switched on and all others off, written into a real run's event files
in a process of its own. What the training compiles anyway is compiled before the clock starts. Layers come every two
seconds and pictures every ten at most, and so rarely that each takes 0.3 % of the time; the last two come at the end.
`logging_cost` measures all of them together in a training.
"""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.benchmarks.measuring import keep_rows, kept_rows, measured_apart, percentile, report, table
from tests.benchmarks.trainings import fewest, sampling_on_mnist
from trainers.specs import ClassifySpec, settings

NAME = "summary_cost"
MODELS = ("softmax", "simple_cnn")
SWITCHES = {
    one.name: one.label for one in settings(ClassifySpec) if one.group == "summaries" and one.default is True
}
AT_THE_END = ("mistake_images", "projector")
LATER = 5  # how often each is written after the first time


def main() -> None:
    """Measures what is missing and prints the table."""
    parser = sampling_on_mnist(__doc__, rows="rows of each kind and network", samples=10)
    parser.add_argument("--row", nargs=2, help="measure this alone: MODEL SWITCH")
    chosen = parser.parse_args()
    if chosen.row:
        with tempfile.TemporaryDirectory() as folder:
            print(json.dumps(measure(*chosen.row, chosen.mnist, Path(folder) / "logs")))
        return
    rows = kept_rows(NAME, anew=chosen.anew)
    kinds = [f"{model} {switch}" for model in MODELS for switch in SWITCHES]
    while kind := fewest(rows, kinds, lambda kind: chosen.samples):
        row = measured_apart(NAME, f"--mnist={chosen.mnist}", "--row", *kind.split())
        rows.append({"kind": kind, **row})
        keep_rows(NAME, rows)
        print(rows[-1], flush=True)
    report(summary(rows))


def measure(model: str, switch: str, mnist: Path, logdir: Path) -> dict[str, Any]:
    """One row: a network that was compiled, and one kind of summary of it, once and then five times again."""
    from trainers import datasets, hardware
    from trainers.classify import MEASURES, VALIDATION_MEASURES, Classification
    from trainers.evaluation import evaluate
    from trainers.runs import create_run
    from trainers.summaries import Journal

    only = {name: name == switch for name in SWITCHES}
    spec = ClassifySpec(model=model, dataset="mnist", mnist_file=mnist, **only)
    hardware.configure(spec)
    data = datasets.load(spec)
    run = create_run(logdir, spec, experiment="cost", name="run")
    with Journal(run, MEASURES, VALIDATION_MEASURES) as journal:
        learner = Classification(run, spec, data)
        learner.run_chunk(0, 0, 1)
        learner.validate()
        seen = evaluate(learner.observer.predict, data.test)
        seconds = []
        for step in range(1, LATER + 2):
            began = time.perf_counter()
            if switch in AT_THE_END:
                learner.observer.conclude(journal, step, seen)
            else:
                learner.observer.observe(journal, step, last=True)
            journal.flush()
            seconds.append(time.perf_counter() - began)
    return {"first": seconds[0], "later": percentile(seconds[1:], 50)}


def summary(rows: list[dict[str, Any]]) -> str:
    """A line for each network and kind."""
    lines = []
    for model in MODELS:
        for switch, label in SWITCHES.items():
            found = [row for row in rows if row["kind"] == f"{model} {switch}"]
            if found:
                first, later = ([1_000 * row[name] for row in found] for name in ("first", "later"))
                when = "at the end" if switch in AT_THE_END else "while it trains"
                lines.append([model, label, when, len(found), percentile(first, 50), percentile(later, 50)])
    heads = ["network", "summary", "written", "samples", "the first, ms", "each later one, ms"]
    return f"{table(heads, lines)}\n\nMedians."


if __name__ == "__main__":
    main()
