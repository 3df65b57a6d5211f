"""The command line: train without any dashboard, in the same run folders and the same queue.

    python -m trainers classify --model mlp --activation sigmoid --experiment first --run sigmoid-1
    python -m trainers ask first/sigmoid-1 learning-rate 0.01       # or pause, stop, checkpoint, trace
    python -m trainers resume first/sigmoid-1                       # from its last checkpoint
    python -m trainers extend first/sigmoid-1 --epochs 20           # until it has twenty epochs in all
    python -m trainers speed --model lenet5                         # how fast on each device, precision, threads
    python -m trainers compare --model mlp --vary activation=sigmoid,relu --seeds 3 --experiment e
    python -m trainers sweep --model mlp --search learning-rate=0.001..0.1 --budget 12 --experiment s

Every setting of a task's spec is an option. Exit code 0: completed, or stopped on request; 2: something
that was asked for cannot be; 1: the training failed. Faults are one sentence on standard error.
"""

from __future__ import annotations

import argparse
import faulthandler
import json
import os
import signal
import sys
import threading
import time
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, NoReturn, get_args

from trainers import availability, command_options, compare_command, datasets, hardware, speed, sweep_command
from trainers.execution import execute
from trainers.launchers import (
    CannotGoOn,
    ask,
    extend,
    resume,
    submit,
    wait_for_run,
    wait_for_turn,
)
from trainers.quick_import import import_tensorflow
from trainers.runs import (
    InvalidName,
    Kind,
    NameTaken,
    Run,
    RunError,
    Status,
    Value,
    find_answer,
    find_run,
    read_status,
    run_at,
)
from trainers.specs import (
    LEARNING_TASKS,
    PRESETS,
    SPECS,
    ClassifySpec,
    InvalidSpec,
    Spec,
    StylizeSpec,
    parse_spec,
    settings,
    with_preset,
)
from trainers.steering import settings_from_words
from trainers.style import delivery
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
    faulthandler.enable(all_threads=False)  # a crash in C++ leaves a word in the run's log
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


def _say(error: Exception | str, code: int) -> int:
    print(error, file=sys.stderr)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m trainers", description="BoardLab's trainers.", allow_abbrev=False)
    commands = parser.add_subparsers(required=True, metavar="command", parser_class=_Parser)
    for task, spec_class in SPECS.items():
        command = commands.add_parser(task, help=spec_class.__doc__, allow_abbrev=False)
        command.set_defaults(command=_train, task=task)
        command_options.add_places(command)
        if spec_class is ClassifySpec:
            command_options.add_preset(command)
        if spec_class is StylizeSpec:
            command.add_argument(
                "--output", type=Path, metavar="PATH", help="put the picture here too (.png or .jpg)"
            )
        for setting in settings(spec_class):
            command_options.add_setting(command, setting)
    for name, function, argument, text in (
        ("execute", _execute, "run_folder", "train a run that waits in its folder"),
        ("spare", _spare, "spare_folder", "wait, with TensorFlow imported, for a run to train"),
    ):
        command = commands.add_parser(name, help=text)
        command.set_defaults(command=function)
        command.add_argument(argument, type=Path)
    command = commands.add_parser("inspect", help="answer questions about networks, one JSON object a line")
    command.set_defaults(command=_inspect)
    command = commands.add_parser("measure", help="measure the speed of one training, asked for in JSON")
    command.set_defaults(command=_measure)
    command = commands.add_parser(
        "speed", help="compare how fast a network trains on each device, precision and number of threads"
    )
    command.set_defaults(command=_speed)
    speed.add_options(command)
    command_options.add_logdir(command)
    command_options.add_limit(command)
    _add_steering(commands)
    command = commands.add_parser(
        "compare", help="train the same with one setting different, and say what it does", allow_abbrev=False
    )
    command.set_defaults(command=_compare)
    compare_command.add_options(command)
    command = commands.add_parser(
        "sweep", help="train the same with many settings, and say which are best", allow_abbrev=False
    )
    command.set_defaults(command=_sweep)
    sweep_command.add_options(command)
    return parser


