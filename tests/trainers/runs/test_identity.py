"""A process is known by host, boot, number and start time, so a reused number is not mistaken for it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from trainers.runs import RunIsBusy, held, is_alive, process_identity
from trainers.runs.identity import macos_boot_session


def test_this_process_is_alive_and_its_number_alone_is_not_enough():
    identity = process_identity()
    assert is_alive(identity)
    assert not is_alive(identity.model_copy(update={"started": identity.started - 60}))
    assert not is_alive(identity.model_copy(update={"boot_id": "another boot"}))
    assert not is_alive(identity.model_copy(update={"host": "another machine"}))


def test_macos_names_its_boot_session_and_other_systems_name_none(tmp_path):
    sysctl = tmp_path / "sysctl"
    assert macos_boot_session(sysctl) is None
    for answer, known in [
        ('[ "$*" = "-n kern.bootsessionuuid" ] && echo 7A5E-1', "7A5E-1"),
        ("exit 1", None),
    ]:
        sysctl.write_text(f"#!/bin/sh\n{answer}\n")
        sysctl.chmod(0o755)
        assert macos_boot_session(sysctl) == known


def test_a_killed_process_is_dead_even_while_it_is_a_zombie():
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    identity = process_identity(child.pid)
    assert is_alive(identity)
    child.kill()
    child.stdin.close()
    while is_alive(identity):
        pass
    assert not is_alive(identity)
    child.wait()
    assert not is_alive(identity)


HOLD = """
import sys
from pathlib import Path
from trainers.runs import held
with held(Path(sys.argv[1])):
    print("held", flush=True)
    input()
"""


def test_one_writer_holds_a_run_and_the_kernel_frees_it_when_killed(tmp_path):
    child = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with child:
        assert child.stdout.readline() == "held\n"
        with pytest.raises(RunIsBusy, match="wait"), held(tmp_path):
            pass
        child.kill()
    with held(tmp_path):
        pass
