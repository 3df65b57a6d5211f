"""The task sequence, really trained: its forecasts held against the formulas in NumPy, value by value."""

from __future__ import annotations

import io
import json
import math
import threading
from pathlib import Path

import keras
import numpy as np
import pytest
from PIL import Image
from sklearn.metrics import root_mean_squared_error
from tensorboard.util.tensor_util import make_ndarray

from tests.trainers.conftest import curve, events
from tests.trainers.saved_networks import check_forecasts_from_its_file
from trainers import signals
from trainers.execution import execute
from trainers.forecasting import FORECAST, MOST_STARTS, spread_starts
from trainers.runs import Run, create_run, read_status
from trainers.sequence import Forecasting, build
from trainers.signals import Signal
from trainers.specs import SequenceSpec

# Keras reads its own variables in a way that NumPy 2 complains about.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

SMALL = {"length": 400, "window": 12, "horizon": 15, "width": 12, "model": "rnn", "learning_rate": 0.01}
NOWHERE = Run(Path("/nowhere"), "e", "r")


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Run:
    """One whole training. Not to be changed."""
    logdir = tmp_path_factory.mktemp("sequence") / "logs"
    logdir.mkdir()
    run = create_run(logdir, SequenceSpec(**SMALL, epochs=12), experiment="e", name="sines")
    assert execute(run, threading.Event()) == 0, read_status(run.status_file).error
    return run


@pytest.fixture(scope="module")
def oracle(run):
    """What the saved network says of the windows before some places of the scaled signal, in NumPy: float64 [n].

    Elman's formulas: h = tanh(W x + U h + b) for each value of a window, and y = V h + c after the last.
    """
    model = keras.saving.load_model(run.artifacts / "model.keras")
    inwards, recurrent, bias, outwards, last_bias = (part.astype(np.float64) for part in model.get_weights())

    def say(scaled: np.ndarray, places: range) -> np.ndarray:
        remembered = np.zeros((len(places), len(recurrent)))
        for back in range(SMALL["window"], 0, -1):
            seen = scaled[[place - back for place in places]][:, None]
            remembered = np.tanh(seen @ inwards + remembered @ recurrent + bias)
        return (remembered @ outwards + last_bias)[:, 0]

    return say


def learned(spec: SequenceSpec, signal: Signal, epochs: int) -> Forecasting:
    learner = Forecasting(NOWHERE, spec, signal)
    for epoch in range(epochs):
        learner.run_chunk(epoch, 0, learner.plan.steps_per_epoch)
    return learner


def test_it_learns_to_forecast_better_than_repeating_the_last_value(run):
    metrics = read_status(run.status_file).metrics
    assert metrics["test_error"] < metrics["test_baseline_error"] / 2
    assert metrics["test_free_running_error"] < metrics["test_baseline_free_running_error"]


def test_one_step_ahead_it_says_what_the_formulas_say_and_errors_are_those_of_scikit_learn(run, oracle):
    signal = signals.load(run.spec())
    metrics = read_status(run.status_file).metrics
    first, last = signal.parts.validation_until, signal.parts.length
    said = oracle(signal.scaled, range(first, last)) * signal.deviation + signal.mean
    truth, before = signal.values[first:last], signal.values[first - 1 : last - 1]
    assert metrics["test_error"] == pytest.approx(root_mean_squared_error(truth, said), rel=1e-4)
    assert metrics["test_baseline_error"] == pytest.approx(root_mean_squared_error(truth, before))
    assert math.sqrt(metrics["test_loss"]) * signal.deviation == pytest.approx(
        metrics["test_error"], rel=1e-5
    )
    with np.load(run.artifacts / FORECAST, allow_pickle=False) as arrays:
        np.testing.assert_allclose(arrays["teacher_forced"], said[: SMALL["horizon"]], atol=1e-5)


def test_free_running_it_sees_nothing_but_its_own_forecasts(run, oracle):
    signal, horizon = signals.load(run.spec()), SMALL["horizon"]
    starts = spread_starts(signal.parts.validation_until, signal.parts.length - horizon)
    forecasts = []
    for start in starts:
        known = signal.scaled[:start].astype(np.float64)
        for _ in range(horizon):
            known = np.append(known, oracle(known, range(len(known), len(known) + 1)))
        forecasts.append(known[start:] * signal.deviation + signal.mean)
    truth = np.stack([signal.values[start : start + horizon] for start in starts])
    repeated = np.stack([np.full(horizon, signal.values[start - 1]) for start in starts])
    with np.load(run.artifacts / FORECAST, allow_pickle=False) as arrays:
        assert str(arrays["part"]) == "test" and int(arrays["starts"]) == MOST_STARTS
        np.testing.assert_allclose(arrays["free_running"], forecasts[0], atol=1e-4)
        np.testing.assert_allclose(arrays["truth"][-horizon:], truth[0])
        np.testing.assert_array_equal(arrays["times"][-horizon:], range(starts[0], starts[0] + horizon))
        np.testing.assert_allclose(arrays["baseline"], repeated[0])
        by_step = root_mean_squared_error(truth, np.stack(forecasts), multioutput="raw_values")
        np.testing.assert_allclose(arrays["error_by_step"], by_step, atol=1e-4)
        flat = root_mean_squared_error(truth, repeated, multioutput="raw_values")
        np.testing.assert_allclose(arrays["baseline_by_step"], flat)
    found = read_status(run.status_file).metrics["test_free_running_error"]
    assert found == pytest.approx(
        root_mean_squared_error(truth.ravel(), np.stack(forecasts).ravel()), abs=1e-4
    )