def _add_steering(commands: Any) -> None:
    """The commands about a run that there is already."""
    command = commands.add_parser("resume", help="go on with a run that paused, stopped or failed")
    command.set_defaults(command=_resume)
    command_options.add_run(command)
    command_options.add_limit(command)
    command.add_argument("--learning-rate", metavar="FLOAT", help="at this rate instead of the one it had")
    command = commands.add_parser("extend", help="train more epochs of a run that has ended")
    command.set_defaults(command=_extend)
    command_options.add_run(command)
    command_options.add_limit(command)
    command.add_argument(
        "--epochs",
        metavar="INT",
        required=True,
        help="how many epochs it shall have in all; those of a painting are its looks",
    )
    command.add_argument(
        "--learning-rate",
        metavar="FLOAT",
        help="at this rate (default: a tenth of its own where that followed a schedule to its end)",
    )
    command = commands.add_parser("ask", help="ask a run that trains for something, and print its answer")
    command.set_defaults(command=_ask)
    command_options.add_run(command)
    kinds = [kind.replace("_", "-") for kind in get_args(Kind)]
    command.add_argument("kind", choices=kinds, help=f"one of {', '.join(kinds)}")
    command.add_argument(
        "values",
        nargs="*",
        metavar="value",
        help="the learning rate (without one, the schedule decides again), or settings as style-weight=50 size=768",
    )


def _spec(chosen: argparse.Namespace) -> Spec:
    values = command_options.given(chosen, settings(SPECS[chosen.task]))
    preset: str | None = getattr(chosen, "preset", None)
    return parse_spec(values if preset is None else _preset_values(preset, values))


def _preset_values(name: str, values: dict[str, Any]) -> dict[str, Any]:
    """What was given and, where nothing was, what the preset says; in bfloat16 where that is as good and fast here."""
    if name not in PRESETS:
        raise InvalidSpec(f"There is no preset {name!r}: choose one of {', '.join(PRESETS)}.")
    both = with_preset(name, values)
    if PRESETS[name].fast_precision and "precision" not in both:
        asked = parse_spec(both)
        with _quiet_tensorflow():
            both["precision"] = hardware.fast_precision(asked.device, gpu=asked.gpu)
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


def _typed(chosen: argparse.Namespace, what: str) -> dict[str, Any]:
    """The settings of several runs that stand on the command line; `what` says what shall be done with their task."""
    if chosen.task not in LEARNING_TASKS:
        raise InvalidSpec(
            f"There is no task {chosen.task!r} to {what}: choose one of {', '.join(LEARNING_TASKS)}."
        )
    return command_options.given(chosen, command_options.settings_to_compare())


def _sweep(chosen: argparse.Namespace) -> int:
    question = sweep_command.asked(
        _typed(chosen, "search"),
        search=chosen.search,
        method=chosen.method,
        budget=chosen.budget,
        seed=chosen.search_seed,
        stop_early=chosen.stop_early,
    )
    _interrupt_on_termination()
    return sweep_command.search(question, chosen.logdir, chosen.experiment, _limit(chosen.limit))


def _compare(chosen: argparse.Namespace) -> int:
    typed = _typed(chosen, "compare")
    question = compare_command.asked(
        typed, vary=chosen.vary, preset=chosen.preset, seeds=chosen.seeds, tune=chosen.tune
    )
    _interrupt_on_termination()
    return compare_command.compare(question, chosen.logdir, chosen.experiment, _limit(chosen.limit))


def _train(chosen: argparse.Namespace) -> int:
    spec, limit = _spec(chosen), _limit(chosen.limit)
    output: Path | None = getattr(chosen, "output", None)
    delivery.check_output(output)
    availability.check(spec)
    with _quiet_tensorflow():
        hardware.check(spec)
    name = chosen.run if chosen.run is not None else _free_name(chosen.logdir, chosen.experiment, spec.model)
    stop = _stop_on_signals()
    run = submit(spec, logdir=chosen.logdir, experiment=chosen.experiment, name=name, foreground=True)
    return _train_here(run, limit, stop, output)


