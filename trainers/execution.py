"""Runs one run in this process, from `queued` to its end: the lock, the hardware, the status, the errors.

    execute(run, stop=threading.Event())        # 0: completed, or stopped or paused on request; 1: failed

Whatever goes wrong becomes one sentence in the status; the traceback goes to `trainer.log`.
"""

from __future__ import annotations

import errno
import importlib
import logging
import threading
from collections.abc import Callable

from trainers import hardware
from trainers.datasets import DatasetMissing
from trainers.live_status import LiveStatus
from trainers.loop import Diverged, TrainingFailed
from trainers.quick_import import import_tensorflow
from trainers.runs import (
    TOO_LATE,
    Run,
    RunError,
    Status,
    StorageFailed,
    answer_command,
    held,
    pending_commands,
    read_status,
    storage_failed,
)
from trainers.specs import InvalidSpec, Spec
from trainers.specs.memory import what_to_lower

# The module of each task, imported late: TensorFlow.
TASKS = {
    "classify": "trainers.classify",
    "boundary": "trainers.boundary",
    "sequence": "trainers.sequence",
    "stylize": "trainers.style.stylize",
}
_ENDINGS = {"completed": "Completed.", "stopped": "Stopped on request.", "paused": "Paused on request."}
# What errors say whose kind does not tell: of a GPU, and of libraries in C++.
_OUT_OF_MEMORY = (
    "out of memory",
    "oom when allocating",
    "out_of_memory",
    "failed to allocate memory",
    "dst tensor is not initialized",
    "bad_alloc",
)

logger = logging.getLogger(__name__)


def execute(run: Run, stop: threading.Event, watch: Callable[[Status], None] = lambda status: None) -> int:
    """Trains what the run asks for; `stop` set from outside ends it on request. Gives the exit code.

    Raises RunError when this run is not to be started here: another trainer has it, or it has ended.
    """
    with held(run.path):
        state = read_status(run.status_file).state
        if state not in ("queued", "starting"):
            raise RunError(f"The run {run.key} is {state}, so it cannot be started: start a new one.")
        log = _log_to(run)
        live = LiveStatus(run, watch)
        try:
            live.start()
            return _execute(run, live, stop)
        except RunError as error:  # raised by the very first or the very last writing
            logger.error("%s", error)
            raise
        finally:
            logging.getLogger().removeHandler(log)
            log.close()


def _execute(run: Run, live: LiveStatus, stop: threading.Event) -> int:
    spec: Spec | None = None
    try:
        spec = run.spec()
        live.write(phase="loading TensorFlow")
        import_tensorflow()
        device = hardware.configure(spec)
        logger.info("Computing on %s. %s", device.name, device.reason)
        live.write(phase="preparing", device=device.name)
        from trainers.training import train  # late: TensorFlow

        outcome = train(run, spec, live, stop, importlib.import_module(TASKS[spec.task]))
    except (RunError, InvalidSpec, DatasetMissing, TrainingFailed) as error:
        logger.error("%s", error)
        rate = error.rate if isinstance(error, Diverged) else None
        return _end(run, live, state="failed", error=str(error), diverged_rate=rate)
    except Exception as error:  # the outermost place: a run must never end without saying why
        said = sentence(error, spec)
        logger.exception("%s", said)
        return _end(run, live, state="failed", error=said)
    logger.info(_ENDINGS[outcome])
    return _end(run, live, state=outcome)


def _end(run: Run, live: LiveStatus, **values: str | float | None) -> int:
    """Answers what was asked too late and says how the run ended; gives the exit code."""
    try:
        for command in pending_commands(run.commands):
            answer_command(run.commands, command, TOO_LATE)
    except StorageFailed as error:
        logger.error("%s", error)
    live.finish(**values)
    return 1 if values["state"] == "failed" else 0


def sentence(error: Exception, spec: Spec | None) -> str:
    """What a person reads about an error that nobody foresaw, in a training of `spec`."""
    kind = type(error).__name__
    if _is_out_of_memory(error):
        return f"There is not enough memory for this training: {what_to_lower(spec)}."
    first_line = str(error).strip().splitlines()[0][:200] if str(error).strip() else "no further words"
    return f"The trainer met an error it does not know ({kind}: {first_line}): the log has the details."


def _is_out_of_memory(error: Exception) -> bool:
    if isinstance(error, MemoryError) or type(error).__name__ == "ResourceExhaustedError":
        return True
    if isinstance(error, OSError):
        return error.errno == errno.ENOMEM
    return any(words in str(error).lower() for words in _OUT_OF_MEMORY)


def _log_to(run: Run) -> logging.Handler:
    """Sends the log of this process to the run's trainer.log; raises StorageFailed."""
    try:
        handler = logging.FileHandler(run.log_file)
    except OSError as error:
        raise storage_failed(run.log_file, error) from error
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%H:%M:%S"))
    root = logging.getLogger()
    root.addHandler(handler)
    logging.getLogger("trainers").setLevel(logging.INFO)
    return handler
