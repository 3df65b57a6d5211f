"""One process at a time: the others wait, or are told; a holder that dies frees the lock."""

from __future__ import annotations

import subprocess
import sys

import pytest

from trainers.runs import RunIsBusy, StorageFailed, held, locked

HOLD = """
import sys, pathlib
from trainers.runs import held
with held(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_another_process_is_refused_until_the_holder_is_killed(tmp_path):
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(RunIsBusy, match=f"Another trainer is writing {tmp_path.name}"), held(tmp_path):
            pass
        holder.kill()
    with held(tmp_path):
        pass


def test_what_the_block_raises_is_not_mistaken_for_a_busy_lock(tmp_path):
    own = TimeoutError("of the block")
    with (
        pytest.raises(TimeoutError) as caught,
        locked(tmp_path / "a.lock", RunIsBusy("busy"), wait_seconds=0),
    ):
        raise own
    assert caught.value is own


def test_a_place_that_cannot_be_written_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("no folder")
    lock = locked(tmp_path / "file" / "a.lock", RunIsBusy("busy"), wait_seconds=0)
    with pytest.raises(StorageFailed, match="could not be written"), lock:
        pass
