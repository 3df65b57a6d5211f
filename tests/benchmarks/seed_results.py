"""The published numbers of the notes beside ours, on full MNIST: mean and standard deviation over seeds.

    python -m tests.benchmarks.seed_results [--samples 5] [--only softmax lenet5] [--mnist FILE] [--anew]

Each row is a training in a process of its own with one of the lab's presets and one seed. The accuracy is that of
the last epoch on the 10,000 test images; nothing was chosen by it. "mnist-5k" trains on the bundled digits, whose
network is then asked for the official 10,000. Sigmoid and ReLU are compared at an equal budget, seed by seed.
"""

from __future__ import annotations

import statistics
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from scipy import stats

from tests.benchmarks.measuring import keep_rows, kept_rows, percentile, report, table
from tests.benchmarks.trainings import fewest, sampling_on_mnist, train_apart

NAME = "seed_results"
LAST_BATCHES = 1_000


@dataclass(frozen=True)
class Result:
    """A number of the notes: what was published and what exactly it measured, and how we train for it."""

    kind: str
    published: str
    measured: str
    goal: float | None
    options: tuple[str, ...]
    data: tuple[str, ...] = ("--dataset", "mnist")
    of_batches: bool = field(default=False)


def _mlp(activation: str) -> tuple[str, ...]:
    return ("--model", "mlp", "--depth", "4", "--activation", activation, "--epochs", "5")


RESULTS = (
    Result("softmax", "92 %", "test images", 0.92, ("--preset", "softmax-92")),
    Result(
        "simple_cnn", "98.85 % / 99.07 %", "test / 1,000 batches of 25", 0.9907, ("--preset", "simple-cnn")
    ),
    Result("lenet5", "99.4 %", "test images", 0.992, ("--preset", "lenet5")),
    Result("deep_cnn", "99.38 %", "test images", 0.9938, ("--preset", "deep-cnn")),
    Result("fast_cnn", "99.07 %", "test, keras.io's network", 0.9907, ("--preset", "fast-cnn")),
    Result("rnn", "–", "test images", 0.97, ("--preset", "rnn")),
    Result("gru", "–", "test images", 0.97, ("--preset", "gru")),
    Result("lstm", "–", "test images", 0.97, ("--preset", "lstm")),
    Result("mnist-5k", "–", "official 10,000, trained on 4,000", 0.988, ("--preset", "mnist-5k"), data=()),
    Result(
        "the notes' script",
        "99.07 %",
        "mean of 1,000 training batches of 25",
        None,
        ("--preset", "notes"),
        of_batches=True,
    ),
    Result("mlp sigmoid", "far behind", "test images", None, _mlp("sigmoid")),
    Result("mlp relu", "far ahead", "test images", None, _mlp("relu")),
)
BY_KIND = {result.kind: result for result in RESULTS}


def main() -> None:
    """Measures what is missing and prints the tables."""
    parser = sampling_on_mnist(__doc__, rows="seeds of each network", samples=5)
    parser.add_argument("--only", nargs="+", choices=list(BY_KIND), default=list(BY_KIND), help="these alone")
    chosen = parser.parse_args()
    rows = kept_rows(NAME, anew=chosen.anew)
    with tempfile.TemporaryDirectory() as folder:
        while kind := fewest(rows, chosen.only, lambda kind: chosen.samples):
            seed = 1 + sum(row["kind"] == kind for row in rows)
            rows.append(measure(BY_KIND[kind], seed, chosen.mnist, Path(folder) / "logs"))
            keep_rows(NAME, rows)
            print(rows[-1], flush=True)
    report(summary(rows))


def measure(result: Result, seed: int, mnist: Path, logdir: Path) -> dict[str, Any]:
    """One row: one training with one seed."""
    file = ("--mnist-file", str(mnist)) if result.data else ()
    ended = train_apart(logdir, *result.options, *result.data, *file, "--seed", str(seed))
    folder = Path(ended["folder"])
    accuracy = ended["test_accuracy"] if result.data else official_accuracy(folder, mnist)
    row = {"kind": result.kind, "seed": seed, "accuracy": accuracy, "seconds": ended["process_seconds"]}
    return {**row, "batch_mean": mean_over_batches(folder)} if result.of_batches else row


def official_accuracy(folder: Path, mnist: Path) -> float:
    """The share of the official 10,000 test images that a run's saved network names correctly."""
    import keras

    with np.load(mnist, allow_pickle=False) as file:
        images, labels = file["x_test"], file["y_test"]
    network = keras.models.load_model(folder / "artifacts" / "model.keras")
    answers = network.predict(images[..., np.newaxis].astype(np.float32) / 255, batch_size=1_000, verbose=0)
    return float((answers.argmax(axis=1) == labels).mean())


def mean_over_batches(folder: Path) -> float:
    """The mean of the accuracies on the last 1,000 training batches: of such is the notes' number."""
    from tensorboard.backend.event_processing.event_file_loader import EventFileLoader

    values = [
        value.tensor.float_val[0] if value.tensor.float_val else value.simple_value
        for path in sorted((folder / "train").glob("*tfevents*"))
        for event in EventFileLoader(str(path)).Load()
        for value in event.summary.value
        if value.tag == "accuracy"
    ]
    return statistics.fmean(values[-LAST_BATCHES:])


def summary(rows: list[dict[str, Any]]) -> str:
    """The tables of the issue."""
    lines = []
    for result in RESULTS:
        found = [row for row in rows if row["kind"] == result.kind]
        if not found:
            continue
        accuracies = [100 * row["accuracy"] for row in found]
        spread = statistics.stdev(accuracies) if len(found) > 1 else float("nan")
        batches = [100 * row["batch_mean"] for row in found if "batch_mean" in row]
        ours = f"{statistics.fmean(accuracies):.2f} ± {spread:.2f}"
        lines.append(
            [
                result.kind,
                result.published,
                result.measured,
                "–" if result.goal is None else f"≥ {100 * result.goal:.2f}",
                f"{statistics.fmean(batches):.2f} in batches; {ours} on test" if batches else ours,
                len(found),
                percentile([row["seconds"] for row in found], 50),
            ]
        )
    heads = ["network", "published", "of what", "goal %", "ours on test %, mean ± sd", "seeds", "median s"]
    return "\n\n".join(part for part in (table(heads, lines), sigmoid_against_relu(rows)) if part)


def sigmoid_against_relu(rows: list[dict[str, Any]]) -> str:
    """The difference in words, with its 95 % interval over the seeds that both have."""
    of = {
        kind: {row["seed"]: 100 * row["accuracy"] for row in rows if row["kind"] == kind}
        for kind in ("mlp relu", "mlp sigmoid")
    }
    seeds = sorted(of["mlp relu"].keys() & of["mlp sigmoid"].keys())
    if len(seeds) < 2:
        return ""
    differences = np.array([of["mlp relu"][seed] - of["mlp sigmoid"][seed] for seed in seeds])
    mean, error = differences.mean(), stats.sem(differences)
    low, high = stats.t.interval(0.95, len(seeds) - 1, loc=mean, scale=error)
    return (
        f"ReLU is {mean:.2f} points ahead of sigmoid at an equal budget, paired over {len(seeds)} seeds "
        f"(95 % interval {low:.2f} to {high:.2f}): {'0 is inside' if low <= 0 <= high else '0 is outside'}."
    )


if __name__ == "__main__":
    main()
