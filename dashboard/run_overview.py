"""All runs with what the run folder, the curves and the disk say about each: what the Runs page shows."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from dashboard.disk_use import run_bytes
from dashboard.listing import RunView
from dashboard.reading import Reader
from dashboard.run_table import RunRow, judged_by, run_row

FEWEST_POINTS = 2


def run_rows(views: Iterable[RunView], reader: Reader, *, now: float | None = None) -> list[RunRow]:
    """One row a run, in the order of the views."""
    seen = list(views)
    curves = validation_curves(seen, reader)
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


def validation_curves(views: Iterable[RunView], reader: Reader) -> Mapping[str, NDArray[np.float64]]:
    """What each run is judged by on the validation data.

    While an active one has less than two points of that, the same on its training data, where it is measured there.
    """
    seen = list(views)
    curves = _read(seen, "validation", reader)
    early = [
        view
        for view in seen
        if view.status.state == "running" and len(curves.get(view.key, ())) < FEWEST_POINTS
    ]
    return {**curves, **_read(early, "train", reader)} if early else curves


def _read(views: Sequence[RunView], part: str, reader: Reader) -> dict[str, NDArray[np.float64]]:
    wanted = {(f"{view.key}/{part}", judged_by(view.spec)): view.key for view in views}
    return {wanted[key]: series.values for key, series in reader.many_series(wanted).items()}
