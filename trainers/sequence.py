"""The task sequence: a recurrent network learns to say the next value of a signal, and then to go on by itself."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Mapping
from functools import lru_cache

import keras
import numpy as np
import tensorflow as tf
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary

from trainers import optimizers, signals, starting_weights
from trainers.compiled_network import CompiledNetwork
from trainers.evaluation import save_model
from trainers.file_hash import file_hash
from trainers.forecasting import Forecast, Forecaster, write_forecast
from trainers.gradient_descent import epoch_order
from trainers.kept_files import keep_file
from trainers.loop import Plan
from trainers.runs import Run, write_json
from trainers.signals import Signal
from trainers.specs import SequenceSpec
from trainers.summaries import Journal, settings
from trainers.summaries.events import described_value
from trainers.summaries.intervals import Interval

MEASURES = {
    "loss": "Squared error one step ahead, mean over the batch (of the signal scaled to variance 1)",
    "learning_rate": "Step size of the optimizer",
}
VALIDATION_MEASURES = {
    "loss": "Squared error one step ahead, mean over the validation part (of the signal scaled to variance 1)",
    "error": "Error one step ahead, root mean square over the validation part (in the signal's own units)",
}
SECONDS_BETWEEN_LAYERS = 2.0
SECONDS_BETWEEN_FORECASTS = 2.0
SECONDS_BETWEEN_PICTURES = 10.0
SHARE_OF_TIME = 0.02

logger = logging.getLogger(__name__)


def rnn(spec: SequenceSpec) -> keras.Model:
    """Simple recurrent cells: what is remembered is a squashed sum of the value seen and what was remembered.

    h_t = tanh(W x_t + U h_{t−1} + b). Elman (1990), Finding structure in time.
    """
    return _stacked(spec, keras.layers.SimpleRNN)


def gru(spec: SequenceSpec) -> keras.Model:
    """Gated recurrent units: gates decide how much is remembered anew.

    Cho et al. (2014), Learning phrase representations using RNN encoder-decoder, arXiv:1406.1078.
    """
    return _stacked(spec, keras.layers.GRU)


def lstm(spec: SequenceSpec) -> keras.Model:
    """Long short-term memory: a cell keeps what its gates let in until they let it go.

    Hochreiter, Schmidhuber (1997), Long short-term memory.
    """
    return _stacked(spec, keras.layers.LSTM)


MODELS = {"rnn": rnn, "gru": gru, "lstm": lstm}


def build(spec: SequenceSpec) -> keras.Model:
    """The network a spec asks for: takes windows float32 [n, window, 1], gives the next value float32 [n, 1].

    Its starting weights equal those of another network where shapes and seed agree.
    """
    keras.utils.set_random_seed(spec.seed)
    return starting_weights.drawn(MODELS[spec.model](spec), spec.seed)


def _stacked(spec: SequenceSpec, cell: type[keras.layers.RNN]) -> keras.Model:
    recurrent = [
        cell(spec.width, return_sequences=number < spec.depth, name=f"{spec.model}_{number}")
        for number in range(1, spec.depth + 1)
    ]
    return keras.Sequential(
        [
            keras.Input((spec.window, 1), name="window"),  # [n, window, 1]
            *recurrent,  # [n, window, width], and the last of them [n, width]
            keras.layers.Dense(1, name="next_value"),  # [n, 1]
        ],
        name=spec.model,
    )


def prepare(run: Run, spec: SequenceSpec, journal: Journal) -> Forecasting:
    """Signal and network; raises DatasetMissing or StorageFailed."""
    signal = signals.load(_with_kept_file(run, spec))
    logger.info(
        "%s: %s values, the first %s to learn from.",
        signal.name,
        f"{signal.parts.length:,}",
        f"{signal.parts.train_until:,}",
    )
    journal.about_run(settings.hyperparameters(run, spec))
    journal.about_run(settings.text(spec, inspect.cleandoc(MODELS[spec.model].__doc__ or "")))
    return Forecasting(run, spec, signal)


def _with_kept_file(run: Run, spec: SequenceSpec) -> SequenceSpec:
    """The spec with the run's own copy of the file, made the first time: who goes on later finds the same numbers."""
    described = {"signal": spec.signal, "source": "computed"}
    kept = run.path / "inputs" / "signal.csv"
    if spec.csv_file is not None:
        if not kept.exists():
            signals.check(spec)  # what is wrong is said of the file that the person knows
            keep_file(run, spec.csv_file, kept)
        described = {"signal": spec.signal, "source": str(spec.csv_file), "sha256": file_hash(kept)}
        spec = spec.model_copy(update={"csv_file": kept})
    write_json(run.path / "inputs" / "dataset.json", described)
    return spec


