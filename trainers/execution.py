"""Runs one run in this process, from `queued` to its end: the lock, the hardware, the status, the errors.

    execute(run, stop=threading.Event())        # 0: completed or stopped on request, 1: failed

Whatever goes wrong becomes one sentence in the status; the traceback goes to `trainer.log`.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from trainers import hardware
from trainers.datasets import DatasetMissing
from trainers.live_status import LiveStatus
from trainers.loop import TrainingFailed
from trainers.runs import Run, RunError, Status, held, read_status, storage_failed

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
    try:
        spec = run.spec()
        live.write(phase="loading TensorFlow")
        device = hardware.configure(spec)
        logger.info("Computing on %s. %s", device.name, device.reason)
        live.write(phase="preparing", device=device.name)
        from trainers import classify  # late: TensorFlow

        completed = classify.train(run, spec, live, stop)
    except (RunError, DatasetMissing, TrainingFailed) as error:
        logger.error("%s", error)
        return _failed(live, str(error))
    except Exception as error:  # the outermost place: a run must never end without saying why
        sentence = _sentence(error)
        logger.exception("%s", sentence)
        return _failed(live, sentence)
    logger.info("Completed." if completed else "Stopped on request.")
    live.finish(state="completed" if completed else "stopped")
    return 0


def _failed(live: LiveStatus, sentence: str) -> int:
    live.finish(state="failed", error=sentence)
    return 1


def _sentence(error: Exception) -> str:
    """What a person reads about an error that nobody foresaw."""
    kind = type(error).__name__
    if kind == "ResourceExhaustedError" or isinstance(error, MemoryError):
        return (
            "There is not enough memory for this training: choose a smaller batch size or a smaller network."
        )
    first_line = str(error).strip().splitlines()[0][:200] if str(error).strip() else "no further words"
    return f"The trainer met an error it does not know ({kind}: {first_line}): the log has the details."


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
