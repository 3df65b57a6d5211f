"""What runs once in the dashboard's process, whoever looks: the data server, the reader, the launcher's tick.

Everything here can be built again from the disk: the trainers are processes of their own and are found again after
the dashboard was killed.
"""

from __future__ import annotations

import logging
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import streamlit as st

from dashboard.language import _
from dashboard.listing import Listing, RunView
from dashboard.reading import CurveEnds, DataServer, Reader
from dashboard.settings import Settings, load_settings
from trainers import launchers
from trainers.launchers import Inspector
from trainers.runs import Kind, Run, RunError, StorageFailed, Value, state_folder, storage_failed
from trainers.specs import Spec
from trainers.sweeps import MedianRule

logger = logging.getLogger(__name__)

TICK_SECONDS = 1.0
# A spare imports TensorFlow on a whole core for seconds; the first visitor's page comes before it.
SPARE_AFTER_SECONDS = 3.0


@dataclass
class Services:
    """The parts that all sessions share."""

    settings: Settings
    data_server: DataServer
    reader: Reader
    inspector: Inspector
    listing: Listing
    ends: CurveEnds = field(init=False)
    median_rule: MedianRule = field(init=False)
    _born: float = field(default_factory=time.monotonic)
    _closing: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)
    _problems: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.ends = CurveEnds(self.reader)
        self.median_rule = MedianRule(self.settings.logdir, self.reader.many_series)

    @property
    def problem(self) -> str:
        """One sentence when runs can be neither started nor listed at the moment; empty when all is well."""
        return " ".join(sorted({problem for problem in self._problems.values() if problem}))

    def runs(self) -> tuple[RunView, ...]:
        """All runs by experiment and name, at most a second old; one deleted by hand just disappears."""
        return self.listing.views

    def runs_with(self, keys: Sequence[str]) -> tuple[RunView, ...]:
        """All runs; where one of these, as an address names it, is not known yet, they are read now."""
        if not {view.key for view in self.listing.views}.issuperset(keys):
            self._attempt("listing", self._list)
        return self.runs()

    def submit(self, spec: Spec, *, experiment: str, name: str) -> Run:
        """Starts a run; it is in `runs()` when this returns. Raises NameTaken, InvalidName, StorageFailed."""
        run = launchers.submit(spec, logdir=self.settings.logdir, experiment=experiment, name=name)
        self.look_again()
        return run

    def cancel(self, run: Run) -> None:
        """Stops a run, or takes it out of the queue."""
        launchers.cancel(run)
        self.look_again()

    def ask(self, run: Run, kind: Kind, value: Value | None = None) -> None:
        """Asks a running trainer for something; raises CannotGoOn or StorageFailed."""
        launchers.ask(run, kind, value)

    def resume(self, run: Run, *, learning_rate: float | None = None) -> None:
        """Puts a run into the queue again, to go on from its checkpoint, at this learning rate where one is given.

        Raises CannotGoOn or StorageFailed.
        """
        launchers.resume(run, learning_rate=learning_rate)
        self.look_again()

    def extend(
        self,
        run: Run,
        *,
        epochs: int,
        learning_rate: float | None = None,
        settings: Mapping[str, float | list[float]] | None = None,
    ) -> None:
        """Lets a run train until it has so many epochs in all; raises CannotGoOn or StorageFailed."""
        launchers.extend(run, epochs=epochs, learning_rate=learning_rate, settings=settings)
        self.look_again()

    def look_again(self) -> None:
        """Starts what may start and reads the runs now, instead of within a second."""
        self._attempt("launcher", self._tick)
        self._attempt("listing", self._list)

    def _tick(self) -> Sequence[str]:
        keep_spare = self.settings.spare and time.monotonic() - self._born >= SPARE_AFTER_SECONDS
        return launchers.tick(self.settings.logdir, limit=self.settings.limit, keep_spare=keep_spare)

    def _list(self) -> Sequence[str]:
        self.listing.refresh()
        return ()

    def _stop_hopeless(self) -> Sequence[str]:
        """The median rule, for the sweeps that ask for it."""
        self.median_rule.apply()
        return ()

    def start(self) -> None:
        """Starts all threads and processes; returns at once. Raises StorageFailed for a log folder we cannot have."""
        try:
            self.settings.logdir.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise storage_failed(self.settings.logdir / "logs", error) from error
        self.data_server.start()
        self.reader.start()
        self._attempt("listing", self._list)
        self._every_second("launcher", self._tick)
        self._every_second("listing", self._list)
        self._every_second("median rule", self._stop_hopeless)

    def close(self) -> None:
        """Ends what belongs to this process; trainers go on."""
        self._closing.set()
        for thread in self._threads:
            thread.join(timeout=10)
        self.reader.close()
        self.data_server.close()
        self.inspector.close()
        launchers.close(self.settings.logdir)

    def _every_second(self, name: str, work: Callable[[], Sequence[str]]) -> None:
        thread = threading.Thread(target=self._repeat, args=(name, work), name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _repeat(self, name: str, work: Callable[[], Sequence[str]]) -> None:
        while not self._closing.is_set():
            try:
                self._attempt(name, work)
            except Exception:
                # A thread that ended here would leave pages that look well and are not.
                logger.exception("The %s met an error that nobody foresaw.", name)
                self._tell(
                    name,
                    _("BoardLab met an error that nobody foresaw: its log tells more, please report it."),
                )
            self._closing.wait(TICK_SECONDS)

    def _attempt(self, name: str, work: Callable[[], Sequence[str]]) -> None:
        """A full disk or a folder without permission is told on the page; the next second tries again."""
        try:
            problems = work()
        except RunError as error:
            problems = [str(error)]
        except OSError as error:
            problems = [str(storage_failed(self.settings.logdir / "logs", error))]
        self._tell(name, " ".join(problems))

    def _tell(self, name: str, problem: str) -> None:
        if problem and self._problems.get(name) != problem:
            logger.warning(problem)
        self._problems[name] = problem


def services() -> Services:
    """The services of this process for the operator's settings, started at the first call."""
    return _services(load_settings())


def close_services() -> None:
    """Ends the services of this process; the next call of `services` starts them anew."""
    _services.clear()


@st.cache_resource(show_spinner=False, on_release=lambda services: services.close())
def _services(settings: Settings) -> Services:
    data_server = DataServer(settings.logdir)
    started = Services(
        settings=settings,
        data_server=data_server,
        reader=Reader(data_server),
        inspector=Inspector(_state(settings.logdir)),
        listing=Listing(settings.logdir),
    )
    started.start()
    return started


def _state(logdir: Path) -> Path:
    """Where the inspector may keep what it knows; somewhere of our own beside a log folder that is read-only."""
    try:
        return state_folder(logdir)
    except StorageFailed as error:
        logger.warning(error)
        return Path(tempfile.mkdtemp(prefix="boardlab-"))
