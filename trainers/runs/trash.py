"""The trash: a deleted run is a zip file outside what TensorBoard scans, and comes back exactly as it was.

    trashed = move_to_trash(run)        # the folder is gone, its zip is safe on the disk
    restore(logdir, trashed)            # the folder is back, the zip is gone

A run is removed only after its zip is complete on the disk; whatever fails before leaves the run as it was.
The names of zips are numbers, so nothing in the trash is ever taken for an event file.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import stat
import time
import uuid
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from trainers.runs.errors import DamagedFile, NameTaken, RunError, RunIsBusy, StorageFailed
from trainers.runs.files import storage_failed
from trainers.runs.folder import Run, state_folder
from trainers.runs.lock import held, locked
from trainers.runs.status import read_status

_LONGEST_DELETION_SECONDS = 600.0  # a run of gigabytes is packed for minutes
_LOCKS = frozenset({".writer.lock", ".about.lock"})


@dataclass(frozen=True)
class Trashed:
    """A deleted run: its zip, its key, when it was deleted (Unix seconds) and the bytes its zip takes.

    The key is "experiment/run", or "" where the zip is too damaged to say.
    """

    path: Path
    key: str
    deleted: float
    size: int


def move_to_trash(run: Run) -> Trashed:
    """Zips a run that no trainer holds, then removes it; raises RunIsBusy, RunError or StorageFailed."""
    if read_status(run.status_file).state in ("queued", "starting", "running"):
        raise RunIsBusy(f"{run.key} has not ended: stop it before deleting it.")
    with _one_deletion_at_a_time(run.logdir):
        if not run.path.is_dir():
            raise RunError(f"{run.key} is already gone.")
        with held(run.path):
            archive = _zip(run)
            try:
                _remove(run)
            except StorageFailed:
                archive.unlink()
                raise
    return _described(archive)


@contextmanager
def _one_deletion_at_a_time(logdir: Path) -> Iterator[None]:
    """The run's own lock goes with its folder: who waited for it would hold the lock of a run that is gone."""
    busy = RunIsBusy("Somebody else has been deleting a run for minutes: try again when that has ended.")
    with locked(_place(logdir, "locks") / "trash.lock", busy, wait_seconds=_LONGEST_DELETION_SECONDS):
        yield


def restore(logdir: Path, trashed: Trashed) -> Run:
    """Brings a run back and frees its place in the trash; raises NameTaken, DamagedFile, StorageFailed."""
    run = _home(logdir, trashed)
    if run.path.exists():
        raise NameTaken(
            f"There is a new run {run.key}: delete or move that one before this one can come back."
        )
    aside = _place(logdir, "restoring") / uuid.uuid4().hex
    try:
        aside.mkdir()
        try:
            _unzip(trashed, aside)
            _put_back(aside, run.path)
        except BaseException:
            shutil.rmtree(aside, ignore_errors=True)
            raise
        trashed.path.unlink(missing_ok=True)
    except OSError as error:
        raise storage_failed(run.path, error) from error
    return run


def list_trash(logdir: Path) -> list[Trashed]:
    """What lies in the trash, latest first; nothing where there can be none."""
    try:
        trash = _place(logdir, "trash")
    except StorageFailed:
        return []  # beside a log folder that may only be read
    found = (_described(path) for path in trash.glob("*.zip"))
    return sorted(found, key=lambda trashed: (trashed.deleted, trashed.path.name), reverse=True)


def empty_trash(logdir: Path, zips: Iterable[Trashed]) -> int:
    """Deletes these zips for good and gives the bytes freed; raises StorageFailed."""
    freed = 0
    for trashed in zips:
        try:
            trashed.path.unlink()
            freed += trashed.size
        except FileNotFoundError:
            continue  # somebody else emptied it or brought it back
        except OSError as error:
            raise storage_failed(trashed.path, error) from error
    for leftover in ("removing", "restoring"):  # a crash in the middle of either
        shutil.rmtree(_place(logdir, leftover), ignore_errors=True)
    return freed


def _place(logdir: Path, name: str) -> Path:
    place = state_folder(logdir) / name
    try:
        place.mkdir(exist_ok=True)
    except OSError as error:
        raise storage_failed(place, error) from error
    return place


def _zip(run: Run) -> Path:
    """The run's zip, finished and safe on the disk; raises StorageFailed or RunError and leaves nothing."""
    archive = _place(run.logdir, "trash") / f"{time.time_ns()}-{uuid.uuid4().hex[:8]}.zip"
    aside = archive.with_suffix(".aside")
    try:
        try:
            with aside.open("xb") as file:
                with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as zipped:
                    for path in _parts(run.path):
                        _add(zipped, path, path.relative_to(run.path).as_posix())
                    zipped.comment = json.dumps({"run": run.key, "deleted": time.time()}).encode()
                file.flush()
                os.fsync(file.fileno())
            os.replace(aside, archive)
        except BaseException:
            with suppress(FileNotFoundError):
                aside.unlink()
            raise
    except OSError as error:
        raise storage_failed(archive, error) from error
    except UnicodeEncodeError as error:
        raise RunError(
            f"{run.key} holds a file whose name is not text ({error.object!r}): rename or remove that file."
        ) from error
    return archive


