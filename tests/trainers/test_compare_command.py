"""`python -m trainers compare`: a whole experiment from a terminal, its verdict as the last line, and its faults."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.running import REPOSITORY, run_command, wait_until
from trainers.comparisons import comparison_file, measured, read_comparison, verdict
from trainers.comparisons.event_files import EventFolders
from trainers.runs import find_runs, read_status


def test_the_last_line_is_the_verdict_that_anybody_gets_of_the_folders(compared: Path) -> None:
    told = json.loads((compared / "told.txt").read_text().splitlines()[-1])
    asked, files = read_comparison(compared, "e"), EventFolders(compared)
    found = verdict(asked, measured(asked, compared, "e", curves=files.curves, tags=files.tags))
    assert (told["experiment"], told["state"], told["error"]) == ("e", "completed", None)
    assert told["sentence"] == found.sentence.text
    assert told["runs"] == ["e/sigmoid-1", "e/relu-1", "e/sigmoid-2", "e/relu-2"]
    assert [arm["test"]["mean"] for arm in told["arms"]] == [arm.test.mean for arm in found.arms]
    assert told["differences"][0]["paired"]["p"] == found.differences[0].paired.p
    for arm in told["arms"]:
        assert arm["size"]["parameters"] == 784 * 16 + 16 + 16 * 16 + 16 + 160 + 10
        assert arm["size"]["multiply_adds"] == 784 * 16 + 16 * 16 + 160


def test_all_arms_train_seed_by_seed(compared: Path) -> None:
    runs = sorted(find_runs(compared, "e"), key=lambda run: read_status(run.status_file).started)
    assert [run.name for run in runs] == ["sigmoid-1", "relu-1", "sigmoid-2", "relu-2"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("--vary activation=relu --model mlp", "2 to 6 values, not 1"),
        ("--vary activation --model mlp", "--vary cannot be 'activation'"),
        ("--vary activation=relu,wobble --model mlp", "Activation cannot be 'wobble'"),
        ("--vary activation=relu,tanh --model softmax", "Activation has no effect with model softmax"),
        ("--vary wings=1,2", "There is no setting 'wings'"),
        ("--vary activation=relu,tanh --model mlp --seeds 99", "1 to 10 seeds, not 99"),
        ("--vary activation=relu,tanh --model mlp --seeds few", "Seeds cannot be 'few'"),
        ("--preset nonsense", "There is no preset 'nonsense' to compare"),
        ("--task fly --vary depth=1,2", "There is no task 'fly'"),
        ("", "Say what differs"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_code_2(logdir: Path, options: str, words: str) -> None:
    done = run_command("compare", "--logdir", str(logdir), "--experiment", "e", *options.split())
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr and len(done.stderr.splitlines()) == 1
    assert find_runs(logdir) == [] and not comparison_file(logdir, "e").exists()


@pytest.mark.long
def test_an_interrupt_stops_the_whole(logdir: Path) -> None:
    command = [
        sys.executable, "-m", "trainers", "compare", "--logdir", str(logdir), "--experiment", "e", "--limit", "1",
        *"--model softmax --vary batch-size=64,128 --seeds 1 --epochs 10000".split(),
    ]  # fmt: skip
    process = subprocess.Popen(
        command, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        wait_until(
            lambda: any(read_status(run.status_file).step for run in find_runs(logdir)),
            seconds=120,
            what="the first run to train",
        )
    finally:
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=90)
    told = json.loads(output.splitlines()[-1])
    assert (process.returncode, told["state"], errors) == (0, "stopped", "")
    assert {read_status(run.status_file).state for run in find_runs(logdir)} == {"stopped"}
    assert "nothing to compare" in told["sentence"]
