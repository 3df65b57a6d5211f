"""The command line: train without any dashboard, in the same run folders and the same queue.

    python -m trainers classify --model mlp --activation sigmoid --experiment first --run sigmoid-1
    python -m trainers ask first/sigmoid-1 learning-rate 0.01       # or pause, stop, checkpoint, trace
    python -m trainers resume first/sigmoid-1                       # from its last checkpoint
    python -m trainers extend first/sigmoid-1 --epochs 20           # until it has twenty epochs in all
    python -m trainers compare --model mlp --vary activation=sigmoid,relu --seeds 3 --experiment e

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
import time
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, NoReturn, get_args

from trainers import availability, compare_command, datasets, hardware
from trainers.comparisons import COMPARISON_PRESETS
from trainers.execution import execute
from trainers.launchers import (
    CannotGoOn,
    ask,
    cancel,
    default_limit,
    extend,
    resume,
    submit,
    wait_for_run,
    wait_for_turn,
)
from trainers.launchers.processes import ROOT
from trainers.runs import (
    InvalidName,
    Kind,
    NameTaken,
    Run,
    RunError,
    Status,
    find_answer,
    find_run,
    read_status,
    run_at,
)
from trainers.specs import (
    PRESETS,
    SPECS,
    ClassifySpec,
    InvalidSpec,
    Setting,
    Spec,
    legal_values,
    parse_spec,
    settings,
    with_preset,
)
from trainers.terminal import Terminal, quiet_output

DONE, FAILED, BAD_INPUT = 0, 1, 2
_ANSWER_SECONDS = 60.0


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
    except (
        InvalidSpec,
        InvalidName,
        NameTaken,
        CannotGoOn,
        datasets.DatasetMissing,
        FileNotFoundError,
    ) as error:
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
        if spec_class is ClassifySpec:
            _add_preset(command)
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
    _add_steering(commands)
    _add_compare(commands)
    return parser


def _add_compare(commands: Any) -> None:
    """The command for several runs that differ in one setting; every setting of every task is an option of it."""
    command = commands.add_parser(
        "compare", help="train the same with one setting different, and say what it does", allow_abbrev=False
    )
    command.set_defaults(command=_compare)
    _add_logdir(command)
    command.add_argument("--experiment", required=True, help="the experiment that the runs shall make up")
    _add_limit(command)
    command.add_argument("--task", default="classify", metavar="NAME", help=f"one of {', '.join(SPECS)}")
    command.add_argument("--vary", metavar="SETTING=VALUE,VALUE", help="what differs, with two to six values")
    command.add_argument(
        "--seeds", metavar="INT", default="3", help="how often each arm is trained (default: 3)"
    )
    command.add_argument(
        "--tune",
        action="store_true",
        help="try each arm with the same learning rates, and keep the best by validation",
    )
    described = "; ".join(f"{preset.name}: {preset.explanation}" for preset in COMPARISON_PRESETS.values())
    command.add_argument("--preset", metavar="NAME", help=f"a known question. {described}".replace("%", "%%"))
    every = {setting.name: setting for spec_class in SPECS.values() for setting in settings(spec_class)}
    for setting in every.values():
        _add_setting(command, setting)


def _add_steering(commands: Any) -> None:
    """The commands about a run that there is already."""
    command = commands.add_parser("resume", help="go on with a run that paused, stopped or failed")
    command.set_defaults(command=_resume)
    _add_run(command)
    _add_limit(command)
    command.add_argument("--learning-rate", metavar="FLOAT", help="at this rate instead of the one it had")
    command = commands.add_parser("extend", help="train more epochs of a run that has ended")
    command.set_defaults(command=_extend)
    _add_run(command)
    _add_limit(command)
    command.add_argument(
        "--epochs", metavar="INT", required=True, help="how many epochs it shall have in all"
    )
    command.add_argument(
        "--learning-rate",
        metavar="FLOAT",
        help="at this rate (default: a tenth of its own where that followed a schedule to its end)",
    )
    command = commands.add_parser("ask", help="ask a run that trains for something, and print its answer")
    command.set_defaults(command=_ask)
    _add_run(command)
    kinds = [kind.replace("_", "-") for kind in get_args(Kind)]
    command.add_argument("kind", choices=kinds, help=f"one of {', '.join(kinds)}")
    command.add_argument(
        "value", nargs="?", help="the learning rate; without one, the schedule decides again"
    )


def _add_run(command: argparse.ArgumentParser) -> None:
    command.add_argument("run", metavar="RUN", help="the run, as experiment/name")
    _add_logdir(command)


def _add_logdir(places: Any) -> None:
    logdir = os.environ.get("BOARDLAB_LOGDIR") or ROOT / "logs"
    places.add_argument(
        "--logdir", type=Path, default=logdir, help="the folder of all runs (default: %(default)s)"
    )


def _add_limit(places: Any) -> None:
    limit = os.environ.get("BOARDLAB_LIMIT") or default_limit()
    places.add_argument(
        "--limit",
        default=limit,
        help="how many runs train at a time, dashboards' included (default: %(default)s)",
    )


def _add_places(command: argparse.ArgumentParser) -> None:
    places = command.add_argument_group("where and when")
    _add_logdir(places)
    places.add_argument(
        "--experiment", default="terminal", help="the run's experiment (default: %(default)s)"
    )
    places.add_argument("--run", help="the run's name (default: the model with the first free number)")
    _add_limit(places)


def _add_preset(command: argparse.ArgumentParser) -> None:
    described = "; ".join(f"{preset.name}: {preset.explanation}" for preset in PRESETS.values())
    text = f"settings that belong together, where no option says otherwise. {described}"
    command.add_argument("--preset", metavar="NAME", help=text.replace("%", "%%"))


def _add_setting(command: argparse.ArgumentParser, setting: Setting) -> None:
    """A setting as an option. The spec judges the value, so that a person reads the same sentence everywhere.

    A switch without a value is switched on.
    """
    allowed = "" if setting.kind == "path" else f": {legal_values(setting)}"
    unit = f" [{setting.unit}]" if setting.unit else ""
    default = "" if setting.default is None else f" (default: {setting.default})"
    text = f"{setting.description}{unit}{allowed}{default}".replace("%", "%%")
    value: dict[str, Any] = {"nargs": "?", "const": "true"} if setting.kind == "bool" else {}
    command.add_argument(
        setting.option, dest=f"setting_{setting.name}", metavar=setting.kind.upper(), help=text, **value
    )


def _given(chosen: argparse.Namespace) -> dict[str, Any]:
    """The settings that stand on the command line, by name."""
    values: dict[str, Any] = {"task": chosen.task}
    every = {setting.name: setting for spec_class in SPECS.values() for setting in settings(spec_class)}
    for setting in every.values():
        given = getattr(chosen, f"setting_{setting.name}", None)
        if given is not None:  # a path means this folder's file, wherever the trainer will run
            values[setting.name] = Path(given).resolve() if setting.kind == "path" else given
    return values


def _spec(chosen: argparse.Namespace) -> Spec:
    values = _given(chosen)
    preset: str | None = getattr(chosen, "preset", None)
    return parse_spec(values if preset is None else _preset_values(preset, values))


def _preset_values(name: str, values: dict[str, Any]) -> dict[str, Any]:
    """What was given and, where nothing was, what the preset says; in bfloat16 where that is as good and fast here."""
    if name not in PRESETS:
        raise InvalidSpec(f"There is no preset {name!r}: choose one of {', '.join(PRESETS)}.")
    both = with_preset(name, values)
    if PRESETS[name].fast_precision and "precision" not in both:
        with _quiet_tensorflow():
            both["precision"] = hardware.fast_precision(both.get("device", "best"))
        if both["precision"] != "float32":
            print(f"This machine computes in {both['precision']}, which the preset {name} uses for speed.")
    return both


def _quiet_tensorflow() -> AbstractContextManager[None]:
    """Before there is a run with a log, nobody needs what TensorFlow says when it is imported."""
    return quiet_output(Path(os.devnull))


def _limit(text: str | int) -> int:
    if not str(text).isdecimal() or int(text) < 1:
        raise InvalidSpec(f"The limit cannot be {text!r}: give a whole number of runs, at least 1.")
    return int(text)


def _free_name(logdir: Path, experiment: str, stem: str) -> str:
    number = 1
    while find_run(logdir, f"{experiment}/{stem}-{number}") is not None:
        number += 1
    return f"{stem}-{number}"


def _compare(chosen: argparse.Namespace) -> int:
    if chosen.task not in SPECS:
        raise InvalidSpec(f"There is no task {chosen.task!r}: choose one of {', '.join(SPECS)}.")
    question = compare_command.asked(
        _given(chosen), vary=chosen.vary, preset=chosen.preset, seeds=chosen.seeds, tune=chosen.tune
    )
    _interrupt_on_termination()
    return compare_command.compare(question, chosen.logdir, chosen.experiment, _limit(chosen.limit))


def _train(chosen: argparse.Namespace) -> int:
    spec, limit = _spec(chosen), _limit(chosen.limit)
    availability.check(spec)
    with _quiet_tensorflow():
        hardware.check(spec)
    name = chosen.run if chosen.run is not None else _free_name(chosen.logdir, chosen.experiment, spec.model)
    _interrupt_on_termination()
    run = submit(spec, logdir=chosen.logdir, experiment=chosen.experiment, name=name, foreground=True)
    return _train_here(run, limit)


def _resume(chosen: argparse.Namespace) -> int:
    run, limit = _run(chosen), _limit(chosen.limit)
    _interrupt_on_termination()
    resume(run, learning_rate=_number(chosen.learning_rate, "learning rate"), foreground=True)
    return _train_here(run, limit)


def _extend(chosen: argparse.Namespace) -> int:
    run, limit = _run(chosen), _limit(chosen.limit)
    if not chosen.epochs.isdecimal():
        raise InvalidSpec(f"Epochs cannot be {chosen.epochs!r}: give a whole number, as 20.")
    _interrupt_on_termination()
    rate = _number(chosen.learning_rate, "learning rate")
    extend(run, epochs=int(chosen.epochs), learning_rate=rate, foreground=True)
    return _train_here(run, limit)


def _ask(chosen: argparse.Namespace) -> int:
    run = _run(chosen)
    kind = chosen.kind.replace("-", "_")
    if chosen.value is not None and kind != "learning_rate":
        raise InvalidSpec(f"{chosen.kind} takes no value: leave {chosen.value!r} out.")
    command = ask(run, kind, _number(chosen.value, "learning rate"))
    until = time.monotonic() + _ANSWER_SECONDS
    while not (answer := find_answer(run.commands, command)):
        if time.monotonic() > until or not run.path.is_dir():
            raise RunError(f"{run.key} has not answered: it obeys as soon as it looks.")
        time.sleep(0.1)
    print(answer)
    return DONE


def _run(chosen: argparse.Namespace) -> Run:
    run = find_run(chosen.logdir, chosen.run)
    if run is None:
        raise InvalidName(f"There is no run {chosen.run!r} in {chosen.logdir}: give it as experiment/name.")
    return run


def _number(text: str | None, what: str) -> float | None:
    try:
        return None if text is None else float(text)
    except ValueError as error:
        raise InvalidSpec(f"The {what} cannot be {text!r}: give a number, as 0.001.") from error


def _interrupt_on_termination() -> None:
    """Until the training runs, a termination is taken like Ctrl-C: the run leaves the queue."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def _train_here(run: Run, limit: int) -> int:
    """Waits for its turn and trains a queued run in this process; the last line it prints is the result."""
    terminal = Terminal()
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
        **status.metrics,  # a task may measure more
        "device": status.device,
        "error": status.error,
    }


def _execute(chosen: argparse.Namespace) -> int:
    return execute(run_at(chosen.run_folder), _stop_on_signals())


def _spare(chosen: argparse.Namespace) -> int:
    from trainers import classify  # noqa: F401  what most runs need, TensorFlow included, is imported while waiting

    run = wait_for_run(chosen.spare_folder)
    return DONE if run is None else execute(run, _stop_on_signals())


def _inspect(chosen: argparse.Namespace) -> int:
    from trainers.inspection import answer_lines  # late: TensorFlow

    answer_lines(sys.stdin, sys.stdout)
    return DONE
