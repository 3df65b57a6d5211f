"""Painting as one types it: a preview of what is wrong, one line of result, and a painter that may be killed."""

from __future__ import annotations

import json
import resource
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.running import REPOSITORY, run_command, wait_until
from trainers.launchers import ask
from trainers.runs import Run, find_answer, read_status
from trainers.style.pictures import read


def words(files: dict[str, Path], logdir: Path, *options: str) -> list[str]:
    given = [
        "--content",
        str(files["photo"]),
        "--style",
        str(files["waves"]),
        "--style",
        str(files["mosaic"]),
    ]
    small = ["--size", "64", "--network", "vgg16", "--checkpoint-every", "4"]
    place = ["--logdir", str(logdir), "--experiment", "e", "--run", "r", "--limit", "3"]
    return ["stylize", *given, *small, *place, *options]


@pytest.mark.long
def test_a_painter_that_is_killed_half_way_goes_on_from_its_checkpoint(files, logdir, tmp_path):
    """Started, asked for settings and a checkpoint, killed, resumed: the picture is whole, and what was asked holds."""
    run = Run(logdir.resolve(), "e", "r")
    options = ["--iterations", "30", "--pace", "6", "--style-blend", "1", "--style-blend", "3"]
    painter = subprocess.Popen(
        [sys.executable, "-m", "trainers", *words(files, logdir, *options)],
        cwd=REPOSITORY,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    wait_until(lambda: run.status_file.exists() and read_status(run.status_file).step >= 2, seconds=90)
    done = run_command(
        "ask", "e/r", "settings", "style-weight=50", "style-blend=2,1", "--logdir", str(logdir)
    )
    assert done.returncode == 0 and "style weight 50.0, style blend [2.0, 1.0]" in done.stdout, done.stderr
    asked = ask(run, "checkpoint")
    wait_until(lambda: find_answer(run.commands, asked), what="the checkpoint")
    painter.send_signal(signal.SIGKILL)
    painter.wait()
    killed_at = read_status(run.status_file).step
    assert 0 < killed_at < 30
    done = run_command("resume", "e/r", "--logdir", str(logdir), "--limit", "3")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout.splitlines()[-1])
    wanted = {"run": "e/r", "state": "completed", "passes": 30, "width": 64, "height": 64}
    assert wanted.items() <= result.items()
    assert read(Path(result["result"])).shape == (64, 64, 3)
    assert read_status(run.status_file).steered == {"style_weight": 50.0, "style_blend": [2.0, 1.0]}
    assert np.isclose(
        result["total_loss"], sum(result[f"{part}_loss"] for part in ("content", "style", "tv"))
    )
    assert np.isfinite(result["total_loss"]) and result["seconds"] > 0


def limit_files() -> None:
    """As a disk that is nearly full: the kernel refuses what a file would hold beyond this, to root too."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))


def test_a_disk_without_room_for_checkpoints_does_not_cost_the_picture(files, logdir, tmp_path):
    """In the published mode, with the picture put where it is wanted."""
    output = tmp_path / "painted.jpg"
    published = ["--mode", "classic", "--iterations", "3", "--output", str(output)]
    done = subprocess.run(
        [sys.executable, "-m", "trainers", *words(files, logdir), *published],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        preexec_fn=limit_files,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout.splitlines()[-1])
    assert result["passes"] == 3 and read(output).shape == (64, 64, 3)
    [notice] = read_status(Run(logdir.resolve(), "e", "r").status_file).notices
    assert notice.startswith(
        "A checkpoint could not be written, and the training goes on without: The disk is full"
    )


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--content-weight", "-3"], "Content weight cannot be '-3': it must be a number, at least 0"),
        (["--style-weight", "1e20"], "Style weight cannot be '1e20'"),
        (["--content-weight", "0", "--style-weight", "0"], "cannot both be 0"),
        (["--content", "/nowhere.jpg"], "There is no image file /nowhere.jpg"),
        (
            ["--output", "picture.tiff"],
            "The output cannot be 'picture.tiff': give a name that ends in .png or .jpg",
        ),
        (["--output", "/no/folder/picture.png"], "There is no folder /no/folder"),
    ],
)
def test_what_cannot_be_is_one_sentence_before_anything_starts(files, logdir, options, sentence):
    done = run_command(*words(files, logdir, *options))
    assert done.returncode == 2 and sentence in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1 and not (logdir / "e").exists()
