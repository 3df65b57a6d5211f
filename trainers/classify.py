"""One training from its data to its evaluation, written down as it goes.

What learning is stands in `gradient_descent`, when things happen in `loop`, where they are written in
`summaries` and `evaluation`; here they are put together.
"""

from __future__ import annotations

import logging
import math
import threading
import time

import keras
import numpy as np
import tensorflow as tf

from trainers import datasets, models
from trainers.evaluation import compiled_prediction, evaluate, save_model, write_artifacts
from trainers.gradient_descent import (
    MEASURES,
    compiled_steps,
    compiled_validation,
    epoch_order,
    training_step,
)
from trainers.live_status import LiveStatus
from trainers.loop import Chunk, Plan, Speed, TrainingFailed, run_loop
from trainers.runs import Run, answer_command, pending_commands, write_json
from trainers.specs import ClassifySpec
from trainers.summaries import Journal, graphs, pictures, settings
from trainers.summaries.thinning import Points

SECONDS_BETWEEN_LOG_LINES = 2.0

logger = logging.getLogger(__name__)


class Classification:
    """A training as the loop drives it: `loop.Actions`.

    `step` is the compiled training step, `validate` and `model` what is trained, `plan` how much of it.
    """

    def __init__(
        self,
        run: Run,
        spec: ClassifySpec,
        data: datasets.Dataset,
        *,
        live: LiveStatus,
        journal: Journal,
        stop: threading.Event,
    ) -> None:
        self.model = models.build(spec, len(data.class_names))
        self.step = training_step(self.model, keras.optimizers.Adam(spec.learning_rate))
        self.steps = compiled_steps(self.step, data.train, spec.batch_size)
        self.validate = compiled_validation(self.model, data.validation)
        images = len(data.train.labels)
        self.plan = Plan(
            epochs=spec.epochs,
            steps_per_epoch=-(-images // spec.batch_size),
            images_per_epoch=images,
            batch_size=spec.batch_size,
            pace=spec.pace,
        )
        self._run, self._spec = run, spec
        self._live, self._journal, self._stop = live, journal, stop
        # What was asked before an earlier process ended was meant for that one.
        self._commands_since = int((live.status.finished or 0) * 1e9)
        self._order = tf.zeros([0], tf.int32)  # of the training images in this epoch
        self._measures = np.empty((0, len(MEASURES)), np.float32)  # of the steps just run
        self._sums, self._summed = np.zeros(2), 0  # loss and accuracy over this epoch's steps so far
        self._validated: dict[str, float] = {}  # what the validation images gave last
        self._next_log_line = 0.0

    def run_chunk(self, epoch: int, first: int, count: int) -> None:
        """Runs `count` training steps in one compiled call."""
        if first == 0:
            self._order = tf.constant(epoch_order(self._spec.seed, epoch, self.plan.images_per_epoch))
            self._sums, self._summed = np.zeros(2), 0
        self._measures = self.steps(self._order, tf.constant(first), tf.constant(count)).numpy()  # [count, 3]

    def after_chunk(self, chunk: Chunk) -> None:
        """Notes the steps' numbers; raises TrainingFailed when the loss is none."""
        steps = np.arange(chunk.step - chunk.count + 1, chunk.step + 1)  # counted from 1
        times = np.linspace(chunk.began, chunk.ended, chunk.count + 1)[1:]
        bad = np.flatnonzero(~np.isfinite(self._measures[:, 0]))
        good_until = int(bad[0]) + 1 if len(bad) else chunk.count
        self._journal.training(Points(steps, times, self._measures).rows(slice(good_until)))
        if chunk.step == chunk.count:  # the first: its points go ahead, and its graph is compiled by now
            self._journal.flush()
            self._journal.graph(graphs.layer_graph(self.model))
            self._journal.graph(graphs.operation_graph(self.step.get_concrete_function()))
        if len(bad):
            self._journal.flush()
            raise self._diverged("loss", int(steps[bad[0]]))
        self._sums += self._measures[:, :2].sum(axis=0, dtype=np.float64)
        self._summed += chunk.count

    def after_epoch(self, epoch: int, step: int, *, last: bool) -> None:
        """Looks at the validation images and at the weights."""
        loss, accuracy = (float(value) for value in self.validate())
        self._journal.validation(step, loss, accuracy)
        if not math.isfinite(loss):
            self._journal.flush()
            raise self._diverged("validation loss", step)
        self._journal.histograms(step, self.model.trainable_variables, always=last)
        self._validated = {"val_loss": loss, "val_accuracy": accuracy}
        if last:
            self._show(
                step, epoch
            )  # there are thousands of epochs a minute in a small training: others wait for a beat
        if last or time.monotonic() >= self._next_log_line:
            self._next_log_line = time.monotonic() + SECONDS_BETWEEN_LOG_LINES
            logger.info(
                "Epoch %d of %d: training accuracy %.4f, validation accuracy %.4f, validation loss %.4f.",
                epoch + 1,
                self.plan.epochs,
                self._sums[1] / self._summed,
                accuracy,
                loss,
            )

    def _diverged(self, what: str, step: int) -> TrainingFailed:
        return TrainingFailed(
            f"The {what} is no longer a number at step {step:,}: the training diverged. "
            f"Choose a learning rate below {self._spec.learning_rate:g}."
        )

    def beat(self, step: int, epoch: int, speed: Speed | None) -> None:
        """Shows the world the curves so far, the progress and the speed."""
        self._journal.flush()
        self._show(step, epoch)
        if speed:
            self._live.change(images_per_second=speed.images_per_second, seconds_left=speed.seconds_left)

    def _show(self, step: int, epoch: int) -> None:
        loss, accuracy = self._sums / self._summed
        known = {"train_loss": loss, "train_accuracy": accuracy, **self._validated}
        self._live.change(step=step, epoch=epoch + 1, metrics=known)

    def stop_asked(self) -> bool:
        """Answers the commands; whether the training shall stop, by a command or by a signal to this process."""
        for command in pending_commands(self._run.commands, since_ns=self._commands_since):
            if command.kind == "stop":
                self._stop.set()
                self._live.change(last_command="stop", stop_asked=command.asked_ns / 1e9)
                answer_command(self._run.commands, command, "The training stops.")
            else:
                sentence = f"This trainer does not know the command {command.kind[:40]}."
                answer_command(self._run.commands, command, sentence)
        return self._stop.is_set()


def train(run: Run, spec: ClassifySpec, live: LiveStatus, stop: threading.Event) -> bool:
    """Trains, evaluates, and writes all that a run folder holds; gives whether it came to its end.

    `stop` set from outside ends the training after the steps at hand. Raises TrainingFailed,
    datasets.DatasetMissing or runs.StorageFailed with a sentence for a person.
    """
    data = datasets.load(spec)
    logger.info("%s: %s training images.", data.source, f"{len(data.train.labels):,}")
    write_json(run.path / "inputs" / "dataset.json", {"dataset": spec.dataset, "source": data.source})
    with Journal(run, MEASURES) as journal:
        training = Classification(run, spec, data, live=live, journal=journal, stop=stop)
        journal.about_run(settings.hyperparameters(run, spec))
        journal.about_run(settings.text(spec, models.explanation(spec.model)))
        live.write(state="running", total_steps=training.plan.total_steps, epochs=spec.epochs, phase=None)
        began = time.time()
        step = run_loop(training.plan, training)
        images_per_second = training.plan.images_until(step) / (time.time() - began)
        journal.end_curves()
        live.write(step=step, images_per_second=images_per_second, phase="testing")
        _conclude(run, training.model, data, live, journal, step)
    return step == training.plan.total_steps


def _conclude(
    run: Run, model: keras.Model, data: datasets.Dataset, live: LiveStatus, journal: Journal, step: int
) -> None:
    """What remains of a training, whether it came to its end or was stopped: test, pictures, model."""
    seen = evaluate(compiled_prediction(model), data.test)
    test = {"loss": seen.loss, "accuracy": seen.accuracy, "standard_error": seen.standard_error}
    live.change(metrics={**live.status.metrics, **{f"test_{name}": value for name, value in test.items()}})
    write_artifacts(seen, data, run.artifacts)
    save_model(model, run.artifacts)
    journal.about_run(
        pictures.confusion_matrix(seen.confusion(len(data.class_names)), data.class_names), step
    )
    journal.about_run(pictures.mistakes(seen, data.test.images, data.class_names), step)
    journal.histograms(step, model.trainable_variables, always=True)
    journal.about_run(settings.ended())
    logger.info(
        "Test accuracy %.4f ± %.4f on %d images.", seen.accuracy, seen.standard_error, len(seen.labels)
    )
