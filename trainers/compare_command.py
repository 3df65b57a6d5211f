"""`python -m trainers compare`: a matched experiment from the command line, from its question to its verdict.

    python -m trainers compare --model mlp --vary activation=sigmoid,relu --seeds 3 --experiment e

All runs are queued at once and trained by the launcher that dashboards use too: one page may watch, and this command
may be interrupted and given again.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from trainers import availability, command_options
from trainers.comparisons import (
    COMPARISON_PRESETS,
    Comparison,
    Progress,
    Size,
    Value,
    Verdict,
    comparison,
    measured,
    progress,
    runs_of,
    start,
    verdict,
)
from trainers.comparisons.event_files import EventFolders
from trainers.launchers import Failed, Inspector, Pending, close
from trainers.runs import checked_name, state_folder
from trainers.specs import InvalidSpec, Spec, parse_spec
from trainers.terminal import Terminal
from trainers.whole_experiment import stop_all, train_all

SECONDS_FOR_SIZES = 120.0


def add_options(command: argparse.ArgumentParser) -> None:
    """What differs, how often each arm is trained, and every setting of every task that can be compared."""
    command_options.add_whole_experiment(command)
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
    for setting in command_options.settings_to_compare():
        command_options.add_setting(command, setting)


def asked(
    values: Mapping[str, Any], *, vary: str | None, preset: str | None, seeds: str, tune: bool
) -> Comparison:
    """The comparison that a command line asks for; raises InvalidSpec with one sentence."""
    if not seeds.isdecimal():
        raise InvalidSpec(f"Seeds cannot be {seeds!r}: give a whole number, as 3.")
    if preset is not None:
        if preset not in COMPARISON_PRESETS:
            raise InvalidSpec(
                f"There is no preset {preset!r} to compare: choose one of {', '.join(COMPARISON_PRESETS)}."
            )
        known = COMPARISON_PRESETS[preset]
        values = {**known.shared, **values}
        tune = tune or known.tune
    field, chosen = _varied(vary) if vary is not None else ("", [])
    if vary is None:
        if preset is None:
            raise InvalidSpec("Say what differs: --vary activation=sigmoid,relu, or a --preset.")
        field, chosen = known.field, [str(value) for value in known.values]
    values = {name: value for name, value in values.items() if name != field}
    base = _base(values, field, chosen)
    return comparison(base, field, chosen, seeds=int(seeds), tune=tune)


def _base(values: Mapping[str, Any], field: str, chosen: Sequence[str]) -> Spec:
    """The settings beside the first value with which all of them have an effect; raises InvalidSpec."""
    problems = []
    for value in chosen:
        try:
            return parse_spec({**values, field: value})
        except InvalidSpec as error:
            problems.append(error)
    raise problems[0]


def _varied(text: str) -> tuple[str, list[str]]:
    """What `--vary field=a,b` says."""
    field, equals, values = text.partition("=")
    chosen = [value.strip() for value in values.split(",")]
    if not equals or not all(chosen):
        raise InvalidSpec(
            f"--vary cannot be {text!r}: give a setting and its values, as activation=sigmoid,relu."
        )
    return field.strip().replace("-", "_"), chosen


def compare(question: Comparison, logdir: Path, experiment: str, limit: int) -> int:
    """Trains a whole comparison and prints its verdict, one JSON object, as the last line; gives the exit code.

    Raises InvalidSpec for an arm that cannot be trained here, before anything is queued.
    """
    experiment = checked_name(experiment, "experiment")
    for one in question.planned():
        availability.check(one.spec)
    sizes = _sizes(question, logdir)
    terminal = Terminal()
    runs = start(question, logdir, experiment)
    try:
        train_all(
            logdir,
            limit,
            lambda: progress(question, runs_of(question, logdir, experiment), limit=limit),
            terminal,
        )
    except KeyboardInterrupt:
        stop_all(runs, limit)
    finally:
        terminal.clear()
        close(logdir)
    return _report(question, logdir, experiment, limit, sizes)


def _sizes(question: Comparison, logdir: Path) -> dict[Value, Size]:
    """How large each arm's network is; raises InvalidSpec where the helper says that one cannot be built."""
    inspector = Inspector(state_folder(logdir))
    try:
        return {value: _size(inspector, question, value) for value in question.values}
    finally:
        inspector.close()


def _size(inspector: Inspector, question: Comparison, value: Value) -> Size:
    spec = next(one.spec for one in question.planned() if one.value == value)
    answer = inspector.describe(spec, wait_seconds=SECONDS_FOR_SIZES)
    if isinstance(answer, Pending):
        raise InvalidSpec(
            "TensorFlow does not get ready to look at the networks: try again when less is running."
        )
    if isinstance(answer, Failed):
        raise InvalidSpec(answer.sentence)
    layers = tuple(layer.name for layer in answer.layers)
    return Size(answer.parameters, answer.multiply_adds, layers)


def _report(
    question: Comparison, logdir: Path, experiment: str, limit: int, sizes: Mapping[Value, Size]
) -> int:
    files = EventFolders(logdir)
    runs = measured(question, logdir, experiment, curves=files.curves, tags=files.tags)
    found = verdict(question, runs, sizes)
    now = progress(question, runs_of(question, logdir, experiment), limit=limit)
    if now.state in ("failed", "damaged"):
        print(now.error, file=sys.stderr)
    print(json.dumps(_result(experiment, question, now, found), allow_nan=False), flush=True)
    return 1 if now.state in ("failed", "damaged") else 0


def _result(experiment: str, question: Comparison, now: Progress, found: Verdict) -> dict[str, Any]:
    """What the last line of standard output says."""
    return {
        "experiment": experiment,
        "state": now.state,
        "runs": [f"{experiment}/{one.name}" for one in question.planned()],
        "field": question.field,
        "sentence": found.sentence.text,
        "remarks": [one.text for one in found.remarks],
        "seconds_comparable": found.seconds_comparable,
        "arms": [asdict(arm) for arm in found.arms],
        "differences": [asdict(one) for one in found.differences],
        "error": now.error or None,
    }
