"""The table of all runs as pure data: one row a run, filtering, sorting, and the columns that are shown."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import quote

import numpy as np
from numpy.typing import NDArray

from dashboard.colours import PALETTE, run_colour
from dashboard.language import _
from dashboard.listing import RunView
from dashboard.run_progress import share_done, state_word
from dashboard.spec_form import shown_value
from trainers.runs import ACTIVE, GOING_ON, Run, State, Status
from trainers.specs import SPECS, Spec, changed_settings, effective_settings, settings

CURVE_POINTS = 40
# What a task's runs are judged by: an accuracy, the more the better, or an error or loss, the less the better.
JUDGED_BY = {"classify": "accuracy", "boundary": "accuracy", "sequence": "error", "stylize": "loss"}


@dataclass(frozen=True)
class RunRow:
    """What the table says about one run.

    `curve` is what it is judged by (`JUDGED_BY`) on the validation data over time, at most `CURVE_POINTS` values;
    accuracies lie in [0, 1], errors are in the units of the run's own signal, times are Unix seconds, `size` is in
    bytes, and what is not known is None. `settings` are those that
    differ from their default, as (English label, value); `remark` says what is wrong, "" where nothing is. `metrics`
    are the last known numbers that the trainer wrote down, by its own names; `spec` is None where it cannot be read.
    """

    run: Run
    state: State
    name: str
    judged_by: str = "accuracy"
    notes: str = ""
    archived: bool = False
    colour: str = PALETTE[0]
    progress: float = 0.0
    curve: tuple[float, ...] = ()
    test_accuracy: float | None = None
    validation_accuracy: float | None = None
    test_error: float | None = None
    validation_error: float | None = None
    total_loss: float | None = None
    created: float | None = None
    seconds: float | None = None
    settings: tuple[tuple[str, str], ...] = ()
    size: int = 0
    remark: str = ""
    tags: tuple[str, ...] = ()
    spec: Spec | None = None
    metrics: Mapping[str, float] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """The run's name in addresses: "experiment/run"."""
        return self.run.key

    @property
    def setting_words(self) -> list[str]:
        """The settings that differ in the reader's language, each as "Learning rate 0.1"."""
        return [f"{_(label)} {value}" for label, value in self.settings]

    @property
    def goes_on(self) -> bool:
        """Whether it waits or trains, so that it may be stopped."""
        return self.state in GOING_ON

    @property
    def is_under_way(self) -> bool:
        """Whether it waits, trains or pauses, so that it matters how far it is."""
        return self.goes_on or self.state == "paused"


def run_row(
    view: RunView, *, curve: NDArray[np.float64] | None = None, size: int = 0, damage: str = "", now: float
) -> RunRow:
    """One run's row; `curve` are all values of its accuracy, `damage` says which event file is torn."""
    status, about = view.status, view.about
    measured = {name: _finite(value) for name, value in status.metrics.items()}
    return RunRow(
        run=view.run,
        state=status.state,
        name=about.title or view.run.name,
        judged_by=judged_by(view.spec),
        notes=about.notes,
        archived=about.archived,
        colour=run_colour(about, view.key),
        progress=share_done(status),
        curve=thinned(curve) if curve is not None else (),
        test_accuracy=measured.get("test_accuracy"),
        validation_accuracy=measured.get("val_accuracy"),
        test_error=measured.get("test_error"),
        validation_error=measured.get("val_error"),
        total_loss=measured.get("total_loss", measured.get("val_loss"))
        if judged_by(view.spec) == "loss"
        else None,
        created=_finite(status.created),
        seconds=_seconds(status, now),
        settings=setting_labels(view.spec) if view.spec is not None else (),
        size=size,
        remark=" · ".join(part for part in (status.error, view.spec_problem, damage) if part),
        tags=about.tags,
        spec=view.spec,
        metrics={name: value for name, value in measured.items() if value is not None},
    )


def judged_by(spec: Spec | None) -> str:
    """What runs of a spec are judged by, "" for nothing; one that cannot be read is taken for what most are."""
    return JUDGED_BY.get("classify" if spec is None else spec.task, "")


@lru_cache(maxsize=4096)
def setting_labels(spec: Spec) -> tuple[tuple[str, str], ...]:
    """The settings that differ from their default, each as (English label, value)."""
    labels = {setting.name: setting.label for setting in settings(SPECS[spec.task])}
    return tuple((labels[name], shown_value(value)) for name, value in changed_settings(spec).items())


def thinned(values: NDArray[np.float64], most: int = CURVE_POINTS) -> tuple[float, ...]:
    """At most so many of the finite values, evenly spread, with the first and the last."""
    finite = values[np.isfinite(values)]
    if len(finite) > most:
        finite = finite[np.linspace(0, len(finite) - 1, most).round().astype(int)]
    return tuple(float(value) for value in finite)


