"""How long the helper process takes to preview a painting after a slider was moved, asked as a page asks.

    python -m tests.benchmarks.preview_latency [--samples 30] [--anew]

Each answer is for another style weight, so none is remembered. One painting and four of them take turns. The first
answers, for which TensorFlow is imported and the networks are read, are reported apart.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tests.benchmarks.measuring import keep_rows, kept_rows, percentile, report, sampling, table
from tests.running import wait_until
from trainers.launchers import Inspector, Pending, Sample
from trainers.specs import StylizeSpec

NAME = "preview_latency"
PAINTINGS = (1, 4)


def main() -> None:
    """Measures what is missing and prints the table."""
    chosen = sampling(__doc__, rows="answers for each number of paintings").parse_args()
    rows = kept_rows(NAME, anew=chosen.anew)
    missing = chosen.samples - len(rows) // len(PAINTINGS)
    if missing > 0:
        with tempfile.TemporaryDirectory() as folder:
            inspector = Inspector(Path(folder))
            for row in measured(inspector, missing):
                rows.append(row)
                keep_rows(NAME, rows)
            inspector.close()
    report(summary(rows))


def measured(inspector: Inspector, answers: int) -> Iterator[dict[str, Any]]:
    """Seconds until each answer, with the number of paintings that were blended."""
    samples: Sequence[Sample] = settled(inspector.samples)
    photo = next(sample.path for sample in samples if sample.kind == "photo")
    paintings = [sample.path for sample in samples if sample.kind == "painting"]
    for number in range(answers):
        for styles in PAINTINGS:
            spec = StylizeSpec(content=photo, style=tuple(paintings[:styles]), style_weight=100 + number)
            began = time.monotonic()
            told = settled(inspector.preview, spec)
            assert isinstance(told, bytes), told
            yield {"paintings": styles, "first": number == 0, "seconds": time.monotonic() - began}


def settled(ask: Any, *about: StylizeSpec) -> Any:
    """The answer to a question, once there is one."""
    return wait_until(
        lambda: not isinstance(told := ask(*about, wait_seconds=1), Pending) and told, seconds=300
    )


def summary(rows: list[dict[str, Any]]) -> str:
    """The first answers, and median and slowest of the others."""
    lines = []
    for paintings in PAINTINGS:
        seconds = {
            first: [row["seconds"] for row in rows if (row["paintings"], row["first"]) == (paintings, first)]
            for first in (True, False)
        }
        later = seconds[False]
        lines.append([paintings, max(seconds[True]), len(later), percentile(later, 50), max(later)])
    heads = ["paintings", "first answer s", "later answers", "median s", "slowest s"]
    return table(heads, lines)


if __name__ == "__main__":
    main()
