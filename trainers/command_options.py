"""The options of commands: a setting of a spec is one, and so is where a run lies and when it may train.

The spec judges what is typed, so that a person reads the same sentence on the command line and on the page.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from trainers.launchers import default_limit
from trainers.launchers.processes import ROOT
from trainers.specs import LEARNING_TASKS, PRESETS, SPECS, Setting, legal_values, settings
from trainers.specs.settings import SEVERAL


def add_run(command: argparse.ArgumentParser) -> None:
    """Which run, as experiment/name, and in which folder it lies."""
    command.add_argument("run", metavar="RUN", help="the run, as experiment/name")
    add_logdir(command)


def add_logdir(places: Any) -> None:
    """The folder of all runs."""
    logdir = os.environ.get("BOARDLAB_LOGDIR") or ROOT / "logs"
    places.add_argument(
        "--logdir", type=Path, default=logdir, help="the folder of all runs (default: %(default)s)"
    )


def add_limit(places: Any) -> None:
    """How many runs train at a time."""
    limit = os.environ.get("BOARDLAB_LIMIT") or default_limit()
    places.add_argument(
        "--limit",
        default=limit,
        help="how many runs train at a time, dashboards' included (default: %(default)s)",
    )


def add_whole_experiment(command: argparse.ArgumentParser) -> None:
    """What every experiment of many runs is told: where it lies, its name, how many train at a time, and the task."""
    add_logdir(command)
    command.add_argument("--experiment", required=True, help="the experiment that the runs shall make up")
    add_limit(command)
    command.add_argument(
        "--task", default="classify", metavar="NAME", help=f"one of {', '.join(LEARNING_TASKS)}"
    )


def add_places(command: argparse.ArgumentParser) -> None:
    """Where a new run lies, and when it may train."""
    places = command.add_argument_group("where and when")
    add_logdir(places)
    places.add_argument(
        "--experiment", default="terminal", help="the run's experiment (default: %(default)s)"
    )
    places.add_argument("--run", help="the run's name (default: the model with the first free number)")
    add_limit(places)


def add_preset(command: argparse.ArgumentParser) -> None:
    """Settings that belong together under a name."""
    described = "; ".join(f"{preset.name}: {preset.explanation}" for preset in PRESETS.values())
    text = f"settings that belong together, where no option says otherwise. {described}"
    command.add_argument("--preset", metavar="NAME", help=text.replace("%", "%%"))


def add_setting(command: argparse.ArgumentParser, setting: Setting) -> None:
    """A setting as an option. The spec judges the value, so that a person reads the same sentence everywhere.

    A switch without a value is switched on; an option for several values may be repeated.
    """
    allowed = "" if setting.kind in ("path", "paths") else f": {legal_values(setting)}"
    unit = f" [{setting.unit}]" if setting.unit else ""
    default = "" if setting.default in (None, ()) else f" (default: {setting.default})"
    text = f"{setting.description}{unit}{allowed}{default}".replace("%", "%%")
    value: dict[str, Any] = {"nargs": "?", "const": "true"} if setting.kind == "bool" else {}
    if setting.kind in SEVERAL:
        value, text = {"action": "append"}, f"{text}; may be given several times"
    command.add_argument(
        setting.option, dest=f"setting_{setting.name}", metavar=setting.kind.upper(), help=text, **value
    )


def settings_to_compare() -> tuple[Setting, ...]:
    """The settings of all tasks whose runs can be compared, each once."""
    return tuple(
        {setting.name: setting for task in LEARNING_TASKS for setting in settings(SPECS[task])}.values()
    )


def given(chosen: argparse.Namespace, among: Iterable[Setting]) -> dict[str, Any]:
    """The task and those of some settings that stand on the command line, by name."""
    values: dict[str, Any] = {"task": chosen.task}
    for setting in among:
        if (typed := getattr(chosen, f"setting_{setting.name}")) is not None:
            values[setting.name] = _absolute(setting, typed)
    return values


def _absolute(setting: Setting, given: Any) -> Any:
    """A path means this folder's file, wherever the trainer will run."""
    if setting.kind == "paths":
        return [Path(one).resolve() for one in given]
    return Path(given).resolve() if setting.kind == "path" else given
