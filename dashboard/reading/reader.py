"""One reader for all sessions: it lists every curve after each load cycle and fetches those that changed.

Only curves that somebody asked for in the last two minutes are kept fresh; the others wait in the data server. The
packed fields of the answer become NumPy arrays directly: TensorBoard's own provider builds one Python object a point,
which is thirty times slower.
"""

from __future__ import annotations

import itertools
import logging
import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import grpc
import numpy as np

from dashboard.reading.channel import open_channel
from dashboard.reading.damage import Damage, TornFiles, damage_sentence, is_last_event_file
from dashboard.reading.data_server import DataServer, DataServerStatus
from dashboard.reading.series import Series, frozen_series
from dashboard.without_tensorflow import register_stub

register_stub()

from tensorboard.data.proto import data_provider_pb2 as messages  # noqa: E402
from tensorboard.data.proto import data_provider_pb2_grpc as service  # noqa: E402

logger = logging.getLogger(__name__)

Key = tuple[str, str]
Stamp = tuple[int, float]

INTEREST_SECONDS = 120.0
CACHE_BYTES = 128 * 1024**2
# Fetching a million points takes 0.05 s in which no page is served. Where more changed at once, the rest comes a second
# later, those first that waited longest.
POINTS_A_REFRESH = 500_000
# Answers of a few megabytes are read and parsed in half the time that one of twenty takes: they stay in the caches.
RUNS_A_REQUEST = 5


class Reader:
    """Serves the curves of all runs. Run names are TensorBoard's: "experiment/run/train"."""

    def __init__(self, data_server: DataServer) -> None:
        self._server = data_server
        self._torn = TornFiles(data_server.logdir)
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._version = 0
        self._refreshed: float | None = None
        self._versions = itertools.count(1)
        self._stamps: dict[Key, Stamp] = {}
        self._tags: dict[str, list[str]] = {}
        self._series: dict[Key, tuple[Stamp, Series]] = {}
        self._wanted: dict[Key, float] = {}
        self._damage: dict[str, Damage] = {}
        self._channel: tuple[str, grpc.Channel] | None = None
        self._thread = threading.Thread(target=self._read_on, name="reader", daemon=True)

    def start(self) -> None:
        """Begins to read; returns at once."""
        self._thread.start()

    def close(self) -> None:
        """Stops reading; the data server is its owner's to close."""
        self._closing.set()
        if self._thread.is_alive():
            self._thread.join(timeout=10)
        if self._channel is not None:
            self._channel[1].close()

    @property
    def version(self) -> int:
        """Grows whenever any curve of any run changed, appeared or vanished."""
        return self._version

    @property
    def data_server(self) -> DataServerStatus:
        """How the process that holds all points fares."""
        return self._server.status()

    @property
    def age(self) -> float | None:
        """Seconds since the curves were last read; None before the first time."""
        return None if self._refreshed is None else time.monotonic() - self._refreshed

    def runs(self) -> list[str]:
        """The TensorBoard runs that hold curves, in order."""
        return sorted(self._tags)

    def tags(self, run: str) -> list[str]:
        """The names of a run's curves, in order; none for a run that is not known (yet)."""
        return self._tags.get(run, [])

    def series(self, run: str, tag: str) -> Series | None:
        """All points of one curve, None where there is no such curve (yet)."""
        return self.many_series([(run, tag)]).get((run, tag))

    def many_series(self, keys: Iterable[Key]) -> dict[Key, Series]:
        """The curves that exist among these, read at once; asking keeps them fresh for two minutes."""
        now = time.monotonic()
        known = [key for key in dict.fromkeys(keys) if key in self._stamps]
        with self._lock:
            self._wanted.update(dict.fromkeys(known, now))
        missing = [key for key in known if key not in self._series]
        if missing:
            self._fetch(missing)
        found = {key: self._series.get(key) for key in known}
        return {key: entry[1] for key, entry in found.items() if entry is not None}

    def stamp(self, run: str, tag: str) -> Stamp | None:
        """The last step and wall time of a curve: another one when it grew; None where there is no such curve."""
        return self._stamps.get((run, tag))

    def damage(self, run: str) -> str | None:
        """One sentence when an event file of a run (or of a part of it, as "…/train") is damaged."""
        if (damage := self._damage.get(run)) is not None:
            return damage_sentence(damage)
        parts = sorted(part for part in self._damage if part.startswith(f"{run}/"))
        return damage_sentence(self._damage[parts[0]]) if parts else None

    def refresh(self) -> None:
        """Lists all curves and fetches the wanted ones that changed; raises grpc.RpcError when nobody answers."""
        listing = self._stub().ListScalars(_list_request(), timeout=30)
        stamps = {
            (entry.run_name, tag.tag_name): (tag.metadata.max_step, tag.metadata.max_wall_time)
            for entry in listing.runs
            for tag in entry.tags
        }
        # A data server that was just started again lists only what it has read so far: the curves stay as they were.
        if not self._server.has_loaded:
            return
        changed = stamps != self._stamps
        self._stamps = stamps
        if changed:
            self._tags = _tags_of(stamps)
        self._forget_unwanted()
        outdated = self._outdated()
        self._fetch(outdated)
        self._look_for_damage()
        if changed or outdated:
            self._version += 1
        self._refreshed = time.monotonic()

    def _outdated(self) -> list[Key]:
        """The kept curves that changed, longest unread first, as many as one refresh may fetch; at least one."""
        changed = [
            (series.version, key, len(series.steps))
            for key, (stamp, series) in list(self._series.items())
            if stamp != self._stamps.get(key, stamp)
        ]
        keys: list[Key] = []
        points = 0
        for _version, key, length in sorted(changed):
            points += length
            if keys and points > POINTS_A_REFRESH:
                break
            keys.append(key)
        return keys

    def _read_on(self) -> None:
        cycle = 0
        while not self._closing.is_set():
            cycle = self._server.wait_for_cycle(cycle, seconds=2.0)
            if self._closing.is_set() or self._server.status().pid is None:
                continue
            try:
                self.refresh()
            except grpc.RpcError as error:
                logger.info("The data server does not answer: %s", error)
                self._closing.wait(0.2)

    def _stub(self) -> Any:
        address = self._server.wait_for_address(seconds=5.0)
        if address is None:
            raise _NoDataServer
        if self._channel is None or self._channel[0] != address:
            self._channel = (address, open_channel(address))
        return service.TensorBoardDataProviderStub(self._channel[1])

    def _fetch(self, keys: list[Key]) -> None:
        """Reads some curves; those that cannot be read stay as they were."""
        for runs, tags in _requests(keys):
            try:
                answer = self._stub().ReadScalars(_read_request(runs, tags), timeout=60)
            except grpc.RpcError as error:
                logger.info("Curves could not be read: %s", error)
                return
            self._keep(answer, {(run, tag) for run in runs for tag in tags})

    def _keep(self, answer: Any, asked: set[Key]) -> None:
        for entry in answer.runs:
            for tag in entry.tags:
                key = (entry.run_name, tag.tag_name)
                if key not in asked or not len(tag.data.step):
                    continue
                series = _as_series(tag.data, next(self._versions))
                stamp = (int(series.steps.max()), float(series.wall_times.max()))
                with self._lock:
                    self._series[key] = (stamp, series)

    def _forget_unwanted(self) -> None:
        """Drops curves that vanished, that nobody looks at, and the longest unasked ones above the memory limit."""
        limit = time.monotonic() - INTEREST_SECONDS
        with self._lock:
            self._wanted = {
                key: asked for key, asked in self._wanted.items() if asked > limit and key in self._stamps
            }
            self._series = {key: entry for key, entry in self._series.items() if key in self._wanted}
            size = sum(series.nbytes for _stamp, series in self._series.values())
            for key in sorted(self._series, key=self._wanted.__getitem__):
                if size <= CACHE_BYTES:
                    break
                size -= self._series.pop(key)[1].nbytes

    def _look_for_damage(self) -> None:
        self._torn.look(self._tags)
        last_steps: dict[str, int] = {}
        for (run, _tag), (step, _time) in self._stamps.items():
            last_steps[run] = max(step, last_steps.get(run, step))
        damage: dict[str, Damage] = {}
        for path in sorted({*self._server.damaged_files(), *self._torn.torn()}):
            damaged = _run_of(path, self._server.logdir)
            if damaged is not None and path.exists():
                damage[damaged] = Damage(path, last_steps.get(damaged), is_last_event_file(path))
        if damage != self._damage:
            self._damage = damage
            self._version += 1


