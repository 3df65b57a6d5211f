"""What every training shares, whatever it learns: curves, commands, checkpoints, divergence, its two ends.

    outcome = train(run, spec, live, stop, classify)        # "completed", "stopped" or "paused"

What is learned is a `Learner`, made by a task's module; when things happen stands in `loop`, what people may ask
meanwhile in `steering`, what a later process needs to go on in `resuming`.
"""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Literal, Protocol, runtime_checkable

import numpy as np
from tensorboard.compat.proto.event_pb2 import Event

from trainers.divergence import broken, diverged
from trainers.early_stopping import Patience
from trainers.live_status import LiveStatus
from trainers.loop import Chunk, Plan, Speed, run_loop
from trainers.resuming import Keeper, Kept, Position, cut_back, kept_by
from trainers.runs import Command, Run, StorageFailed
from trainers.specs import InvalidSpec, Spec
from trainers.steering import Steering, steered
from trainers.summaries import Journal
from trainers.summaries.thinning import Points

SECONDS_BETWEEN_LOG_LINES = 2.0

Outcome = Literal["completed", "stopped", "paused"]

logger = logging.getLogger(__name__)


class Learner(Protocol):
    """What learns. `plan` says how much; the loss comes first among what is measured, the learning rate last."""

    plan: Plan
    measures: tuple[str, ...]
    validation_measures: tuple[str, ...]

    def run_chunk(self, epoch: int, first: int, count: int) -> np.ndarray:
        """Runs `count` steps of an epoch from its step `first` on: float32 [count, len(measures)].

        What it does follows from the state, the epoch and the step alone, so that it can be done again.
        """

    def run_epochs(self, epoch: int, count: int) -> tuple[np.ndarray, np.ndarray]:
        """Runs `count` whole epochs from this one on, each with a look at the validation data.

        Measures float32 [steps, len(measures)] and float64 [count, len(validation_measures)]. Never asked for where
        the plan has one epoch at once.
        """

    def validate(self) -> dict[str, float]:
        """One number for each of `validation_measures`, from data it does not learn from."""

    def graphs(self) -> list[Event]:
        """The graphs for TensorBoard, asked for once after the first chunk; [] where there is none."""

    def state(self) -> dict[str, np.ndarray]:
        """ALL that a later process needs beside spec, step and epoch.

        Weights, optimizer, averages, random states, the chosen learning rate.
        """

    def restore(self, state: Mapping[str, np.ndarray]) -> None:
        """Takes over what `state` gave; raises TrainingFailed where it does not fit."""

    def choose_learning_rate(self, rate: float | None) -> None:
        """Learns at this rate from now on; None gives the rate back to the schedule."""

    def first_broken_layer(self) -> str | None:
        """The first layer, in order, with a weight or an output that is not finite."""

    def observe(self, journal: Journal, step: int, *, last: bool) -> None:
        """Writes what is expensive, after an epoch, at sensible intervals, and always at the `last`."""

    def conclude(self, journal: Journal, step: int) -> dict[str, float]:
        """The final test, pictures and model; gives its numbers as {"test_accuracy": …}."""


@runtime_checkable
class Steerable(Protocol):
    """A learner some of whose settings may be changed while it runs: those of `specs.STEERABLE`."""

    def steer(self, spec: Spec) -> None:
        """Goes on with the settings of this spec from the next step on; raises InvalidSpec where it cannot."""


class Task(Protocol):
    """What the module of a task gives: what is measured as tag → meaning, and a function that makes the learner."""

    MEASURES: Mapping[str, str]
    VALIDATION_MEASURES: Mapping[str, str]

    def prepare(self, run: Run, spec: Spec, journal: Journal) -> Learner:
        """Data and network, ready to learn from the start; writes what is asked for into the journal."""


