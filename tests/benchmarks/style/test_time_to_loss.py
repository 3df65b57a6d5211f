"""The benchmark of painting measures what it says, and its tables say what was measured."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks.style.painted import gigaflop_of_a_pass, measure, seconds_until
from tests.benchmarks.style.time_to_loss import OURS, PUBLISHED, ablation, asked, summary

PAIR = ["china", "van gogh"]


def row(kind: str, seconds: float, looks: list[list[float]]) -> dict[str, Any]:
    best = {
        part: min(loss for _, _, loss in looks) for part in ("loss", "content_loss", "style_loss", "tv_loss")
    }
    measured = {"memory_mb": 2000.0, "pass_seconds": 0.5, "looks": looks, "best": best}
    return {"pair": PAIR, "kind": kind, "seconds": seconds, **measured}


ROWS = [
    row(PUBLISHED, 300.0, [[50, 20.0, 9.0], [100, 40.0, 4.0], [150, 60.0, 6.0]]),
    row(OURS, 30.0, [[5, 5.0, 8.0], [10, 10.0, 4.0], [15, 15.0, 2.0]]),
    row("optimizer: Adam", 30.0, [[5, 5.0, 8.0], [10, 10.0, 5.0]]),
]


def test_the_time_ends_at_the_first_look_that_is_as_good_as_the_published_best() -> None:
    assert seconds_until(ROWS[1], 4.0) == (10, 10.0)
    assert seconds_until(ROWS[1], 1.0) is None
    assert "30.0 times faster, least 30.0; not reached: 0" in summary(ROWS)


def test_what_is_never_as_good_is_said_so() -> None:
    assert "| optimizer: Adam | not reached |" in ablation(ROWS)
    assert "Not reached: 1." in summary([ROWS[0], {**ROWS[2], "kind": OURS}])


def test_a_pass_counts_the_convolutions_there_and_back() -> None:
    """One pixel in, so one in every block: 9 weights a channel pair, a multiplication and an addition, twice."""
    pairs = (
        3 * 64
        + 64 * 64
        + 64 * 128
        + 128 * 128
        + 128 * 256
        + 2 * 256 * 256
        + 256 * 512
        + 2 * 512 * 512
        + 512 * 512
    )
    assert gigaflop_of_a_pass(1, 1) == pytest.approx(4 * 9 * pairs / 1e9)


@pytest.mark.long
def test_a_real_painting_tells_when_it_was_how_good(tmp_path: Path) -> None:
    spec = asked(("lake", "mosaic"), OURS, 32, tmp_path, tmp_path / "none.jpg")
    told = measure(spec.model_copy(update={"iterations": 6, "checkpoint_every": 2}))
    passes, seconds, losses = zip(*told["looks"], strict=True)
    assert passes == (2, 4, 6)
    assert list(seconds) == sorted(seconds) and seconds[0] > 0 and seconds[-1] <= told["seconds"]
    assert told["best"]["loss"] == min(losses)
    assert told["memory_mb"] > 100 and told["gigaflops_of_matrices"] > 1