class _NoDataServer(grpc.RpcError):  # type: ignore[misc]  # grpc ships no types
    """The data server has not started (yet); its status says why."""


_ALL_POINTS = 2**31 - 1


def _list_request() -> Any:
    return messages.ListScalarsRequest(plugin_filter=messages.PluginFilter(plugin_name="scalars"))


def _read_request(runs: Iterable[str], tags: Iterable[str]) -> Any:
    request = messages.ReadScalarsRequest(plugin_filter=messages.PluginFilter(plugin_name="scalars"))
    request.downsample.num_points = _ALL_POINTS
    request.run_tag_filter.runs.names.extend(runs)
    request.run_tag_filter.tags.names.extend(tags)
    return request


def _requests(keys: Iterable[Key]) -> list[tuple[list[str], list[str]]]:
    """The keys as products of runs and tags: the data server's filter knows no pairs."""
    tags_of_run: dict[str, list[str]] = defaultdict(list)
    for run, tag in sorted(keys):
        tags_of_run[run].append(tag)
    runs_of_tags: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for run, tags in tags_of_run.items():
        runs_of_tags[tuple(tags)].append(run)
    return [
        (runs[first : first + RUNS_A_REQUEST], list(tags))
        for tags, runs in runs_of_tags.items()
        for first in range(0, len(runs), RUNS_A_REQUEST)
    ]


def _as_series(data: Any, version: int) -> Series:
    return frozen_series(
        np.array(data.step, dtype=np.int64),
        np.array(data.wall_time, dtype=np.float64),
        np.array(data.value, dtype=np.float32).astype(np.float64),
        version,
    )


def _tags_of(stamps: Mapping[Key, Stamp]) -> dict[str, list[str]]:
    tags: dict[str, list[str]] = defaultdict(list)
    for run, tag in sorted(stamps):
        tags[run].append(tag)
    return dict(tags)


def _run_of(path: Path, logdir: Path) -> str | None:
    """TensorBoard's name of the run that a file belongs to; None for a file elsewhere."""
    try:
        return path.parent.relative_to(logdir).as_posix()
    except ValueError:
        return None