def test_tensorboard_has_curves_layers_and_a_picture(run):
    assert {"loss", "learning_rate", "gradient_norm/rnn_1"} <= tags(run.path / "train")
    assert {"loss", "error", "free_running_error", "forecast"} <= tags(run.path / "validation")
    steps, errors = curve(run.path / "validation", "error")
    per_epoch = -(-(280 - SMALL["window"]) // 32)
    assert steps.tolist() == [per_epoch * epoch for epoch in range(1, 13)] and errors[-1] < errors[0]
    picture = next(
        make_ndarray(value.tensor)[2]
        for event in events(run.path / "validation")
        for value in event.summary.value
        if value.tag == "forecast"
    )
    assert np.asarray(Image.open(io.BytesIO(picture))).std() > 10


def test_a_gated_network_learns_a_chaotic_signal_and_forecasts_from_its_file_as_it_was_judged(logdir):
    """Of an lstm; tests/trainers/test_resuming.py trains a gru to its end."""
    asked = {**SMALL, "model": "lstm", "signal": "mackey_glass", "length": 200, "horizon": 10}
    run = create_run(logdir, SequenceSpec(**asked, epochs=6, histograms=False), experiment="e", name="chaos")
    assert execute(run, threading.Event()) == 0, read_status(run.status_file).error
    losses = curve(run.path / "validation", "loss")[1]
    assert len(losses) == 6 and losses[-1] < losses[0]
    with np.load(run.artifacts / FORECAST) as arrays:
        assert arrays["truth"].min() > 0.2  # where sines are negative half of the time
    check_forecasts_from_its_file(run)


def tags(folder: Path) -> set[str]:
    return {value.tag for event in events(folder) for value in event.summary.value}


def test_what_comes_after_the_training_part_changes_nothing_that_is_learned():
    spec = SequenceSpec(**SMALL)
    signal = signals.load(spec)
    other = Signal(signal.values.copy(), signal.name, signal.source, signal.parts)
    other.values[signal.parts.train_until :] *= -3
    one, two = (learned(spec, which, epochs=1) for which in (signal, other))
    for name, values in one.state().items():
        np.testing.assert_array_equal(two.state()[name], values, err_msg=name)
    assert one.validate() != two.validate()


def test_a_later_process_goes_on_exactly():
    spec = SequenceSpec(**SMALL)
    signal = signals.load(spec)
    unbroken, first, second = (learned(spec, signal, epochs) for epochs in (2, 1, 0))
    second.restore(first.state())
    second.run_chunk(1, 0, second.plan.steps_per_epoch)
    for name, values in unbroken.state().items():
        np.testing.assert_array_equal(second.state()[name], values, err_msg=name)


@pytest.mark.parametrize(("model", "gates", "biases"), [("rnn", 1, 1), ("gru", 3, 2), ("lstm", 4, 1)])
def test_networks_have_the_weights_that_their_papers_count(model, gates, biases):
    """Each gate sees the input and what was remembered; Keras' GRU has a second bias, as cuDNN's."""
    width = 5
    network = build(SequenceSpec(model=model, width=width, depth=2))
    first = gates * (width * 1 + width * width + biases * width)
    second = gates * (width * width + width * width + biases * width)
    assert network.count_params() == first + second + width + 1
    assert network(np.zeros((3, 40, 1), np.float32)).shape == (3, 1)


def test_a_file_of_ones_own_is_kept_with_the_run(logdir, tmp_path):
    path = tmp_path / "own.csv"
    values = np.sin(np.arange(120) / 3)
    path.write_text("t;level\n" + "".join(f"{row};{value}\n" for row, value in enumerate(values)))
    asked = {"signal": "csv", "csv_file": path, "column": "level", "window": 5, "horizon": 8, "width": 4}
    run = create_run(logdir, SequenceSpec(**asked, model="rnn", epochs=1), experiment="e", name="own")
    assert execute(run, threading.Event()) == 0, read_status(run.status_file).error
    assert (run.path / "inputs" / "signal.csv").read_bytes() == path.read_bytes()
    told = json.loads((run.path / "inputs" / "dataset.json").read_text())
    assert told["source"] == str(path) and len(told["sha256"]) == 64
    with np.load(run.artifacts / FORECAST) as arrays:
        np.testing.assert_allclose(arrays["truth"], values[arrays["times"]])


def test_a_file_with_a_wrong_value_fails_the_run_with_its_line(logdir, tmp_path):
    path = tmp_path / "own.csv"
    path.write_text("level\n" + "1\n2\n" * 200 + "?\n")
    run = create_run(logdir, SequenceSpec(signal="csv", csv_file=path), experiment="e", name="wrong")
    assert execute(run, threading.Event()) == 1
    assert "line 402 ('?')" in (read_status(run.status_file).error or "")
