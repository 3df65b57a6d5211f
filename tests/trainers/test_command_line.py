"""`python -m trainers classify` as a person and a script use it: exit codes, sentences, JSON, signals, a terminal."""

from __future__ import annotations

import ctypes
import json
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest

from tests.running import REPOSITORY, run_command, wait_until
from trainers.runs import Run, create_run, find_runs, process_identity, read_status, write_status
from trainers.specs import ClassifySpec, settings

CLASSIFY = (sys.executable, "-m", "trainers", "classify")


def last_line(output: str) -> dict[str, object]:
    result = json.loads(output.splitlines()[-1])
    assert isinstance(result, dict)
    return result


def started(logdir: Path, *options: str, **popen: object) -> subprocess.Popen[str]:
    command = [*CLASSIFY, "--logdir", str(logdir), "--experiment", "e", "--run", "r", *options]
    return subprocess.Popen(  # type: ignore[call-overload, no-any-return]
        command, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **popen
    )


def test_the_issues_own_command_trains_and_ends_with_one_json_object(logdir: Path) -> None:
    done = run_command(
        *"classify --dataset mnist-5k --model mlp --seed 1 --epochs 2 --batch-size 256 --learning-rate 0.002".split(),
        *"--activation sigmoid --pace 0 --experiment e --run r --logdir".split(),
        str(logdir),
    )
    assert (done.returncode, done.stderr) == (0, "")
    result = last_line(done.stdout)
    assert (result["run"], result["state"], result["steps"]) == ("e/r", "completed", 32)
    run = Run(logdir, "e", "r")
    evaluation = json.loads((run.artifacts / "evaluation.json").read_text())
    assert result["test_accuracy"] == evaluation["test_accuracy"]
    assert result["val_accuracy"] == read_status(run.status_file).metrics["val_accuracy"]
    assert result["images_per_second"] > 0 and result["seconds"] > 0  # type: ignore[operator]
    assert run.spec() == ClassifySpec(
        model="mlp", seed=1, epochs=2, batch_size=256, learning_rate=0.002, activation="sigmoid"
    )


