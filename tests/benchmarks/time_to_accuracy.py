"""How long it takes until digits are read with 99.07 %: keras.io's example through `fit`, and the lab's `fast_cnn`.

    python -m tests.benchmarks.time_to_accuracy [--samples 10] [--mnist FILE] [--anew]

Every row is a fresh process. keras.io's network trains until its test accuracy first passes 99.07 % (a favour: the
look at the test images is not counted, and it stops at its best moment). Ours is a whole run as a person starts it,
with data, tracing, training, summaries, evaluation and the saved model; its accuracy is that of the last epoch. Our
presets compute in bfloat16 where the machine does, keras.io's example in float32, as it is written. The import of
TensorFlow is left out on both sides and told apart; ours is told with all else that the process does before and after
the run. "fast_cnn, no summaries" is the same run with every kind of summary switched off but its curves: the difference
is what writing them takes.
"""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path
from typing import Any

from tests.benchmarks.measuring import keep_rows, kept_rows, measured_apart, percentile, report, table
from tests.benchmarks.trainings import fewest, sampling_on_mnist, train_apart
from trainers.runs import read_status, run_at
from trainers.specs import ClassifySpec, settings

NAME = "time_to_accuracy"
UNTIL = 0.9907
KERAS_PRECISION = "float32"  # its default, as the example runs it
KERAS, FAST, BARE, BETTER, BEST = KINDS = [
    "keras.io until 99.07 %",
    "fast_cnn",
    "fast_cnn, no summaries",
    "fast_cnn for 99.4 %",
    "deep_cnn for 99.6 %",
]
SWITCHES = [one.option for one in settings(ClassifySpec) if one.group == "summaries" and one.default is True]
PRESETS = {FAST: "fast-cnn", BARE: "fast-cnn", BETTER: "fast-cnn-994", BEST: "deep-cnn"}
SAMPLES_OF_KERAS = 3
LEAST_RATIO = 15


def main() -> None:
    """Measures what is missing and prints the tables."""
    parser = sampling_on_mnist(__doc__, rows="seeds of fast_cnn (keras.io's network has 3)", samples=10)
    parser.add_argument("--only", nargs="+", choices=KINDS, default=KINDS, help="these alone")
    chosen = parser.parse_args()
    rows = kept_rows(NAME, anew=chosen.anew)
    with tempfile.TemporaryDirectory() as folder:
        while kind := fewest(
            rows, chosen.only, lambda kind: min(chosen.samples, SAMPLES_OF_KERAS if kind == KERAS else 99)
        ):
            seed = 1 + sum(row["kind"] == kind for row in rows)
            logdir = Path(folder) / "logs"
            row = (
                keras_row(seed, chosen.mnist) if kind == KERAS else our_row(kind, seed, chosen.mnist, logdir)
            )
            rows.append({"kind": kind, "seed": seed, **row})
            keep_rows(NAME, rows)
            print(rows[-1], flush=True)
    report(summary(rows))


def keras_row(seed: int, mnist: Path) -> dict[str, Any]:
    """One training of keras.io's network."""
    return measured_apart("keras_convnet", f"--mnist={mnist}", f"--seed={seed}", f"--until={UNTIL}")


def our_row(kind: str, seed: int, mnist: Path, logdir: Path) -> dict[str, Any]:
    """One whole run of the lab; its parts are those that its status tells."""
    options = ("--preset", PRESETS[kind], "--dataset", "mnist", "--mnist-file", str(mnist))
    if kind == BARE:
        options += tuple(f"{switch}=false" for switch in SWITCHES)
    ended = train_apart(logdir, *options, "--seed", str(seed))
    run = run_at(Path(ended["folder"]))
    parts = read_status(run.status_file).phase_seconds
    del parts["loading TensorFlow"]  # a choice of the precision may have imported it before
    seconds = sum(parts.values())
    return {
        "import_seconds": ended["process_seconds"] - seconds,
        "seconds": seconds,
        "epochs": ended["epochs"],
        "precision": getattr(run.spec(), "precision", KERAS_PRECISION),
        "accuracy": ended["test_accuracy"],
        "parts": parts,
    }


def summary(rows: list[dict[str, Any]]) -> str:
    """The tables of the issue."""
    lines = []
    for kind in KINDS:
        found = [row for row in rows if row["kind"] == kind]
        if found:
            accuracies = [100 * row["accuracy"] for row in found]
            spread = statistics.stdev(accuracies) if len(found) > 1 else float("nan")
            lines.append(
                [
                    kind,
                    len(found),
                    percentile([row["seconds"] for row in found], 50),
                    max(row["seconds"] for row in found),
                    percentile([row["import_seconds"] for row in found], 50),
                    percentile([float(row["epochs"]) for row in found], 50),
                    " or ".join(sorted({row.get("precision", KERAS_PRECISION) for row in found})),
                    f"{statistics.fmean(accuracies):.2f} ± {spread:.2f}",
                ]
            )
    heads = [
        "training",
        "seeds",
        "median s",
        "longest s",
        "beside it, import, s",
        "epochs",
        "precision",
        "test accuracy %, mean ± sd",
    ]
    return "\n\n".join(part for part in (table(heads, lines), parts_table(rows), ratio(rows)) if part)


def parts_table(rows: list[dict[str, Any]]) -> str:
    """Where the time of fast_cnn's runs goes, median seconds, and what its summaries take of that."""
    parts = {kind: [row["parts"] for row in rows if row["kind"] == kind] for kind in (FAST, BARE)}
    if not all(parts.values()):
        return ""
    names = list(dict.fromkeys(name for row in parts[FAST] for name in row))
    medians = {
        kind: [percentile([row.get(name, 0.0) for row in parts[kind]], 50) for name in names]
        for kind in (FAST, BARE)
    }
    lines = [
        [name, full, bare, full - bare]
        for name, full, bare in zip(names, medians[FAST], medians[BARE], strict=True)
    ]
    return table(["part, median s", "fast_cnn", "no summaries", "so summaries take"], lines)


def ratio(rows: list[dict[str, Any]]) -> str:
    """How many times faster ours is, of the medians."""
    seconds = {
        kind: [
            row["seconds"]
            for row in rows
            if row["kind"] == kind and row["accuracy"] >= (kind == KERAS) * UNTIL
        ]
        for kind in (KERAS, FAST)
    }
    if not all(seconds.values()):
        return ""
    times = percentile(seconds[KERAS], 50) / percentile(seconds[FAST], 50)
    return f"fast_cnn is {times:.1f} times faster. Goal: at least {LEAST_RATIO} times."


if __name__ == "__main__":
    main()
