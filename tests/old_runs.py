"""Run folders as finished trainings leave them, made in milliseconds: real event files, spec, status and about."""

from __future__ import annotations

import math
import shutil
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.dashboard.reading.event_files import write_events
from trainers.runs import Run, State, Status, change_about, create_run, write_status
from trainers.specs import ClassifySpec

FIRST_DAY = 1_760_000_000.0


def old_run(
    logdir: Path,
    name: str,
    *,
    experiment: str = "old",
    number: int = 0,
    epochs: int = 12,
    state: State = "completed",
    about: Mapping[str, Any] | None = None,
    **settings: Any,
) -> Run:
    """A finished run whose accuracy rises to a value that its number decides; `number` also decides its age."""
    # Made aside and moved into place whole: a launcher that watches the log folder would start a queued run.
    aside = logdir.parent / f"making-{uuid.uuid4().hex}"
    made = create_run(aside, ClassifySpec(**settings), experiment=experiment, name=name)
    _finish(made, number, epochs, state)
    change_about(made.path / "about.json", **{"colour": number, **(about or {})})
    run = Run(logdir.resolve(), made.experiment, made.name)
    run.path.parent.mkdir(parents=True, exist_ok=True)
    made.path.rename(run.path)
    shutil.rmtree(aside)
    return run


def _finish(run: Run, number: int, epochs: int, state: State) -> None:
    best = 0.99 - 0.3 * abs(math.sin(number))
    accuracies = [best * (1 - math.exp(-0.6 * (epoch + 1))) for epoch in range(epochs)]
    for part, steps in (("train", 4), ("validation", 1)):
        points = [
            (31 * (epoch + 1) - 7 * place, value - 0.01 * place)
            for epoch, value in enumerate(accuracies)
            for place in reversed(range(steps))
        ]
        losses = [(step, -math.log(max(value, 0.01))) for step, value in points]
        write_events(run.path / part, {"accuracy": points, "loss": losses})
    began = FIRST_DAY + 3600.0 * number
    write_status(
        run.status_file,
        Status(
            state=state,
            created=began,
            started=began + 1,
            finished=began + 1 + 5 * epochs,
            seconds=5.0 * epochs,
            step=31 * epochs,
            total_steps=31 * epochs,
            epoch=epochs,
            epochs=epochs,
            metrics={
                "val_accuracy": accuracies[-1],
                "test_accuracy": accuracies[-1] - 0.004,
                "val_loss": -math.log(accuracies[-1]),
            },
        ),
    )
