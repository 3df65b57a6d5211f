"""How sure a network is of the second kind of points, everywhere in the plane, and how that changed while it learned.

    history = SurfaceHistory(points.train)
    history.add(step=50, probabilities, accuracy=0.9)
    history.write(run.artifacts)

However long the training, there are at most `MOST_FRAMES`: when they become too many, every second one goes and from
then on half as many come. They are evenly spread over the training, so a page steps through them with a slider.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from trainers.points import Points
from trainers.runs import write_atomically

SURFACE = "surface.npz"
MOST_FRAMES = 60
GRID_SIDE = 48
MOST_POINTS = 1_000  # drawn upon it
_MARGIN = 0.15  # of the plane beyond the points, as a share of their width


class SurfaceHistory:
    """The frames so far: each the step, the validation accuracy, and the probability at each place of a grid.

    `grid` holds the places: float32 [GRID_SIDE², 2], row by row from the bottom, each row from the left.
    """

    def __init__(self, points: Points) -> None:
        self._points = points
        self._across, self._up = _axes(points.positions)
        self.grid = np.stack(np.meshgrid(self._across, self._up), axis=-1).reshape(-1, 2)
        self._steps: list[int] = []
        self._accuracies: list[float] = []
        self._frames: list[np.ndarray] = []
        self._looks, self._stride = 0, 1

    @property
    def newest(self) -> np.ndarray:
        """The last frame: float32 [GRID_SIDE, GRID_SIDE], its first row the lowest."""
        return self._frames[-1]

    @property
    def extent(self) -> tuple[float, float, float, float]:
        """What the grid covers: left, right, bottom, top."""
        return (*self._across[[0, -1]].tolist(), *self._up[[0, -1]].tolist())

    def is_due(self) -> bool:
        """Whether this look at the network is worth a frame; asked once after each epoch."""
        self._looks += 1
        return self._looks % self._stride == 0

    def add(self, step: int, probabilities: np.ndarray, accuracy: float) -> None:
        """Takes the probabilities float32 [GRID_SIDE²] at the places of `grid`; a second frame of a step is none."""
        if self._steps and self._steps[-1] == step:
            return
        self._steps.append(step)
        self._accuracies.append(accuracy)
        self._frames.append(probabilities.reshape(GRID_SIDE, GRID_SIDE).astype(np.float32))
        if len(self._steps) > MOST_FRAMES:
            self._steps, self._accuracies, self._frames = (
                part[::2] for part in (self._steps, self._accuracies, self._frames)
            )
            self._stride *= 2

    def write(self, folder: Path) -> None:
        """Replaces the file for the page at once, so that a reader sees the old or the new; raises StorageFailed."""
        file = io.BytesIO()
        np.savez(
            file,
            steps=np.array(self._steps),
            accuracies=np.array(self._accuracies, np.float32),
            probabilities=np.stack(self._frames),
            across=self._across,
            up=self._up,
            positions=self._points.positions[:MOST_POINTS],
            labels=self._points.labels[:MOST_POINTS],
        )
        write_atomically(folder / SURFACE, file.getvalue())

    def state(self) -> dict[str, np.ndarray]:
        """All that a later process needs to go on with the same frames."""
        return {
            "frames": np.stack(self._frames),
            "steps": np.array(self._steps),
            "accuracies": np.array(self._accuracies),
            "looks": np.array([self._looks, self._stride]),
        }

    def restore(self, state: Mapping[str, np.ndarray]) -> None:
        """Takes over what `state` gave."""
        self._frames = list(state["frames"])
        self._steps = state["steps"].tolist()
        self._accuracies = state["accuracies"].tolist()
        self._looks, self._stride = state["looks"].tolist()


def _axes(positions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Places across and upwards, evenly spaced, of a square that holds all points: float32 [GRID_SIDE] each."""
    low, high = positions.min(axis=0), positions.max(axis=0)
    half = max(float((high - low).max()) * (0.5 + _MARGIN), 1e-3)
    middle = (low + high) / 2
    across, up = (np.linspace(centre - half, centre + half, GRID_SIDE, dtype=np.float32) for centre in middle)
    return across, up