def train(run: Run, spec: Spec, live: LiveStatus, stop: threading.Event, task: Task) -> Outcome:
    """Trains, from the last checkpoint on where there is one, and writes all that a run folder holds.

    `stop` set from outside ends the training after the steps at hand. Raises TrainingFailed, DatasetMissing or
    RunError with a sentence for a person.
    """
    kept = kept_by(run)
    with Journal(run, task.MEASURES, task.VALIDATION_MEASURES) as journal:
        learner = task.prepare(run, spec, journal)
        for notice in journal.notices:
            live.note(notice)
        training = Training(run, spec, learner, live=live, journal=journal, stop=stop)
        start = training.go_on_from(kept) if kept else 0
        plan = training.plan
        if plan.epochs_for_steps:
            live.note(
                f"Epochs ({plan.epochs:,}) end this training after {plan.total_steps:,} steps, before the "
                f"{plan.steps:,} that were asked for: choose {plan.epochs_for_steps:,} epochs to reach them."
            )
        live.write(
            state="running",
            total_steps=plan.total_steps,
            epochs=plan.epochs,
            steps_per_epoch=plan.steps_per_epoch,
            phase="compiling",
        )
        training.obey()
        began = time.time()
        step = start if training.pausing else run_loop(plan, training, start=start)
        images = plan.images_until(step) - plan.images_until(start)
        live.change(step=step, images_per_second=images / max(time.time() - began, 1e-6))
        if training.pausing:
            return "paused"
        training.conclude(step)
    return "completed" if training.is_complete(step) else "stopped"