def _parts(folder: Path) -> Iterator[Path]:
    """Everything below a folder but its lock files; links are named, not followed."""
    for entry in sorted(folder.iterdir()):
        if entry.name in _LOCKS:
            continue
        yield entry
        if entry.is_dir() and not entry.is_symlink():
            yield from _parts(entry)


def _add(zipped: zipfile.ZipFile, path: Path, name: str) -> None:
    mode = path.lstat().st_mode
    if stat.S_ISLNK(mode):
        entry = zipfile.ZipInfo(name)
        entry.external_attr = mode << 16
        zipped.writestr(entry, os.readlink(path))
    elif stat.S_ISDIR(mode) or stat.S_ISREG(mode):
        # Old dates come from other machines' clocks; zip knows none before 1980.
        entry = zipfile.ZipInfo.from_file(path, name, strict_timestamps=False)
        entry.comment = str(path.stat().st_mtime_ns).encode()  # zip itself keeps two seconds
        if entry.is_dir():
            zipped.writestr(entry, b"")
            return
        entry.compress_type = zipfile.ZIP_DEFLATED
        with path.open("rb") as source, zipped.open(entry, "w") as target:
            shutil.copyfileobj(source, target, 1 << 20)
    else:
        raise RunError(f"{path} is not a plain file: remove it before deleting its run.")


def _remove(run: Run) -> None:
    """Takes the folder away in one step, so that no reader ever meets half a run, then frees its space."""
    grave = _place(run.logdir, "removing") / uuid.uuid4().hex
    try:
        os.rename(run.path, grave)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise storage_failed(run.path, error) from error
        grave = run.path  # a log folder mounted by itself
    shutil.rmtree(grave, ignore_errors=True)
    with suppress(OSError):
        run.path.parent.rmdir()  # the experiment's folder, when this was its last run


def _put_back(aside: Path, home: Path) -> None:
    home.parent.mkdir(exist_ok=True)
    try:
        os.rename(aside, home)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        hidden = home.with_name(f".{aside.name}.aside")
        shutil.copytree(aside, hidden, symlinks=True)
        os.rename(hidden, home)
        shutil.rmtree(aside)


def _described(archive: Path) -> Trashed:
    size = archive.stat().st_size if archive.exists() else 0
    try:
        with zipfile.ZipFile(archive) as zipped:
            about = json.loads(zipped.comment)
        return Trashed(archive, str(about["run"]), float(about["deleted"]), size)
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile):
        return Trashed(archive, "", 0.0, size)


def _home(logdir: Path, trashed: Trashed) -> Run:
    parts = trashed.key.split("/")
    if len(parts) != 2 or any(not part or part.startswith(".") or "\0" in part for part in parts):
        raise DamagedFile(f"{trashed.path.name} in the trash is damaged: it does not say which run it was.")
    return Run(logdir.resolve(), *parts)


def _unzip(trashed: Trashed, folder: Path) -> None:
    try:
        with zipfile.ZipFile(trashed.path) as zipped:
            entries = zipped.infolist()
            for entry in entries:
                _extract(zipped, entry, folder)
            for entry in reversed(entries):  # last, and inside out: a folder may be closed to writing
                _give_back_mode_and_time(entry, folder / entry.filename)
    except FileNotFoundError as error:
        raise DamagedFile(
            "This run is no longer in the trash: somebody emptied it or brought it back."
        ) from error
    except (zipfile.BadZipFile, EOFError, NotImplementedError, ValueError) as error:
        raise DamagedFile(
            f"{trashed.path.name} in the trash is damaged and cannot be brought back: {error}."
        ) from error


def _extract(zipped: zipfile.ZipFile, entry: zipfile.ZipInfo, folder: Path) -> None:
    """One entry below a folder, safe on the disk; never above it, and never through a link."""
    path = PurePosixPath(entry.filename)
    if path.is_absolute() or ".." in path.parts or _through_a_link(folder, path):
        raise DamagedFile(
            f"{Path(str(zipped.filename)).name} in the trash is damaged: it names {entry.filename!r}."
        )
    target = folder / path
    if entry.is_dir():
        target.mkdir()
    elif stat.S_ISLNK(entry.external_attr >> 16):
        target.symlink_to(zipped.read(entry).decode())
    else:
        with zipped.open(entry) as source, target.open("xb") as file:
            shutil.copyfileobj(source, file, 1 << 20)
            file.flush()
            os.fsync(file.fileno())


def _through_a_link(folder: Path, path: PurePosixPath) -> bool:
    return any((folder / parent).is_symlink() for parent in path.parents)


def _give_back_mode_and_time(entry: zipfile.ZipInfo, path: Path) -> None:
    if path.is_symlink():
        return
    path.chmod((entry.external_attr >> 16) & 0o777)
    modified = int(entry.comment)
    os.utime(path, ns=(modified, modified))
