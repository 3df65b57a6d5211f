"""The exact command lines that train what a report shows once more."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from trainers.comparisons import Comparison, Value
from trainers.specs import SEVERAL, SPECS, Spec, changed_settings, settings
from trainers.sweeps import Dimension, Sweep

PROGRAM = ("python", "-m", "trainers")


def run_command(spec: Spec, *, experiment: str, name: str) -> str:
    """The command that trains one run: what differs from the default, and where it lies."""
    options = [f"--experiment={experiment}", f"--run={name}"]
    return shlex.join([*PROGRAM, spec.task, *setting_options(spec.task, changed_settings(spec)), *options])


def comparison_command(asked: Comparison, experiment: str) -> str:
    """The command that trains a whole comparison and ends with its verdict."""
    values = ",".join(_word(value) for value in asked.values)
    options = [f"--task={asked.task}", f"--vary={asked.field}={values}", f"--seeds={asked.seeds}"]
    if asked.is_tuned:
        options.append("--tune")
    return _whole("compare", options, asked.task, asked.shared, experiment)


def sweep_command(asked: Sweep, experiment: str) -> str:
    """The command that trains a whole sweep and ends with the best of its runs."""
    options = [f"--task={asked.task}"]
    options += [f"--search={name}={_place(one)}" for name, one in asked.search.items()]
    options += [f"--method={asked.method}", f"--budget={asked.budget}", f"--search-seed={asked.seed}"]
    if asked.stop_early:
        options.append("--stop-early")
    return _whole("sweep", options, asked.task, asked.shared, experiment)


def setting_options(task: str, values: Mapping[str, Any]) -> list[str]:
    """Settings as options of the command line, each with its value behind "=": values may begin with a minus."""
    options: list[str] = []
    for setting in settings(SPECS[task]):
        if setting.name not in values:
            continue
        held = values[setting.name]
        several = held if setting.kind in SEVERAL else (held,)
        options += [f"{setting.option}={_word(one)}" for one in several]
    return options


def _whole(command: str, options: list[str], task: str, shared: Mapping[str, Any], experiment: str) -> str:
    place = f"--experiment={experiment}"
    return shlex.join([*PROGRAM, command, *options, *setting_options(task, shared), place])


def _place(one: Dimension) -> str:
    if not one.is_range:
        return ",".join(_word(value) for value in one.values)
    return f"{_word(one.low)}..{_word(one.high)}"


def _word(value: Value | Path | None) -> str:
    """A value as the command line takes it, to its last digit."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value) if isinstance(value, float) else str(value)
