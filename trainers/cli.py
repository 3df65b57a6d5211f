"""The command line: train without any dashboard, in the same run folders and the same queue.

    python -m trainers classify --model mlp --activation sigmoid --experiment first --run sigmoid-1

Every setting of a task's spec is an option. Exit code 0: completed, or stopped on request; 2: something
that was asked for cannot be; 1: the training failed. Faults are one sentence on standard error.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any, NoReturn

from trainers import datasets
from trainers.execution import execute
from trainers.launchers import cancel, default_limit, submit, wait_for_run, wait_for_turn
from trainers.launchers.processes import ROOT
from trainers.runs import (
    InvalidName,
    NameTaken,
    Run,
    RunError,
    Status,
    find_run,
    read_status,
    run_at,
)
from trainers.specs import SPECS, InvalidSpec, Setting, Spec, legal_values, parse_spec, settings
from trainers.terminal import Terminal, quiet_output

DONE, FAILED, BAD_INPUT = 0, 1, 2


class _Parser(argparse.ArgumentParser):
    """argparse, but a fault is one sentence instead of a page of usage."""

    def error(self, message: str) -> NoReturn:
        print(f"{message[:1].upper()}{message[1:]}: see {self.prog} --help.", file=sys.stderr)
        raise SystemExit(BAD_INPUT)


def main(arguments: list[str]) -> int:
    """Obeys a command line and gives the exit code."""
    chosen = _parser().parse_args(arguments)
    try:
        return int(chosen.command(chosen))
    except (InvalidSpec, InvalidName, NameTaken, datasets.DatasetMissing, FileNotFoundError) as error:
        return _say(error, BAD_INPUT)
    except RunError as error:
        return _say(error, FAILED)
    except KeyboardInterrupt:  # later ones are taken where a run is stopped
        print("Stopped before anything was started.", file=sys.stderr)
        return DONE


def _say(error: Exception, code: int) -> int:
    print(error, file=sys.stderr)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m trainers", description="BoardLab's trainers.", allow_abbrev=False)
    commands = parser.add_subparsers(required=True, metavar="command", parser_class=_Parser)
    for task, spec_class in SPECS.items():
        command = commands.add_parser(task, help=spec_class.__doc__, allow_abbrev=False)
        command.set_defaults(command=_train, task=task)
        _add_places(command)
        for setting in settings(spec_class):
            _add_setting(command, setting)
    for name, function, argument, text in (
        ("execute", _execute, "run_folder", "train a run that waits in its folder"),
        ("spare", _spare, "spare_folder", "wait, with TensorFlow imported, for a run to train"),
    ):
        command = commands.add_parser(name, help=text)
        command.set_defaults(command=function)
        command.add_argument(argument, type=Path)
    command = commands.add_parser("inspect", help="answer questions about networks, one JSON object a line")
    command.set_defaults(command=_inspect)
    return parser


def _add_places(command: argparse.ArgumentParser) -> None:
    logdir = os.environ.get("BOARDLAB_LOGDIR") or ROOT / "logs"
    limit = os.environ.get("BOARDLAB_LIMIT") or default_limit()
    places = command.add_argument_group("where and when")
    places.add_argument(
        "--logdir", type=Path, default=logdir, help="the folder of all runs (default: %(default)s)"
    )
    places.add_argument(
        "--experiment", default="terminal", help="the run's experiment (default: %(default)s)"
    )
    places.add_argument("--run", help="the run's name (default: the model with the first free number)")
    places.add_argument(
        "--limit",
        default=limit,
        help="how many runs train at a time, dashboards' included (default: %(default)s)",
    )


def _add_setting(command: argparse.ArgumentParser, setting: Setting) -> None:
    """A setting as an option. The spec judges the value, so that a person reads the same sentence everywhere."""
    allowed = "" if setting.kind == "path" else f": {legal_values(setting)}"
    unit = f" [{setting.unit}]" if setting.unit else ""
    default = "" if setting.default is None else f" (default: {setting.default})"
    text = f"{setting.description}{unit}{allowed}{default}".replace("%", "%%")
    command.add_argument(
        setting.option, dest=f"setting_{setting.name}", metavar=setting.kind.upper(), help=text
    )


def _spec(chosen: argparse.Namespace) -> Spec:
    values: dict[str, Any] = {"task": chosen.task}
    for setting in settings(SPECS[chosen.task]):
        given = getattr(chosen, f"setting_{setting.name}")
        if given is not None:  # a path means this folder's file, wherever the trainer will run
            values[setting.name] = Path(given).resolve() if setting.kind == "path" else given
    return parse_spec(values)


def _limit(text: str | int) -> int:
    if not str(text).isdecimal() or int(text) < 1:
        raise InvalidSpec(f"The limit cannot be {text!r}: give a whole number of runs, at least 1.")
    return int(text)


def _free_name(logdir: Path, experiment: str, stem: str) -> str:
    number = 1
    while find_run(logdir, f"{experiment}/{stem}-{number}") is not None:
        number += 1
    return f"{stem}-{number}"


def _train(chosen: argparse.Namespace) -> int:
    spec, limit = _spec(chosen), _limit(chosen.limit)
    datasets.check(spec)
    name = chosen.run if chosen.run is not None else _free_name(chosen.logdir, chosen.experiment, spec.model)
    terminal = Terminal()
    # Until the training runs, a termination is taken like Ctrl-C: the run leaves the queue.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    run = submit(spec, logdir=chosen.logdir, experiment=chosen.experiment, name=name, foreground=True)
    code = DONE
    if _is_our_turn(run, limit, terminal):
        with quiet_output(run.log_file):
            code = execute(run, _stop_on_signals(), terminal.show)
    terminal.clear()
    status = read_status(run.status_file)
    if code != DONE:
        print(status.error, file=sys.stderr)
    print(json.dumps(_result(run, status), allow_nan=False), flush=True)
    return code


def _is_our_turn(run: Run, limit: int, terminal: Terminal) -> bool:
    """Waits in the queue. Ctrl-C or a termination there takes the run out of it."""
    try:
        return wait_for_turn(run, limit, terminal.show_place)
    except KeyboardInterrupt:
        cancel(run)
        return False


def _stop_on_signals() -> threading.Event:
    """An event that Ctrl-C and a termination set."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    return stop


def _result(run: Run, status: Status) -> dict[str, Any]:
    """What the last line of standard output says."""
    return {
        "run": run.key,
        "folder": str(run.path),
        "state": status.state,
        "steps": status.step,
        "epochs": status.epoch,
        "seconds": status.seconds,
        "images_per_second": status.images_per_second,
        **{
            name: status.metrics.get(name)
            for name in (
                "train_accuracy",
                "train_loss",
                "val_accuracy",
                "val_loss",
                "test_accuracy",
                "test_loss",
            )
        },
        "test_standard_error": status.metrics.get("test_standard_error"),
        "device": status.device,
        "error": status.error,
    }


def _execute(chosen: argparse.Namespace) -> int:
    return execute(run_at(chosen.run_folder), _stop_on_signals())


def _spare(chosen: argparse.Namespace) -> int:
    from trainers import classify  # noqa: F401  what a run needs, TensorFlow included, is imported while waiting

    run = wait_for_run(chosen.spare_folder)
    return DONE if run is None else execute(run, _stop_on_signals())


def _inspect(chosen: argparse.Namespace) -> int:
    from trainers.inspection import answer_lines  # late: TensorFlow

    answer_lines(sys.stdin, sys.stdout)
    return DONE
