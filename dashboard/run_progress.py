"""How a run is getting on, in words: what its progress bar, its badge and its last lines say."""

from __future__ import annotations

from dashboard.language import _
from trainers.runs import AT_REST, GOING_ON, State, Status


def state_word(state: State) -> str:
    """The state as a reader calls it."""
    return {
        "queued": _("queued"),
        "starting": _("starting"),
        "running": _("running"),
        "paused": _("paused"),
        "completed": _("completed"),
        "stopped": _("stopped"),
        "failed": _("failed"),
        "damaged": _("damaged"),
    }[state]


def goes_on(status: Status) -> bool:
    """Whether the run may still change by itself, so that a page keeps looking."""
    return status.state in GOING_ON


def share_done(status: Status) -> float:
    """How far the run is, in [0, 1]."""
    if status.state == "completed":
        return 1.0
    if not status.total_steps or status.total_steps < 0:
        return 0.0
    return min(max(status.step / status.total_steps, 0.0), 1.0)


def progress_line(status: Status) -> str:
    """Step, epoch, examples a second and time left, as far as known: "step 120 of 1,000 · epoch 2 of 5"."""
    parts = [_count(_("step {done}"), _("step {done} of {all}"), status.step, status.total_steps)]
    if status.epochs:
        parts.append(_count(_("epoch {done}"), _("epoch {done} of {all}"), status.epoch, status.epochs))
    if status.images_per_second:
        parts.append(_("{speed} examples/s").format(speed=f"{status.images_per_second:,.0f}"))
    if status.learning_rate is not None:
        parts.append(_("learning rate {rate}").format(rate=f"{status.learning_rate:g}"))
    if status.seconds_left is not None and status.state == "running":
        parts.append(_("{time} left").format(time=duration(status.seconds_left)))
    return " · ".join(parts)


def state_line(status: Status, asked: bool) -> str:
    """What the run is doing, in one line; `asked`: somebody asked it to stop."""
    if asked:
        return _("Asked to stop: it ends with the piece of work it is doing.")
    if status.state == "queued" and status.checkpoint is not None:
        return _("Waiting for its turn to go on from step {step}.").format(step=f"{status.checkpoint:,}")
    if status.state == "queued":
        return _("Waiting for its turn: another run or a speed comparison has to end first.")
    if status.state == "starting":
        return phase_line(status.phase or "")
    parts = [progress_line(status)]
    if status.phase:
        parts.insert(0, phase_line(status.phase))
    if status.state in AT_REST and status.seconds is not None:
        parts.append(duration(status.seconds))
    return " · ".join(parts)


def phase_line(phase: str) -> str:
    """What a trainer is busy with besides training."""
    return {
        "": _("Getting ready"),
        "loading TensorFlow": _("Loading TensorFlow"),
        "preparing": _("Preparing data and network"),
        "compiling": _("Compiling the network"),
        "testing": _("Testing on what it never saw"),
    }.get(phase, phase)


def stopping(status: Status, asked: bool) -> bool:
    """Whether somebody asked this run to stop and it has not yet; `asked`: a command waits unanswered."""
    return goes_on(status) and (asked or status.stop_asked is not None)


def duration(seconds: float) -> str:
    """A time span in words: "8 s", "1 min 5 s", "2 h 3 min"."""
    whole = max(0, round(seconds))
    if whole < 60:
        return _("{seconds} s").format(seconds=whole)
    if whole < 3600:
        return _("{minutes} min {seconds} s").format(minutes=whole // 60, seconds=whole % 60)
    return _("{hours} h {minutes} min").format(hours=whole // 3600, minutes=whole % 3600 // 60)


def percent(value: float | None, decimals: int = 1) -> str:
    """An accuracy in [0, 1] as "97.4 %", unknown as "–"."""
    return "–" if value is None else f"{value * 100:.{decimals}f} %"


def training_batches(status: Status) -> int:
    """Of how many batches the training's accuracy is the mean: those of the epoch so far, 0 if that is not known."""
    if not status.steps_per_epoch:
        return 0
    return max(0, status.step - max(0, status.epoch - 1) * status.steps_per_epoch)


def _count(alone: str, both: str, done: int, total: int | None) -> str:
    return (both if total else alone).format(done=f"{done:,}", all=f"{total or 0:,}")