def filtered(
    rows: Iterable[RunRow],
    *,
    text: str = "",
    states: Collection[str] = (),
    experiments: Collection[str] = (),
    archived: bool = False,
) -> list[RunRow]:
    """The rows that match, the archived ones only when asked for.

    Every word of the text occurs somewhere in the row; state and experiment are among those given, where any are.
    """
    words = text.casefold().split()
    return [
        row
        for row in rows
        if (archived or not row.archived)
        and (not states or row.state in states)
        and (not experiments or row.run.experiment in experiments)
        and all(word in _searched(row) for word in words)
    ]


def _searched(row: RunRow) -> str:
    parts = (row.name, row.key, row.notes, row.remark, state_word(row.state), *row.tags, *row.setting_words)
    return " ".join(parts).casefold()


Order = Callable[[RunRow], float | str]
ORDERS: Mapping[str, Order] = {
    "newest": lambda row: -(row.created or 0.0),
    "name": lambda row: row.name.casefold(),
    "accuracy": lambda row: -_first_known(row.test_accuracy, row.validation_accuracy, -1.0),
    "error": lambda row: _first_known(row.test_error, row.validation_error, math.inf),
    "duration": lambda row: -_first_known(row.seconds, -1.0),
    "size": lambda row: -float(row.size),
}


def ordered(rows: Iterable[RunRow], order: str) -> list[RunRow]:
    """The rows in one of the `ORDERS`, what is not known last, equal ones by their key."""
    return sorted(sorted(rows, key=lambda row: row.key), key=ORDERS[order])


def curve_range(rows: Iterable[RunRow]) -> tuple[float, float]:
    """The lowest and the highest accuracy of all curves: one scale, so that the rows can be compared."""
    values = [value for row in rows if row.judged_by == "accuracy" for value in row.curve]
    return (min(values), max(max(values), min(values) + 0.01)) if values else (0.0, 1.0)


def columns(rows: Sequence[RunRow]) -> dict[str, list[Any]]:
    """The table's columns by name, one value a row."""
    return {
        "colour": [dot(row.colour) for row in rows],
        "name": [row.name for row in rows],
        "experiment": [row.run.experiment for row in rows],
        "state": [[state_word(row.state)] for row in rows],
        "progress": [_percent(row.progress) if row.is_under_way else None for row in rows],
        "curve": [_curve(row, "accuracy") for row in rows],
        "test": [_percent(row.test_accuracy) for row in rows],
        "validation": [_percent(row.validation_accuracy) for row in rows],
        "error_curve": [_curve(row, "error") for row in rows],
        "test_error": [row.test_error for row in rows],
        "validation_error": [row.validation_error for row in rows],
        "loss_curve": [_curve(row, "loss") for row in rows],
        "total_loss": [row.total_loss for row in rows],
        "duration": [row.seconds for row in rows],
        "settings": [row.setting_words for row in rows],
        "remark": [row.remark for row in rows],
        "tags": [list(row.tags) for row in rows],
        "notes": [" ".join(row.notes.split()) for row in rows],
        "created": [moment(row.created) for row in rows],
        "size": [row.size for row in rows],
    }


def _curve(row: RunRow, measure: str) -> list[float]:
    return list(row.curve) if row.judged_by == measure else []


def moment(seconds: float | None) -> datetime | None:
    """A point in time from Unix seconds; None for what no calendar knows, as a forged or broken file may say."""
    try:
        return datetime.fromtimestamp(seconds, UTC) if seconds is not None else None
    except (OverflowError, OSError, ValueError):
        return None


def dot(colour: str) -> str:
    """A small disc in this colour as an image's address."""
    disc = f"<circle cx='10' cy='10' r='6' fill='{colour}'/>"
    drawing = f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 20 20'>{disc}</svg>"
    return "data:image/svg+xml;utf8," + quote(drawing)


def differing_settings(specs: Mapping[str, Spec]) -> dict[str, dict[str, str]]:
    """What the specs of several runs do not share: label → run → value, in the order of the form.

    A setting without an effect in a run is "–" there.
    """
    effective = {run: effective_settings(spec) for run, spec in specs.items()}
    table: dict[str, dict[str, str]] = {}
    for task in dict.fromkeys(spec.task for spec in specs.values()):
        for setting in settings(SPECS[task]):
            values = {run: shown_value(known.get(setting.name)) for run, known in effective.items()}
            if len(set(values.values())) > 1:
                table[setting.label] = values
    return table


def _seconds(status: Status, now: float) -> float | None:
    if status.state in ACTIVE and status.started is not None:
        return max(0.0, now - status.started) + (_finite(status.seconds) or 0.0)
    return _finite(status.seconds)


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def _first_known(*values: float | None) -> float:
    return next(value for value in values if value is not None)


def _percent(value: float | None) -> float | None:
    return None if value is None else 100.0 * value
