"""The pictures a painting leaves on its way: `artifacts/frames/<pass>.jpg`, evenly spread however long it takes."""

from __future__ import annotations

import re
import time
from itertools import pairwise
from pathlib import Path

import numpy as np

from trainers.runs import StorageFailed
from trainers.style.pictures import save

SECONDS_BETWEEN_FRAMES = 1.0


class Frames:
    """Keeps at most `most` frames of a run: when there are more, every second one goes, and they come half as often."""

    def __init__(self, artifacts: Path, most: int) -> None:
        self._folder, self._most = artifacts / "frames", most
        self._interval = 1  # passes between two frames at the least
        self._next = 0.0
        self._last = -1
        self.notice = ""  # why a frame could not be kept

    def is_due(self, step: int) -> bool:
        """Whether the picture after this pass shall be kept: a second after the last one, the first at once."""
        return bool(
            self._most
            and step >= self._last + self._interval
            and step != self._last
            and time.monotonic() >= self._next
        )

    def keep(self, step: int, pixels: np.ndarray) -> None:
        """Keeps a picture uint8 [h, w, 3]; where the disk refuses, it goes on without, and `notice` says so."""
        self._next = time.monotonic() + SECONDS_BETWEEN_FRAMES
        self._last = step
        try:
            self._folder.mkdir(exist_ok=True)
            save(self._folder / f"{step:06d}.jpg", pixels)
            self._thin_out()
        except (StorageFailed, OSError) as error:
            self.notice = f"A frame could not be kept, and the painting goes on without: {error}"

    def begin_at(self, step: int) -> None:
        """What an earlier process kept after this pass will be kept again."""
        for number, path in self.kept():
            if number > step:
                path.unlink(missing_ok=True)
        self._last = step

    def kept(self) -> list[tuple[int, Path]]:
        """The frames there are, each with its pass, in order."""
        return [
            (int(path.stem), path)
            for path in sorted(self._folder.glob("*.jpg"))
            if re.fullmatch(r"\d+", path.stem)
        ]

    def _thin_out(self) -> None:
        found = self.kept()
        if len(found) <= self._most:
            return
        for _step, path in found[1::2]:
            path.unlink(missing_ok=True)
        steps = [step for step, _path in found[::2]]
        gaps = [later - earlier for earlier, later in pairwise(steps)]
        self._interval = max(self._interval, min(gaps, default=1))
