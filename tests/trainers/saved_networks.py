"""What stands in a run's model.keras, held against what the run says of it."""

from __future__ import annotations

import json

import keras
import numpy as np
import pytest
from sklearn.metrics import confusion_matrix, log_loss, root_mean_squared_error

from trainers import datasets, signals
from trainers.forecasting import FORECAST
from trainers.runs import Run, read_status
from trainers.specs import SequenceSpec


def check_answers_from_its_file(run: Run) -> None:
    """That a run's saved network, as Keras reads it, says of the test images what its evaluation says it does."""
    test = datasets.load(run.spec()).test
    network = keras.saving.load_model(run.artifacts / "model.keras")
    said = network.predict(test.images[..., None].astype(np.float32) / 255, batch_size=500, verbose=0)
    named = said.argmax(axis=1)
    judged = json.loads((run.artifacts / "evaluation.json").read_text())
    assert judged["confusion"] == confusion_matrix(test.labels, named).tolist()
    assert judged["test_accuracy"] == (named == test.labels).mean()
    assert judged["test_loss"] == pytest.approx(log_loss(test.labels, said), rel=1e-4)
    with np.load(run.artifacts / "examples.npz") as examples:
        rows = examples["indices"]
        np.testing.assert_array_equal(examples["predictions"], named[rows])
        np.testing.assert_allclose(examples["confidences"], said.max(axis=1)[rows], rtol=1e-4)


def check_forecasts_from_its_file(run: Run) -> None:
    """That a run's saved network, as Keras reads it, forecasts the test part as the run says it does."""
    spec = run.spec()
    assert isinstance(spec, SequenceSpec)
    network = keras.saving.load_model(run.artifacts / "model.keras")
    known = signals.load(spec)
    first, window, horizon = known.parts.validation_until, spec.window, spec.horizon
    windows = np.lib.stride_tricks.sliding_window_view(known.scaled, window)[first - window : -1, :, None]
    said = network.predict(windows, verbose=0)[:, 0] * known.deviation + known.mean
    error = root_mean_squared_error(known.values[first:], said)
    assert read_status(run.status_file).metrics["test_error"] == pytest.approx(error, rel=1e-4)
    alone = known.scaled[first - window : first]
    for _ in range(horizon):  # each forecast from those before it
        alone = np.append(alone, network(alone[None, -window:, None]).numpy()[0])
    with np.load(run.artifacts / FORECAST, allow_pickle=False) as arrays:
        np.testing.assert_allclose(arrays["truth"][-horizon:], known.values[first : first + horizon])
        np.testing.assert_allclose(arrays["teacher_forced"], said[:horizon], atol=1e-5)
        free = alone[window:] * known.deviation + known.mean
        np.testing.assert_allclose(arrays["free_running"], free, atol=1e-4)
