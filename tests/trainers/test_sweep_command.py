"""`python -m trainers sweep`: from the question to the best run, and its faults."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData

from tests.running import run_command
from tests.trainers.conftest import events
from trainers.runs import Run, find_run, find_runs, read_status
from trainers.sweeps import NAME, read_sweep

UNASKED = ("histograms", "norms", "feature_images", "mistake_images", "precision_recall", "projector")


def in_hparams(run: Run) -> dict[str, Any]:
    """What TensorBoard's table of hyperparameters says of a run: the values of its row."""
    return {
        name: value
        for event in events(run.path)
        for one in event.summary.value
        if one.metadata.plugin_data.plugin_name == "hparams"
        for name, value in HParamsPluginData.FromString(
            one.metadata.plugin_data.content
        ).session_start_info.hparams.items()
    }


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("", "Say what is searched"),
        ("--search depth", "--search cannot be 'depth'"),
        ("--search depth=1 --search depth=2 --model mlp", "A setting is searched twice"),
        ("--search depth=1,2 --model mlp --budget few", "The budget cannot be 'few'"),
        ("--search depth=1,2 --model mlp --method guess", "There is no search 'guess'"),
        ("--search depth=1,2 --task fly", "There is no task 'fly' to search"),
        ("--search learning-rate=0.1..0.001", "begin with the smaller number"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_code_2(logdir: Path, options: str, words: str) -> None:
    done = run_command("sweep", "--logdir", str(logdir), "--experiment", "s", *options.split())
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr and len(done.stderr.splitlines()) == 1
    assert find_runs(logdir) == [] and not (logdir / "s" / NAME).exists()


def test_a_sweep_trains_all_its_runs_and_says_which_is_best_by_validation(logdir: Path) -> None:
    command = [
        "sweep", "--logdir", str(logdir), "--experiment", "s", "--search", "learning-rate=0.00001,0.03",
        "--method", "grid", "--model", "softmax", "--epochs", "2", "--stop-early",
        *(f"--{name.replace('_', '-')}=no" for name in UNASKED),
    ]  # fmt: skip
    done = run_command(*command)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert (told["state"], told["error"]) == ("completed", None)
    accuracies = {}
    for trial in told["trials"]:
        run = find_run(logdir, trial["run"])
        status = read_status(run.status_file)
        assert trial["point"] == {"learning_rate": run.spec().learning_rate}
        assert trial["validation"] == status.metrics["val_accuracy"]
        assert trial["test"] == status.metrics["test_accuracy"]
        accuracies[trial["run"]] = trial["validation"]
        assert in_hparams(run)["learning_rate"].number_value == pytest.approx(run.spec().learning_rate)
    assert len(accuracies) == 2 and told["best"]["run"] == max(accuracies, key=accuracies.__getitem__)
    assert told["best"]["point"] == {"learning_rate": 0.03}
    assert read_sweep(logdir, "s").stop_early

    again = run_command(*command)
    assert json.loads(again.stdout.splitlines()[-1]) == told, "nothing is trained twice"
