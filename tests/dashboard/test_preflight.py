"""What `make run` says before it installs anything."""

from __future__ import annotations

import ast
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from dashboard import preflight

REPOSITORY = Path(preflight.__file__).resolve().parent.parent


def is_one_sentence_with_what_to_type(text: str) -> bool:
    return text != "" and "\n" not in text and "type" in text


@pytest.mark.parametrize("version", [(3, 11), (3, 12), (3, 13)])
def test_a_python_that_will_do_is_no_obstacle(version):
    assert preflight.python_obstacle(*version) == ""


@pytest.mark.parametrize("version", [(2, 7), (3, 6), (3, 10), (3, 14), (4, 0)])
def test_another_python_is_told_which_ones_will_do(version):
    sentence = preflight.python_obstacle(*version)
    assert is_one_sentence_with_what_to_type(sentence)
    assert "{}.{}".format(*version) in sentence
    assert "3.11, 3.12 or 3.13" in sentence


@pytest.mark.parametrize("machine", [("Linux", "x86_64", "glibc"), ("Darwin", "arm64", "")])
def test_linux_and_new_macs_are_welcome(machine):
    assert preflight.platform_obstacle(*machine) == ""


@pytest.mark.parametrize(
    "machine",
    [
        ("Linux", "x86_64", "musl"),
        ("Linux", "aarch64", "glibc"),
        ("Darwin", "x86_64", ""),
        ("Windows", "AMD64", ""),
        ("FreeBSD", "amd64", ""),
    ],
)
def test_machines_without_packages_are_told_what_to_do(machine):
    assert is_one_sentence_with_what_to_type(preflight.platform_obstacle(*machine))


def test_a_missing_venv_module_names_the_package():
    assert "python3.12-venv" in preflight.venv_obstacle(False, "3.12")
    assert preflight.venv_obstacle(True, "3.12") == ""


def test_too_little_disk_is_said_in_numbers(tmp_path):
    sentence = preflight.disk_obstacle(preflight.GIB, 5 * preflight.GIB, str(tmp_path))
    assert is_one_sentence_with_what_to_type(sentence)
    assert "5.0 GiB" in sentence
    assert "1.0 GiB" in sentence
    assert preflight.disk_obstacle(5 * preflight.GIB, 5 * preflight.GIB, str(tmp_path)) == ""


def test_a_taken_port_names_a_free_one():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        sentence = preflight.port_obstacle(str(other.getsockname()[1]))
    assert is_one_sentence_with_what_to_type(sentence)
    offered = int(sentence.rsplit("PORT=", 1)[1])
    with socket.socket() as ours:
        ours.bind(("127.0.0.1", offered))


def test_a_free_port_is_no_obstacle(free_port):
    assert preflight.port_obstacle(str(free_port)) == ""


@pytest.mark.parametrize("port", ["http", "0", "65536", "-1", "80 01", "²", "８５０１"])
def test_what_is_no_port_is_said_so(port):
    assert is_one_sentence_with_what_to_type(preflight.port_obstacle(port))


def test_the_whole_check_passes_here_and_fails_where_something_is_missing(tmp_path, monkeypatch, free_port):
    assert preflight.obstacles(str(free_port), REPOSITORY, cuda=False) == []
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: shutil._ntuple_diskusage(2**40, 2**40, 2**20))
    sentences = preflight.obstacles("65536", tmp_path, cuda=True)
    assert ["no port" in text or "of disk" in text for text in sentences] == [True] * 3
    assert all(is_one_sentence_with_what_to_type(text) for text in sentences)


def test_it_needs_nothing_but_the_standard_library():
    """Run without site-packages, as a machine without any package would."""
    done = subprocess.run(
        [
            sys.executable,
            "-I",
            "-S",
            "-c",
            f"import sys; sys.path.insert(0, {str(REPOSITORY)!r}); import dashboard.preflight",
        ],
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()


def test_an_old_python_can_read_it():
    source = Path(preflight.__file__).read_text()
    ast.parse(source, feature_version=(3, 6))
    assert "from __future__ import annotations" not in source


def make(*arguments: str, path: str, cwd: Path = REPOSITORY) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PATH": path}
    command = [shutil.which("make") or "make", *arguments]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)


def test_make_without_any_python_says_what_to_install(tmp_path):
    for tool in ("sh", "grep", "uname"):
        (tmp_path / tool).symlink_to(shutil.which(tool))
    done = make("preflight", path=str(tmp_path))
    assert done.returncode != 0
    assert "3.11, 3.12 or 3.13 and found none" in done.stderr


def test_make_passes_over_a_python_that_does_not_work(tmp_path):
    """As a version manager leaves them: a python3.11 on the path that only says it is not installed."""
    for tool in ("sh", "grep", "uname"):
        (tmp_path / tool).symlink_to(shutil.which(tool))
    for name in ("python3.11", "python3.12"):
        (tmp_path / name).write_text("#!/bin/sh\necho not installed >&2\nexit 127\n")
        (tmp_path / name).chmod(0o755)
    (tmp_path / "python3").write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    (tmp_path / "python3").chmod(0o755)
    done = make("preflight", path=str(tmp_path))
    assert done.returncode == 0, done.stderr


def test_make_run_does_not_start_on_a_taken_port():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        done = make("run", f"PORT={other.getsockname()[1]}", path=os.environ["PATH"])
    assert done.returncode != 0
    assert "is taken by another program" in done.stderr
    assert "Traceback" not in done.stderr