def test_every_setting_is_an_option_with_its_meaning_and_bounds() -> None:
    text = " ".join(run_command("classify", "--help", COLUMNS="200").stdout.split())
    for setting in settings(ClassifySpec):
        value = "[BOOL]" if setting.kind == "bool" else setting.kind.upper()
        assert f"{setting.option} {value}" in text
        assert setting.description in text
    assert "--mnist-file" in text and "[steps/s]" in text


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--epochs", "0"], "Epochs cannot be '0': it must be a whole number, at least 1"),
        (["--epochs", "many"], "Epochs cannot be 'many'"),
        (["--learning-rate", "nan"], "Learning rate cannot be"),
        (["--model", "resnet"], "Model cannot be 'resnet': it must be one of softmax, mlp, simple_cnn"),
        (["--model", "softmax", "--activation", "tanh"], "Activation has no effect with model softmax"),
        (["--fly", "1"], "Unrecognized arguments: --fly 1"),
        (["--run", "../../etc"], "The run cannot be called"),
        (["--run", "a/b"], "The run cannot be called"),
        (["--experiment", ".hidden"], "The experiment cannot be called"),
        (["--run", "x" * 300], "too long"),
        (["--run", ""], "The name of the run is empty"),
        (["--run", "<script>"], "The run cannot be called"),
        (["--limit", "none"], "The limit cannot be 'none'"),
        (["--dataset", "mnist", "--mnist-file", "nowhere.npz"], "There is no MNIST file"),
        (["--dataset", "mnist", "--mnist-file", "Makefile"], "is not MNIST in Keras' layout"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_code_2(logdir: Path, options: list[str], words: str) -> None:
    done = run_command("classify", "--logdir", str(logdir), *options)
    assert done.returncode == 2
    assert done.stdout == ""
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert find_runs(logdir) == []  # nothing was started


def test_a_data_set_that_cannot_be_downloaded_is_bad_input(logdir: Path, tmp_path: Path) -> None:
    done = run_command(
        "classify", "--dataset", "mnist", "--logdir", str(logdir),
        KERAS_HOME=str(tmp_path), BOARDLAB_MNIST="", https_proxy="http://127.0.0.1:9",
    )  # fmt: skip
    assert done.returncode == 2
    assert "--mnist-file FILE.npz" in done.stderr
    assert find_runs(logdir) == []


def test_a_name_that_is_taken_is_bad_input(logdir: Path) -> None:
    create_run(logdir, ClassifySpec(), experiment="e", name="r")
    done = run_command("classify", "--logdir", str(logdir), "--experiment", "e", "--run", "r")
    assert done.returncode == 2
    assert "already a run e/r" in done.stderr


def test_other_commands_refuse_what_they_cannot_find(tmp_path: Path) -> None:
    done = run_command("execute", str(tmp_path / "gone"))
    assert (done.returncode, done.stdout) == (2, "")
    assert "There is no run folder" in done.stderr
    assert run_command().returncode == 2
    assert run_command("fly").returncode == 2


def test_a_termination_ends_the_run_on_request(logdir: Path) -> None:
    trainer = started(logdir, "--epochs", "10000")
    run = Run(logdir, "e", "r")
    wait_until(lambda: read_status(run.status_file).step > 0, seconds=90, what="the first step")
    trainer.send_signal(signal.SIGTERM)
    output, errors = trainer.communicate(timeout=90)
    assert (trainer.returncode, errors) == (0, "")
    result = last_line(output)
    assert result["state"] == read_status(run.status_file).state == "stopped"
    assert result["test_accuracy"] is not None


def test_a_termination_in_the_queue_takes_the_run_out_of_it(logdir: Path) -> None:
    before = create_run(logdir, ClassifySpec(), experiment="e", name="before")
    busy = read_status(before.status_file)
    write_status(before.status_file, busy.changed(state="running", process=process_identity()))
    trainer = started(logdir, "--limit", "1")
    run = Run(logdir, "e", "r")
    wait_until(lambda: read_status(run.status_file).process is not None, seconds=60, what="the queued run")
    assert read_status(run.status_file).state == "queued"
    trainer.send_signal(signal.SIGTERM)
    output, _ = trainer.communicate(timeout=60)
    assert trainer.returncode == 0
    assert last_line(output)["state"] == "stopped"
    assert last_line(output)["steps"] == 0


STOPPED_AFTER = """
import os, signal, sys
from trainers import cli
name = sys.argv[1]
step = getattr(cli, name)
def then_be_stopped(*arguments, **options):
    given = step(*arguments, **options)
    os.kill(os.getpid(), signal.SIGTERM)
    return given
setattr(cli, name, then_be_stopped)
sys.exit(cli.main(sys.argv[2:]))
"""


@pytest.mark.parametrize(("after", "steps"), [("submit", 0), ("wait_for_turn", 1)])
def test_a_termination_right_after_it_was_queued_or_had_its_turn_stops_the_run(
    logdir: Path, after: str, steps: int
) -> None:
    options = ["--logdir", str(logdir), "--experiment", "e", "--run", "r"]
    done = subprocess.run(
        [sys.executable, "-c", STOPPED_AFTER, after, "classify", *options],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert (last_line(done.stdout)["state"], last_line(done.stdout)["steps"]) == ("stopped", steps)
    assert read_status(Run(logdir, "e", "r").status_file).state == "stopped"


def test_a_terminal_shows_progress_and_ctrl_c_stops(logdir: Path) -> None:
    options = ["--logdir", str(logdir), "--experiment", "e", "--run", "r", "--epochs", "10000"]
    terminal = pexpect.spawn(
        CLASSIFY[0],
        [*CLASSIFY[1:], *options],
        cwd=str(REPOSITORY),
        encoding="utf-8",
        timeout=90,
        dimensions=(24, 200),
    )
    terminal.expect(r"step [\d,]+ of 320,000, epoch \d+ of 10000, .*examples/s, training [\d.]+%, validation")
    terminal.sendintr()
    terminal.expect(r'\{"run": "e/r".*"state": "stopped".*\}')
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 0


def limit_files_to(megabytes: float) -> None:
    """As a full disk: the kernel refuses what a file would hold beyond this, to root too."""
    size = int(megabytes * 1_000_000)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


@pytest.mark.parametrize(
    ("megabytes", "options"),
    [
        (0.05, ["--epochs", "10000"]),  # the curves do not fit
        pytest.param(  # the network's 13 MB do not fit
            2.0,
            ["--model", "simple_cnn", "--epochs", "1", "--batch-size", "4000"],
            marks=pytest.mark.long,
        ),
    ],
)
def test_a_full_disk_fails_with_a_sentence(logdir: Path, megabytes: float, options: list[str]) -> None:
    trainer = started(logdir, *options, preexec_fn=lambda: limit_files_to(megabytes))
    output, errors = trainer.communicate(timeout=120)
    assert trainer.returncode == 1
    assert errors.splitlines() == [last_line(output)["error"]]
    assert errors.startswith("The disk is full: free some space")
    status = read_status(Run(logdir, "e", "r").status_file)
    assert (status.state, status.error) == ("failed", errors.strip())


def obey_permissions() -> None:
    """Root may write everywhere but without this one privilege; others obey permissions in any case."""
    drop_privilege, override_permissions = (
        24,
        1,
    )  # PR_CAPBSET_DROP, CAP_DAC_OVERRIDE of linux/prctl.h, capability.h
    ctypes.CDLL(None).prctl(drop_privilege, override_permissions)


def test_a_log_folder_that_may_not_be_written_is_a_sentence(tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o555)
    trainer = started(locked / "logs", preexec_fn=obey_permissions)
    output, errors = trainer.communicate(timeout=60)
    assert (trainer.returncode, output) == (1, "")
    assert "may not be written: give yourself write permission" in errors
    assert len(errors.splitlines()) == 1


def test_a_run_folder_that_became_read_only_is_a_sentence(logdir: Path) -> None:
    run = create_run(logdir, ClassifySpec(), experiment="e", name="r")
    for folder in (run.path, run.path / "train"):
        folder.chmod(0o555)
    trainer = subprocess.run(
        [*CLASSIFY[:3], "execute", str(run.path)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        preexec_fn=obey_permissions,
        check=False,
    )
    assert trainer.returncode == 1
    assert "may not be written" in trainer.stderr
    assert len(trainer.stderr.splitlines()) == 1
    assert read_status(run.status_file).state == "queued"