class Forecasting:
    """A network that learns to forecast a signal: `training.Learner`. A row is the place of the value to be said."""

    measures = tuple(MEASURES)
    validation_measures = tuple(VALIDATION_MEASURES)

    def __init__(self, run: Run, spec: SequenceSpec, signal: Signal) -> None:
        self._run, self._spec, self._signal = run, spec, signal
        parts = signal.parts
        self._train = np.arange(spec.window, parts.train_until)
        self._validation = np.arange(parts.train_until, parts.validation_until)
        self._test = np.arange(parts.validation_until, parts.length)
        windows = len(self._train)
        batch_size = min(spec.batch_size, windows)
        self.plan = Plan(
            epochs=spec.epochs,
            steps_per_epoch=-(-windows // batch_size),
            images_per_epoch=windows,
            batch_size=batch_size,
            pace=spec.pace,
        )
        scaled = tf.constant(signal.scaled)
        before = tf.range(-spec.window, 0)

        def batch(rows: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            windows = tf.gather(scaled, rows[:, tf.newaxis] + before)  # [b, window]
            return windows[..., tf.newaxis], tf.gather(scaled, rows)[:, tf.newaxis]

        self._network = CompiledNetwork(
            build(spec),
            optimizers.build(spec, spec.learning_rate),
            batch,
            _judged,
            batch_size=batch_size,
        )
        self._forecaster = Forecaster(self._network.model, signal, window=spec.window, horizon=spec.horizon)
        self._order = lru_cache(maxsize=1)(self._order_of)  # an epoch may have many chunks
        self._layers = self._network.layer_summaries(
            self._train, "windows", norms=spec.norms, histograms=spec.histograms
        )
        self._layers_interval = Interval(SECONDS_BETWEEN_LAYERS, share=SHARE_OF_TIME)
        self._forecasts_interval = Interval(SECONDS_BETWEEN_FORECASTS, share=SHARE_OF_TIME)
        self._pictures_interval = Interval(SECONDS_BETWEEN_PICTURES, share=SHARE_OF_TIME)
        self._observed_step = -1  # the last at which all there is to see was written

    def run_chunk(self, epoch: int, first: int, count: int) -> np.ndarray:
        """Runs `count` training steps in one compiled call."""
        return self._network.run_steps(self._order(epoch), first, count)  # [count, 2]

    def validate(self) -> dict[str, float]:
        """How far the forecasts one step ahead are from the validation part."""
        said = self._network.outputs(self._validation)[:, 0].astype(np.float64)
        loss = float(np.square(said - self._signal.scaled[self._validation]).mean())
        return {"loss": loss, "error": float(np.sqrt(loss) * self._signal.deviation)}

    def graphs(self) -> list[Event]:
        """The network's layers, and the operations of one training step."""
        return self._network.graphs()

    def state(self) -> dict[str, np.ndarray]:
        """Weights and the optimizer's numbers."""
        return self._network.state()

    def restore(self, state: Mapping[str, np.ndarray]) -> None:
        """Takes over what `state` gave; raises TrainingFailed where it is another network's."""
        self._network.restore(state)

    def choose_learning_rate(self, rate: float | None) -> None:
        """Learns at this rate from the next step on; None goes back to the spec's."""
        self._network.choose_learning_rate(rate)

    def first_broken_layer(self) -> str | None:
        """The first layer with a weight, or an output for some training windows, that is not finite."""
        return self._network.first_broken_layer(self._train)

    def observe(self, journal: Journal, step: int, *, last: bool) -> None:
        """Forecasts the validation part, and looks at the layers, where it is time; raises StorageFailed."""
        if step == self._observed_step:
            return
        if last:
            self._observed_step = step
        if last or self._forecasts_interval.is_due():
            with self._forecasts_interval.taken():
                self._show(self._judged(self._validation), "validation", journal, step, last=last)
        if self._layers and (last or self._layers_interval.is_due()):
            with self._layers_interval.taken():
                journal.of_training(self._layers.summary(), step)

    def conclude(self, journal: Journal, step: int) -> dict[str, float]:
        """Forecasts the test part, which it never saw; writes the forecast and the model."""
        self.observe(journal, step, last=True)
        forecast = self._judged(self._test)
        write_forecast(forecast, self._run.artifacts, step=step, part="test")
        save_model(self._network.model, self._run.artifacts)
        journal.about_run(settings.ended())
        logger.info(
            "Test error one step ahead %.4g (repeating the last value %.4g), free-running over %d steps %.4g (%.4g).",
            forecast.errors["error"],
            forecast.errors["baseline_error"],
            forecast.horizon,
            forecast.errors["free_running_error"],
            forecast.errors["baseline_free_running_error"],
        )
        return {"test_loss": forecast.loss, **{f"test_{name}": one for name, one in forecast.errors.items()}}

    def _order_of(self, epoch: int) -> tf.Tensor:
        """The places of an epoch in the order in which it forecasts them: int32 [windows]."""
        return tf.constant(self._train[epoch_order(self._spec.seed, epoch, len(self._train))], tf.int32)

    def _judged(self, rows: np.ndarray) -> Forecast:
        """The forecasts of some neighbouring values."""
        return self._forecaster.judged(int(rows[0]), int(rows[-1]) + 1, self._network.outputs(rows)[:, 0])

    def _show(self, forecast: Forecast, part: str, journal: Journal, step: int, *, last: bool) -> None:
        write_forecast(forecast, self._run.artifacts, step=step, part=part)
        meaning = (
            f"Error, root mean square over {forecast.horizon} steps, of forecasts from its own forecasts"
        )
        free = forecast.errors["free_running_error"]
        journal.of_validation(Summary(value=[described_value("free_running_error", free, meaning)]), step)
        if self._spec.forecast_images and (last or self._pictures_interval.is_due()):
            from trainers.summaries.forecast import forecast_picture  # late: matplotlib takes half a second

            with self._pictures_interval.taken():
                journal.of_validation(forecast_picture(forecast, part), step)


def _judged(targets: tf.Tensor, outputs: tf.Tensor) -> tf.Tensor:
    """The mean squared error of scaled values float32 [b, 1]: float32 [1]."""
    return tf.reduce_mean(tf.square(outputs - targets))[tf.newaxis]
