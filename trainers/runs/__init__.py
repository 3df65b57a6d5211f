"""The run folder: the one thing that browsers and trainers share. Imports neither TensorFlow nor Streamlit.

run = create_run(logdir, spec, experiment="first", name="softmax-1")
read_status(run.status_file).state                      # "queued"
send_command(run.commands, "stop")
"""

from trainers.runs.about import About, change_about, read_about
from trainers.runs.commands import (
    TOO_LATE,
    Command,
    Kind,
    Value,
    answer_command,
    answered_commands,
    find_answer,
    pending_commands,
    send_command,
)
from trainers.runs.errors import (
    DamagedFile,
    InvalidName,
    NameTaken,
    RunError,
    RunIsBusy,
    StorageFailed,
)
from trainers.runs.files import read_json, storage_failed, write_atomically, write_json
from trainers.runs.folder import (
    Run,
    create_run,
    find_run,
    find_runs,
    last_log_lines,
    run_at,
    state_folder,
)
from trainers.runs.identity import (
    ProcessIdentity,
    boot_id,
    host,
    is_alive,
    is_here,
    process_identity,
)
from trainers.runs.lock import held, locked
from trainers.runs.memory_kills import memory_kills
from trainers.runs.names import LONGEST_NAME, checked_name
from trainers.runs.status import (
    ACTIVE,
    AT_REST,
    FINISHED,
    GOING_ON,
    State,
    Status,
    read_status,
    write_status,
)

__all__ = [
    "ACTIVE",
    "AT_REST",
    "FINISHED",
    "GOING_ON",
    "LONGEST_NAME",
    "TOO_LATE",
    "About",
    "Command",
    "DamagedFile",
    "InvalidName",
    "Kind",
    "NameTaken",
    "ProcessIdentity",
    "Run",
    "RunError",
    "RunIsBusy",
    "State",
    "Status",
    "StorageFailed",
    "Value",
    "answer_command",
    "answered_commands",
    "boot_id",
    "change_about",
    "checked_name",
    "create_run",
    "find_answer",
    "find_run",
    "find_runs",
    "held",
    "host",
    "is_alive",
    "is_here",
    "last_log_lines",
    "locked",
    "memory_kills",
    "pending_commands",
    "process_identity",
    "read_about",
    "read_json",
    "read_status",
    "run_at",
    "send_command",
    "state_folder",
    "storage_failed",
    "write_atomically",
    "write_json",
    "write_status",
]
