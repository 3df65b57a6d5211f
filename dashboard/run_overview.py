"""All runs with what the run folder, the curves and the disk say about each: what the Runs page shows."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from dashboard.disk_use import run_bytes
from dashboard.listing import RunView
from dashboard.reading import Reader
from dashboard.run_table import RunRow, run_row

TAG = "accuracy"
FEWEST_POINTS = 2


def run_rows(views: Iterable[RunView], reader: Reader, *, now: float | None = None) -> list[RunRow]:
    """One row a run, in the order of the views."""
    seen = list(views)
    curves = accuracy_curves(seen, reader)
    moment = time.time() if now is None else now
    return [
        run_row(
            view,
            curve=curves.get(view.key),
            size=run_bytes(view),
            damage=reader.damage(view.key) or "",
            now=moment,
        )
        for view in seen
    ]


def accuracy_curves(views: Iterable[RunView], reader: Reader) -> Mapping[str, NDArray[np.float64]]:
    """Each run's validation accuracy; while an active one has less than two points of that, its training accuracy."""
    seen = list(views)
    curves = _read([view.key for view in seen], "validation", reader)
    early = [
        view.key
        for view in seen
        if view.status.state == "running" and len(curves.get(view.key, ())) < FEWEST_POINTS
    ]
    return {**curves, **_read(early, "train", reader)} if early else curves


def _read(keys: list[str], part: str, reader: Reader) -> dict[str, NDArray[np.float64]]:
    names = {f"{key}/{part}": key for key in keys}
    found = reader.many_series((name, TAG) for name in names)
    return {names[name]: series.values for (name, _tag), series in found.items()}
