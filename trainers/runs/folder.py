"""A run is a folder: `logs/<experiment>/<run>/`. Making one, finding them, and where its parts lie."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

from trainers.runs.about import About, read_about, write_first_about
from trainers.runs.errors import DamagedFile, NameTaken
from trainers.runs.files import read_json, storage_failed, write_json
from trainers.runs.names import checked_name
from trainers.runs.status import Status, write_status
from trainers.specs import InvalidSpec, Spec, parse_spec


@dataclass(frozen=True, order=True)
class Run:
    """One run folder. Nothing is read until asked for."""

    logdir: Path
    experiment: str
    name: str

    @property
    def key(self) -> str:
        """How pages, addresses and TensorBoard call it: `experiment/run`."""
        return f"{self.experiment}/{self.name}"

    @property
    def path(self) -> Path:
        """The run's folder."""
        return self.logdir / self.experiment / self.name

    @property
    def status_file(self) -> Path:
        """How the run is getting on, replaced atomically."""
        return self.path / "status.json"

    @property
    def log_file(self) -> Path:
        """What the trainer printed."""
        return self.path / "trainer.log"

    @property
    def artifacts(self) -> Path:
        """The folder of what came out: the model, the evaluation, the examples."""
        return self.path / "artifacts"

    @property
    def checkpoints(self) -> Path:
        """The folder of what a later process needs to go on."""
        return self.path / "checkpoints"

    @property
    def has_checkpoint(self) -> bool:
        """Whether there is something to go on from; only a trainer can tell whether it is whole."""
        return any(self.checkpoints.glob("[!.]*.npz"))

    @property
    def commands(self) -> Path:
        """The folder of what was asked of the trainer."""
        return self.path / "commands"

    def spec(self) -> Spec:
        """What was asked for; raises FileNotFoundError or DamagedFile."""
        data = read_json(self.path / "spec.json")
        if not isinstance(data, dict):
            raise DamagedFile("spec.json is damaged: it does not hold settings.")
        try:
            return parse_spec(data)
        except InvalidSpec as error:
            raise DamagedFile(f"spec.json is damaged: {error}") from error


def create_run(logdir: Path, spec: Spec, *, experiment: str, name: str) -> Run:
    """A new run folder in state queued; raises InvalidName, NameTaken or StorageFailed.

    The folder is prepared aside and renamed into place, so two people pressing Start at once cannot share
    one, and nobody sees a run without its spec. Hidden names are not runs (`find_runs`).
    """
    run = Run(logdir.resolve(), checked_name(experiment, "experiment"), checked_name(name))
    aside = run.path.parent / f".{run.name[:40]}.{os.getpid()}.{time.time_ns()}.aside"
    try:
        aside.mkdir(parents=True)
        for part in (
            "commands/done",
            "inputs",
            "train",
            "validation",
            "checkpoints",
            "artifacts",
        ):
            (aside / part).mkdir(parents=True)
        write_json(aside / "spec.json", spec.model_dump(mode="json"))
        write_first_about(aside / "about.json", About(colour=_free_colour(run)))
        write_status(aside / "status.json", Status(state="queued", created=time.time()))
        _claim(aside, run)
    except OSError as error:
        raise storage_failed(run.path, error) from error
    return run


def _claim(aside: Path, run: Run) -> None:
    """Renames a folder that is ready to its name; a rename onto a folder with content fails, whoever is first."""
    try:
        if run.path.exists():
            raise FileExistsError
        os.rename(aside, run.path)
    except OSError as error:
        taken = run.path.exists()
        _remove_prepared(aside)
        if taken:
            raise NameTaken(f"There is already a run {run.key}: choose another name.") from error
        raise


def _remove_prepared(aside: Path) -> None:
    for part in sorted(aside.rglob("*"), reverse=True):
        part.rmdir() if part.is_dir() else part.unlink()
    aside.rmdir()


def _free_colour(run: Run) -> int:
    """The lowest colour number that no other run of the experiment has, so that neighbours differ."""
    taken = {read_about(other.path / "about.json").colour for other in find_runs(run.logdir, run.experiment)}
    return next(number for number in range(len(taken) + 1) if number not in taken)


def find_runs(logdir: Path, experiment: str | None = None) -> list[Run]:
    """All runs below a log folder, by experiment and name. A folder is a run when it has a spec or a status."""
    full = logdir.resolve()
    return sorted(
        Run(full, parent.name, entry.name)
        for parent in _folders(logdir)
        if experiment is None or parent.name == experiment
        for entry in _folders(Path(parent.path))
        if os.path.exists(os.path.join(entry.path, "status.json"))
        or os.path.exists(os.path.join(entry.path, "spec.json"))
    )


def _folders(path: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(path) as entries:
            return [
                entry
                for entry in entries
                if not entry.name.startswith(".") and _is_text(entry.name) and entry.is_dir()
            ]
    except (FileNotFoundError, NotADirectoryError):
        return []


def _is_text(name: str) -> bool:
    """Whether a folder's name can be shown and stand in an address; bytes that are no UTF-8 cannot."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def run_at(path: Path) -> Run:
    """The run whose folder this is; raises FileNotFoundError."""
    full = path.resolve()
    if not full.is_dir():
        raise FileNotFoundError(f"There is no run folder {full}.")
    return Run(full.parent.parent, full.parent.name, full.name)


def find_run(logdir: Path, key: str) -> Run | None:
    """The run that `experiment/run` names, or None: a key from an address never leaves the log folder."""
    parts = key.split("/")
    if len(parts) != 2 or any(
        part in ("", ".", "..") or part.startswith(".") or "\\" in part or "\0" in part for part in parts
    ):
        return None
    run = Run(logdir.resolve(), *parts)
    try:
        return run if run.path.is_dir() else None
    except OSError:  # a name longer than the file system allows
        return None


def state_folder(logdir: Path) -> Path:
    """Where BoardLab keeps what TensorBoard shall not scan (trash, spare, locks, cache); made when missing.

    It lies beside the log folder, on the same disk, so that moving to the trash is a rename.
    """
    full = logdir.resolve()
    state = full.parent / ".boardlab" / full.name
    try:
        state.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise storage_failed(state, error) from error
    return state


def last_log_lines(run: Run, count: int = 20, most_bytes: int = 64_000) -> list[str]:
    """The last lines a trainer printed; progress lines redrawn with carriage returns count once."""
    try:
        with run.log_file.open("rb") as file:
            file.seek(max(0, os.fstat(file.fileno()).st_size - most_bytes))
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return []
    return [line.rsplit("\r", 1)[-1] for line in text.splitlines()[-count:]] if text else []
