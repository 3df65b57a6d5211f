"""All runs of the log folder as every page sees them: read again once a second by one thread, not once a visitor."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from pathlib import Path

from dashboard.language import _
from trainers.launchers import known_status
from trainers.runs import About, DamagedFile, Run, Status, find_runs, read_about
from trainers.specs import Spec

Stamp = tuple[int, int, int]


@dataclass(frozen=True)
class RunView:
    """One run as it was a moment ago. `spec` is None where it cannot be read; `spec_problem` then says why."""

    run: Run
    status: Status
    spec: Spec | None
    about: About
    spec_problem: str = ""

    @property
    def key(self) -> str:
        """How addresses call it: "experiment/run"."""
        return self.run.key


class Listing:
    """Remembers what it read of each run, and reads a file again only when it was replaced."""

    def __init__(self, logdir: Path) -> None:
        self._logdir = logdir
        self._known: dict[Run, tuple[tuple[Stamp | None, ...], RunView]] = {}
        self._views: tuple[RunView, ...] = ()
        # Whoever starts a run looks again beside the thread that looks every second: an older look that ends
        # later must not take the place of a newer one.
        self._looking = threading.Lock()

    @property
    def views(self) -> tuple[RunView, ...]:
        """The runs by experiment and name, as of the last refresh."""
        return self._views

    def refresh(self) -> None:
        """Reads what changed on disk; raises OSError when the log folder itself cannot be read."""
        with self._looking:
            self._known = {run: self._looked_at(run) for run in find_runs(self._logdir)}
            views = tuple(view for _stamps, view in self._known.values())
            if views != self._views:
                self._views = views

    def _looked_at(self, run: Run) -> tuple[tuple[Stamp | None, ...], RunView]:
        about_file = run.path / "about.json"
        stamps = tuple(_stamp(path) for path in (run.path / "spec.json", run.status_file, about_file))
        known = self._known.get(run)
        if known is not None and known[0] == stamps:
            return known
        spec, problem = _spec(run)
        return stamps, RunView(run, known_status(run), spec, read_about(about_file), problem)


def _spec(run: Run) -> tuple[Spec | None, str]:
    try:
        return run.spec(), ""
    except FileNotFoundError:
        return None, _("spec.json is missing.")
    except DamagedFile as error:
        return None, str(error)


def _stamp(path: Path) -> Stamp | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size
