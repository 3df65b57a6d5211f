"""What the panel of a painting says of it."""

from __future__ import annotations

from dashboard.painting_panel import passes_line
from trainers.runs import Status


def test_the_total_loss_is_told_of_the_saved_picture_alone():
    """While it paints the curves tell it of each pass; a mean over all passes so far is many times as large."""
    means = {"train_loss": 2_842_747.0, "val_loss": 774_565.0}
    painting = Status(state="running", created=0, step=32, total_steps=100, metrics=means)
    assert passes_line(painting) == "pass 32 of 100"
    saved = Status(
        state="completed",
        created=0,
        step=100,
        total_steps=100,
        seconds=51,
        metrics={**means, "total_loss": 498_831.4},
    )
    assert passes_line(saved) == "pass 100 of 100 · 51 s · total loss 498,831"
