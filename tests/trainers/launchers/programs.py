"""Small real programs that stand in for `python -m trainers` where only the mechanics of processes are tested.

They are called as the trainers are: `… execute <run folder>`, `… spare <spare folder>`, `… inspect`.
"""

from __future__ import annotations

import sys

# $0 is the subcommand, $1 its folder. Each start is noted, so that a second one would show.
SLEEPER = ("sh", "-c", 'echo started >> "$1/starts"; exec sleep 600')
# Dies at once, having said something.
DYING = ("sh", "-c", "echo first line; echo last words; exit 3")

_LIGHT_TRAINER = """
import sys, time
from pathlib import Path
from trainers.launchers import wait_for_run
from trainers.runs import answer_command, held, pending_commands, process_identity, read_status, run_at, write_status

run = run_at(Path(sys.argv[2])) if sys.argv[1] == "execute" else wait_for_run(Path(sys.argv[2]))
if run is None:
    raise SystemExit(0)
with held(run.path):
    with (run.path / "starts").open("a") as starts:
        print("started", file=starts)
    print("training", flush=True)
    status = read_status(run.status_file).changed(state="running", process=process_identity(), started=time.time())
    write_status(run.status_file, status)
    while True:
        write_status(run.status_file, status.changed(heartbeat=time.time()))
        if (run.path / "finish").exists():
            write_status(run.status_file, status.changed(state="completed"))
            raise SystemExit(0)
        for command in pending_commands(run.commands):
            answer_command(run.commands, command, "Stopped.")
            write_status(run.status_file, status.changed(state="stopped"))
            raise SystemExit(0)
        time.sleep(0.05)
"""
# Keeps the contract of a trainer (lock, status, heartbeat, commands) without a network: ends when a file
# `finish` appears in its run, or on a stop. As a spare it waits the way the real one does.
LIGHT = (sys.executable, "-c", _LIGHT_TRAINER)