class Training:
    """A training as the loop drives it: `loop.Actions` for any learner. `plan` is how much there is to do.

    `pausing` says that it ends here to be resumed.
    """

    def __init__(
        self,
        run: Run,
        spec: Spec,
        learner: Learner,
        *,
        live: LiveStatus,
        journal: Journal,
        stop: threading.Event,
    ) -> None:
        self.learner, self.plan = learner, learner.plan
        if live.status.epochs_asked is not None:  # somebody wanted more than the spec says
            self.plan = replace(self.plan, epochs=live.status.epochs_asked, steps=0)
        self.pausing = False
        self._run, self._spec = run, spec
        self._live, self._journal, self._stop = live, journal, stop
        self._learned = learner.measures[:-1]  # all but the learning rate
        self._measures = np.empty((0, len(learner.measures)), np.float32)  # of the steps just run
        self._validations: np.ndarray | None = None  # of the epochs just run, where they were several
        self._at = Position(sums=np.zeros(len(self._learned)))
        self._patience = Patience(spec.early_stopping)
        self._had_enough = False
        self._next_log_line = 0.0
        self._trace_asked: Command | None = None
        self._keeper = Keeper(run, learner, live, journal)
        # What was asked before an earlier process ended was meant for that one.
        since_ns = int((live.before.finished or 0) * 1e9)
        obey = {
            "stop": self._obey_stop,
            "pause": self._obey_pause,
            "checkpoint": self._obey_checkpoint,
            "learning_rate": self._obey_learning_rate,
            "trace": self._obey_trace,
        }
        if isinstance(learner, Steerable):
            obey["settings"] = self._obey_settings
        self._steering = Steering(run, spec, since_ns, obey)

    def go_on_from(self, kept: Kept) -> int:
        """Takes over what an earlier process left; gives the step to go on from."""
        self.learner.restore(kept.learner)
        cut_back(self._run, kept)
        self._journal.restore(kept.journal)
        self._at = kept.position
        if self._at.patience:
            self._patience.restore(self._at.patience)
        self._keeper.remember(self._at.step)
        for notice in kept.notices:
            self._live.note(notice)
        self._live.change(step=self._at.step, checkpoint=self._at.step, learning_rate=self._at.rate)
        logger.info("Going on from the checkpoint of step %d.", self._at.step)
        return self._at.step

    def is_complete(self, step: int) -> bool:
        """Whether this was the end: of the plan, or of the patience with it."""
        return step == self.plan.total_steps or self._had_enough

    def run_chunk(self, epoch: int, first: int, count: int) -> None:
        """Runs `count` training steps, under the profiler where somebody asked for that."""
        if first == 0:
            self._at.begin_epoch()
        if self._trace_asked is None:
            self._measures = self._run_steps(epoch, first, count)  # [count, measures]
        else:
            self._measures = self._run_traced(self._trace_asked, epoch, first, count)

    def after_chunk(self, chunk: Chunk) -> None:
        """Notes the steps' numbers; raises TrainingFailed when the loss is none."""
        steps = np.arange(chunk.step - chunk.count + 1, chunk.step + 1)  # counted from 1
        times = np.linspace(chunk.began, chunk.ended, chunk.count + 1)[1:]
        bad = np.flatnonzero(~np.isfinite(self._measures[:, 0]))
        good_until = int(bad[0]) + 1 if len(bad) else chunk.count
        self._journal.training(Points(steps, times, self._measures).rows(slice(good_until)))
        if (
            chunk.step == chunk.count
        ):  # the first of all: its points go ahead, and its graph is compiled by now
            self._journal.flush()
            for event in self.learner.graphs():
                self._journal.graph(event)
        if self._live.status.phase is not None:
            self._live.write(phase=None)
        if len(bad):
            self._fail_at(int(steps[bad[0]]))
        of_epoch = min(chunk.count, self.plan.steps_per_epoch)  # means are those of one epoch
        self._at.add(chunk.step, self._measures[-of_epoch:, :-1])

    def after_epoch(self, epoch: int, step: int, *, last: bool) -> bool:
        """Looks at the validation data and at the weights; whether the patience is at its end."""
        found = self._validated(step)
        self._at.validated = {f"val_{name}": value for name, value in found.items()}
        self._at.validated_step = step
        self._had_enough = self._patience.is_over(found["loss"]) and not last
        self._at.patience = self._patience.state()
        ends = last or self._had_enough
        self.learner.observe(self._journal, step, last=ends)
        if ends:  # there are thousands of epochs a minute in a small training: others wait for a beat
            self._show(step, epoch)
        elif self._keeper.is_due(at_epoch=True):
            self._look_at_weights()
            self._keeper.keep(self._at)
        if ends or time.monotonic() >= self._next_log_line:
            self._log(epoch)
        return self._had_enough

    def _validated(self, step: int) -> dict[str, float]:
        """What the validation gave, written down for every epoch just run; raises TrainingFailed where it is none."""
        if self._validations is None:
            found = [self.learner.validate()]
        else:
            names = self.learner.validation_measures
            found = [dict(zip(names, row, strict=True)) for row in self._validations.tolist()]
        for back, measures in zip(range(len(found) - 1, -1, -1), found, strict=True):
            at = step - back * self.plan.steps_per_epoch
            self._journal.validation(at, measures)
            if not math.isfinite(measures["loss"]):
                self._journal.flush()
                opening = f"The validation loss is no longer a number at step {at:,}"
                raise broken(opening, self.learner.first_broken_layer(), self._rate())
        return found[-1]

    def beat(self, step: int, epoch: int, speed: Speed | None) -> None:
        """Shows the world the curves so far, the progress and the speed."""
        self._journal.flush()
        self._show(step, epoch)
        if speed:
            self._live.change(images_per_second=speed.images_per_second, seconds_left=speed.seconds_left)
        if self._keeper.is_due(at_epoch=False):
            self._look_at_weights()
            self._keeper.keep(self._at)

    def stop_asked(self) -> bool:
        """Obeys the commands; whether the training shall end here, by a command or by a signal to this process."""
        self.obey()
        return self._stop.is_set() or self.pausing

    def obey(self) -> None:
        """Does what was asked since the last look."""
        self._steering.look()

    def conclude(self, step: int) -> None:
        """What remains, whether the training came to its end or was stopped: test, pictures, model."""
        self._live.write(phase="testing")
        self._look_at_weights()
        if self._had_enough:
            self._at.patience = {}  # who asks for more epochs after this end gives it another chance
        self._keeper.keep(self._at)  # first of all: a long test may be interrupted
        self._journal.end_curves()
        metrics = self.learner.conclude(self._journal, step)
        self._live.change(metrics={**self._live.status.metrics, **metrics})
        self._keeper.keep(self._at)  # again, so that who goes on keeps the pictures of this end
        if self._had_enough:
            self._live.note(
                f"The validation loss had not improved for {self._spec.early_stopping} epochs, "
                f"so the training ended at step {step:,}."
            )

    def _show(self, step: int, epoch: int) -> None:
        self._live.change(step=step, epoch=epoch + 1, metrics={**self._live.status.metrics, **self._known()})

    def _known(self) -> dict[str, float]:
        return {**self._at.means(self._learned), **self._at.validated}

    def _log(self, epoch: int) -> None:
        self._next_log_line = time.monotonic() + SECONDS_BETWEEN_LOG_LINES
        words = [f"{_in_words(name)} {value:.4f}" for name, value in self._known().items() if "/" not in name]
        logger.info("Epoch %d of %d: %s.", epoch + 1, self.plan.epochs, ", ".join(words))

    def _look_at_weights(self) -> None:
        """Raises TrainingFailed where a layer is broken though no loss has told so yet."""
        if (layer := self.learner.first_broken_layer()) is not None:
            self._journal.flush()
            raise broken(f"The network is broken after step {self._at.step:,}", layer, self._rate())

    def _fail_at(self, step: int) -> None:
        """Raises TrainingFailed: the loss of this step is no number."""
        self._journal.flush()
        self._live.change(step=step, phase="looking for the layer that broke first")
        raise diverged(self.learner, self.plan, self._keeper.good, step, self._rate())

    def _rate(self) -> float:
        """The learning rate that a person could lower."""
        return self._spec.learning_rate if self._at.rate is None else self._at.rate

    def _obey_stop(self, command: Command) -> str:
        self._stop.set()
        self._live.change(last_command="stop", stop_asked=command.asked_ns / 1e9)
        return "The training stops."

    def _obey_pause(self, command: Command) -> str:
        if self._stop.is_set():
            return "The training stops, so it does not pause."
        self._look_at_weights()
        try:
            self._keeper.take(self._at)
        except StorageFailed as error:
            return f"The training goes on, since its checkpoint could not be written: {error}"
        self.pausing = True
        self._live.change(last_command="pause")
        return f"The training pauses at step {self._at.step:,}."

    def _obey_checkpoint(self, command: Command) -> str:
        self._look_at_weights()
        try:
            self._keeper.take(self._at)
        except StorageFailed as error:
            return f"The checkpoint could not be written: {error}"
        self._live.change(last_command="checkpoint")
        return f"The checkpoint holds step {self._at.step:,}."

    def _obey_learning_rate(self, command: Command) -> str:
        self._at.rate = None if command.value is None else float(command.value)
        self.learner.choose_learning_rate(self._at.rate)
        self._live.change(learning_rate=self._at.rate, last_command="learning_rate")
        self._look_at_weights()
        self._keeper.keep(self._at)  # whoever goes on later shall not need to be asked again
        if self._at.rate is None:
            return f"The learning rate follows the schedule after step {self._at.step:,}."
        return f"The learning rate is {self._at.rate:g} after step {self._at.step:,}."

    def _obey_settings(self, command: Command) -> str:
        assert isinstance(self.learner, Steerable) and isinstance(command.value, dict)
        values = {**self._live.status.steered, **command.value}
        try:
            self.learner.steer(steered(self._spec, values))
        except InvalidSpec as error:
            return str(error)
        self._at.lowest_loss = math.inf  # the best so far was the best under other settings
        self._live.change(steered=values, last_command="settings")
        self._keeper.keep(self._at)
        words = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in command.value.items())
        return f"From step {self._at.step:,} on: {words}."

    def _obey_trace(self, command: Command) -> None:
        self._trace_asked = command  # answered when there is something to see

    def _run_steps(self, epoch: int, first: int, count: int) -> np.ndarray:
        self._validations = None
        if count <= self.plan.steps_per_epoch:
            return self.learner.run_chunk(epoch, first, count)
        measures, self._validations = self.learner.run_epochs(epoch, count // self.plan.steps_per_epoch)
        return measures

    def _run_traced(self, command: Command, epoch: int, first: int, count: int) -> np.ndarray:
        from trainers.summaries.profile import traced  # late: hardly anybody asks for it

        self._trace_asked = None
        folder = self._run.artifacts / "profile"
        outcome, measures = f"The trace of {count:,} steps lies in {folder}.", None
        try:
            with traced(folder):
                measures = self._run_steps(epoch, first, count)
        except StorageFailed as error:
            outcome = f"The trace could not be written: {error}"
        self._live.change(last_command="trace")
        self._steering.answer(command, outcome)
        return self._run_steps(epoch, first, count) if measures is None else measures


def _in_words(name: str) -> str:
    """A metric's name for the log: "val_accuracy" is the validation accuracy."""
    part, _, measure = name.partition("_")
    return f"{ {'train': 'training', 'val': 'validation'}[part] } {measure.replace('_', ' ')}"