def _resume(chosen: argparse.Namespace) -> int:
    run, limit = _run(chosen), _limit(chosen.limit)
    stop = _stop_on_signals()
    resume(run, learning_rate=_number(chosen.learning_rate, "learning rate"), foreground=True)
    return _train_here(run, limit, stop)


def _extend(chosen: argparse.Namespace) -> int:
    run, limit = _run(chosen), _limit(chosen.limit)
    if not chosen.epochs.isdecimal():
        raise InvalidSpec(f"Epochs cannot be {chosen.epochs!r}: give a whole number, as 20.")
    rate = _number(chosen.learning_rate, "learning rate")
    stop = _stop_on_signals()
    extend(run, epochs=int(chosen.epochs), learning_rate=rate, foreground=True)
    return _train_here(run, limit, stop)


def _ask(chosen: argparse.Namespace) -> int:
    run = _run(chosen)
    kind = chosen.kind.replace("-", "_")
    command = ask(run, kind, _asked_value(kind, chosen.values, run.spec()))
    until = time.monotonic() + _ANSWER_SECONDS
    while not (answer := find_answer(run.commands, command)):
        if time.monotonic() > until or not run.path.is_dir():
            raise RunError(f"{run.key} has not answered: it obeys as soon as it looks.")
        time.sleep(0.1)
    print(answer)
    return DONE


def _asked_value(kind: str, given: list[str], spec: Spec) -> Value | None:
    """What a command's words ask for; raises InvalidSpec where they are too many or no numbers."""
    if kind == "settings":
        return settings_from_words(given, spec)
    most = 1 if kind == "learning_rate" else 0
    if len(given) > most:
        takes = "one value" if most else "no value"
        raise InvalidSpec(f"{kind.replace('_', '-')} takes {takes}: leave {given[most]!r} out.")
    return _number(given[0], "learning rate") if given else None


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
    """While something waits, a termination is taken like Ctrl-C: it interrupts.

    Ctrl-C too: a shell has those ignore it that it starts in the background.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)


def _train_here(run: Run, limit: int, stop: threading.Event, output: Path | None = None) -> int:
    """Waits for its turn and trains a queued run in this process; the last line it prints is the result.

    `stop` takes it out of the queue or ends the training, whichever it is at.
    """
    terminal = Terminal()
    code = DONE
    if wait_for_turn(run, limit, terminal.show_place, stop):
        with quiet_output(run.log_file):
            code = execute(run, stop, terminal.show)
    terminal.clear()
    status = read_status(run.status_file)
    if code != DONE:
        print(status.error, file=sys.stderr)
    delivery.deliver(run, output)
    result = delivery.summary if isinstance(run.spec(), StylizeSpec) else _result
    print(json.dumps(result(run, status), allow_nan=False), flush=True)
    return code


def _stop_on_signals() -> threading.Event:
    """An event that Ctrl-C and a termination set: what goes on is not interrupted, and looks at it in its own time."""
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
    import_tensorflow()
    from trainers import classify  # noqa: F401  what most runs need is imported while waiting

    run = wait_for_run(chosen.spare_folder)
    return DONE if run is None else execute(run, _stop_on_signals())


def _inspect(chosen: argparse.Namespace) -> int:
    import_tensorflow()
    from trainers.inspection import answer_lines  # late: TensorFlow

    answer_lines(sys.stdin, sys.stdout)
    return DONE


def _measure(chosen: argparse.Namespace) -> int:
    from trainers.speed_measurement import answer_one

    answer_one(sys.stdin, sys.stdout)
    return DONE


def _speed(chosen: argparse.Namespace) -> int:
    report = speed.compare(chosen, _limit(chosen.limit), _stop_on_signals())
    return _say(report.error, FAILED) if report.error else DONE
