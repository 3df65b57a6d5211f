"""Trainings as a person starts them, each in a process of its own: for benchmarks of accuracy and of time."""

from __future__ import annotations

import argparse
import itertools
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.benchmarks.measuring import sampling
from tests.running import REPOSITORY

MNIST = REPOSITORY.parent / "shared" / "data" / "mnist.npz"
_numbers = itertools.count()


def sampling_on_mnist(description: str | None, *, rows: str, samples: int) -> argparse.ArgumentParser:
    """The options of a benchmark that trains on full MNIST."""
    parser = sampling(description, rows=rows, samples=samples)
    parser.add_argument(
        "--mnist", type=Path, default=MNIST, help="mnist.npz in Keras' layout (default: %(default)s)"
    )
    return parser


def train_apart(logdir: Path, *options: str) -> dict[str, Any]:
    """`python -m trainers classify` with these options; gives what its last line says.

    With `process_seconds`, from the start of the process to its end. Fails with the sentence it ended with.
    """
    name = f"run-{next(_numbers)}"
    command = [sys.executable, "-m", "trainers", "classify", "--logdir", str(logdir), "--run", name, *options]
    began = time.monotonic()
    done = subprocess.run(
        command, cwd=REPOSITORY, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}: {done.stderr.strip()}")
    return {**json.loads(done.stdout.splitlines()[-1]), "process_seconds": time.monotonic() - began}


def fewest(rows: list[dict[str, Any]], kinds: list[str], samples: Callable[[str], int]) -> str | None:
    """The kind with the fewest rows, so that all kinds meet the same weather; None when each has its samples."""
    counts = {kind: sum(row["kind"] == kind for row in rows) for kind in kinds}
    missing = [kind for kind in kinds if counts[kind] < samples(kind)]
    return min(missing, key=lambda kind: counts[kind], default=None)
