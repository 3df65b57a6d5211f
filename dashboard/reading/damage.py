"""Event files that end too early, and the sentence that says so.

The data server names files with a corrupt record (it stops reading them for good). About a torn tail, as a trainer
killed in the middle of a write leaves it, it says nothing: it waits for the rest. So we follow the frames of files
that have stopped growing: a file is whole when its last record ends where the file ends.
"""

from __future__ import annotations

import os
import struct
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from dashboard.language import _

STILL_SECONDS = 10.0
FOLDERS_A_ROUND = 40
RECORDS_A_ROUND = 10_000

_LENGTH = struct.Struct("<Q")
_FRAME_BYTES = 16  # length, checksum of the length, checksum of the content


@dataclass(frozen=True)
class Damage:
    """One damaged event file. `is_last` says that no later event file of the run continues the curve."""

    path: Path
    last_step: int | None
    is_last: bool


def damage_sentence(damage: Damage) -> str:
    """What a person reads beside the run."""
    if not damage.is_last:
        return _("part of the curve is missing: file damaged")
    if damage.last_step is None:
        return _("there is no curve: file damaged")
    return _("curve ends at step {step}: file damaged").format(step=damage.last_step)


def is_last_event_file(path: Path) -> bool:
    """Whether no event file of a later name lies beside this one: TensorBoard reads them in that order."""
    try:
        return not any(
            other.name > path.name and other.stat().st_size > 0 for other in path.parent.glob("*tfevents*")
        )
    except OSError:
        return True


@dataclass
class _Followed:
    """How far the frames of one file have been followed."""

    size: int
    modified: int
    seen: float
    whole: int = 0
    is_torn: bool = False
    is_done: bool = False


class TornFiles:
    """Finds torn event files a little at a time, so that a round costs milliseconds however many runs there are."""

    def __init__(self, logdir: Path) -> None:
        self._logdir = logdir
        self._followed: dict[Path, _Followed] = {}
        self._waiting: list[str] = []

    def torn(self) -> list[Path]:
        """The files known to be torn."""
        return [path for path, file in self._followed.items() if file.is_torn]

    def look(self, runs: Iterable[str], now: float | None = None) -> None:
        """One round over the folders of these TensorBoard runs; the next call continues where this one stopped."""
        now = time.monotonic() if now is None else now
        if not self._waiting:
            self._waiting = sorted(runs, reverse=True)
            self._forget_vanished()
        records = RECORDS_A_ROUND
        for _round in range(min(FOLDERS_A_ROUND, len(self._waiting))):
            if records <= 0:
                return
            records -= self._look_into(self._logdir / self._waiting.pop(), records, now)

    def _look_into(self, folder: Path, records: int, now: float) -> int:
        followed = 0
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    if "tfevents" in entry.name and entry.is_file():
                        followed += self._follow(Path(entry.path), entry.stat(), records - followed, now)
        except (FileNotFoundError, NotADirectoryError, PermissionError):
            return followed
        return followed

    def _follow(self, path: Path, found: os.stat_result, records: int, now: float) -> int:
        known = self._followed.get(path)
        if known is None or (known.size, known.modified) != (found.st_size, found.st_mtime_ns):
            whole = known.whole if known is not None and known.whole <= found.st_size else 0
            self._followed[path] = _Followed(found.st_size, found.st_mtime_ns, now, whole)
            return 0
        if known.is_done or now - known.seen < STILL_SECONDS or records <= 0:
            return 0
        known.whole, count = _end_of_whole_records(path, known.whole, known.size, records)
        known.is_done = count < records
        known.is_torn = known.is_done and known.whole != known.size
        return count

    def _forget_vanished(self) -> None:
        for path in [path for path in self._followed if not path.exists()]:
            del self._followed[path]


def _end_of_whole_records(path: Path, offset: int, size: int, limit: int) -> tuple[int, int]:
    """Follows at most `limit` records from an offset; gives where the last whole one ends, and how many there were."""
    count = 0
    with path.open("rb") as file:
        while count < limit:
            file.seek(offset)
            header = file.read(_LENGTH.size)
            if len(header) < _LENGTH.size:
                break
            end = offset + _FRAME_BYTES + _LENGTH.unpack(header)[0]
            if end > size:
                break
            offset = end
            count += 1
    return offset, count
