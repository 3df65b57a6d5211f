"""The curves of one event file: scalars that are written together, a quarter of a second's worth at a time."""

from __future__ import annotations

import logging
from collections.abc import Mapping

import numpy as np

from trainers.summaries.events import EventFile, described_scalars, restart, scalar_records
from trainers.summaries.thinning import Points, Thinning, joined

logger = logging.getLogger(__name__)


class Curves:
    """Some tags of an event file, in the order of `descriptions`, thinned as `thinning` says.

    Adding is cheap, writing costs the same for one point as for a hundred: an epoch of a small network takes
    a hundredth of a second, so its points wait for `write`.
    """

    def __init__(self, file: EventFile, descriptions: Mapping[str, str]) -> None:
        self._file, self._descriptions = file, descriptions
        self._thinning = Thinning()
        self._waiting: list[Points] = []
        self._described = False
        self._last_step = 0
        self._rest_step = 0  # at which the rest was written last

    def add(self, points: Points) -> None:
        """Takes the numbers of some steps, a column for each tag."""
        if len(points):
            self._waiting.append(points)

    def write(self) -> None:
        """Writes what was added; raises StorageFailed."""
        if not self._waiting:
            return
        points, self._waiting = joined(self._waiting), []
        self._last_step = int(points.steps[-1])
        before = self._thinning.interval
        self._append(self._thinning.add(points))
        if self._thinning.interval != before:
            logger.info(
                "From step %d on, a point of %s stands for the mean of %d steps.",
                points.steps[-1],
                " and ".join(self._descriptions),
                self._thinning.interval,
            )

    def write_rest(self) -> None:
        """Writes everything, also what thinning holds back, at the end of a run; raises StorageFailed."""
        self.write()
        rest = self._thinning.rest()
        if rest is not None and self._rest_step != self._last_step:
            self._rest_step = self._last_step
            self._append(rest)

    def state(self) -> dict[str, np.ndarray]:
        """All that a resumed run needs to go on with the same points; what was added is written first."""
        self.write()
        return {"step": np.array(self._last_step), **self._thinning.state()}

    def restore(self, state: Mapping[str, np.ndarray]) -> None:
        """Goes on from a `state` in a new file: what older files hold after it is void; raises StorageFailed."""
        self._last_step = int(state["step"])
        again = self._thinning.restore(state)
        self._file.write([restart(self._last_step + 1 if again is None else int(again.steps[0]))])
        if again is not None:
            self._append(again)

    def _append(self, points: Points) -> None:
        tags = list(self._descriptions)
        if len(points) and not self._described:
            self._described = True
            self._file.write([described_scalars(points, tags, list(self._descriptions.values()))])
            points = points.rows(slice(1, None))
        self._file.write_records(scalar_records(points, tags))
