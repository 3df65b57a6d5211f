"""What the page reads of a forecast that a real trainer wrote, what it says of it, and what it refuses."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from dashboard.sequence_result import comparison, part_line, read_forecast
from trainers.runs import DamagedFile, Run, create_run, read_status
from trainers.specs import SequenceSpec


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Run:
    """A sequence run, really trained."""
    from trainers.execution import execute

    logdir = tmp_path_factory.mktemp("sequence") / "logs"
    logdir.mkdir()
    small = {"model": "rnn", "length": 200, "window": 5, "horizon": 8, "width": 4, "epochs": 1}
    run = create_run(logdir, SequenceSpec(**small), experiment="e", name="sine")
    execute(run, threading.Event())
    return run


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras with NumPy 2
def test_what_a_trainer_wrote_is_read(run):
    forecast = read_forecast(run.artifacts)
    assert forecast is not None and forecast.part == "test" and forecast.horizon == 8
    metrics = read_status(run.status_file).metrics
    assert {f"test_{name}": value for name, value in forecast.errors.items()}.items() <= metrics.items()
    assert forecast.step == read_status(run.status_file).step
    assert "test part" in part_line(forecast) and f"after step {forecast.step}" in part_line(forecast)


def test_where_nothing_was_written_there_is_nothing(tmp_path):
    assert read_forecast(tmp_path) is None


@pytest.mark.parametrize(
    "change",
    [
        {"part": np.array("training")},
        {"free_running": np.zeros(9)},
        {"truth": np.zeros(3)},
        {"baseline": np.full(8, np.inf)},
        {"error_names": np.array(["error"]), "errors": np.array([1.0])},
        {"errors": np.array([1.0])},
        {"step": np.array("x")},
        {"times": None},
    ],
    ids=["part", "horizon", "times", "infinite", "errors", "one error", "step", "absent"],
)
def test_a_forecast_that_does_not_fit_is_refused_in_a_sentence(run, tmp_path, change):
    with np.load(run.artifacts / "forecast.npz") as arrays:
        changed = {**arrays, **change}
    np.savez(
        tmp_path / "forecast.npz", **{name: values for name, values in changed.items() if values is not None}
    )
    with pytest.raises(DamagedFile, match=r"forecast.npz is damaged"):
        read_forecast(tmp_path)


@pytest.mark.parametrize(
    ("error", "baseline", "fragments"),
    [
        (0.1, 0.42, ("4.2 times better", "0.42")),
        (0.42, 0.1, ("4.2 times worse", "0.1")),
        (0.099, 0.1, ("as good as", "0.1")),
        (0.101, 0.1, ("as good as", "0.1")),
        (0, 0.5, ("0.5",)),
        (0.5, 0, ("0",)),
    ],
)
def test_an_error_is_compared_with_repeating_the_last_value(error, baseline, fragments):
    said = comparison(error, baseline)
    assert "repeating the last value" in said and all(fragment in said for fragment in fragments)
