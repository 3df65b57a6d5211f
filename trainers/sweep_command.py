"""`python -m trainers sweep`: many settings of one training from the command line, to find the best.

    python -m trainers sweep --model mlp --search learning-rate=0.001..0.1 --search activation=relu,tanh \
        --budget 12 --stop-early --experiment s

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
from trainers.comparisons import Progress, progress_of
from trainers.comparisons.event_files import growing_curves
from trainers.launchers import close
from trainers.runs import checked_name
from trainers.specs import InvalidSpec, parse_spec
from trainers.sweeps import (
    LARGEST_BUDGET,
    METHODS,
    MedianRule,
    Sweep,
    best,
    judged_by,
    results,
    runs_of,
    start,
    sweep,
)
from trainers.terminal import Terminal
from trainers.whole_experiment import stop_all, train_all


def add_options(command: argparse.ArgumentParser) -> None:
    """What is searched, how, with how many runs, and every setting of every task that can be searched."""
    command_options.add_whole_experiment(command)
    command.add_argument(
        "--search",
        action="append",
        default=[],
        metavar="SETTING=WHERE",
        help="what is searched: values as activation=relu,tanh or a range as learning-rate=0.001..0.1; "
        "may be given several times",
    )
    command.add_argument(
        "--method", default="random", metavar="NAME", help=f"one of {', '.join(METHODS)} (default: random)"
    )
    command.add_argument(
        "--budget",
        default="10",
        metavar="INT",
        help=f"how many runs at most, 1 to {LARGEST_BUDGET} (default: 10)",
    )
    command.add_argument(
        "--search-seed", default="1", metavar="INT", help="the same seed draws the same points (default: 1)"
    )
    command.add_argument(
        "--stop-early",
        action="store_true",
        help="stop a run that does worse than the median of the completed ones at the same epoch",
    )
    for setting in command_options.settings_to_compare():
        command_options.add_setting(command, setting)


def asked(
    values: Mapping[str, Any],
    *,
    search: Sequence[str],
    method: str,
    budget: str,
    seed: str,
    stop_early: bool,
) -> Sweep:
    """The sweep that a command line asks for; raises InvalidSpec with one sentence."""
    if not search:
        raise InvalidSpec(
            "Say what is searched: --search learning-rate=0.001..0.1, or --search activation=relu,tanh."
        )
    places = dict(_place(one) for one in search)
    if len(places) < len(search):
        raise InvalidSpec("A setting is searched twice: say all of its values in one --search.")
    base = parse_spec({name: value for name, value in values.items() if name not in places})
    return sweep(
        base,
        places,
        method=method,
        budget=_whole(budget, "budget"),
        seed=_whole(seed, "search seed"),
        stop_early=stop_early,
    )


def _place(text: str) -> tuple[str, str]:
    """What `--search field=where` says."""
    field, equals, where = text.partition("=")
    if not equals or not where.strip():
        raise InvalidSpec(
            f"--search cannot be {text!r}: give a setting and where it is searched, as learning-rate=0.001..0.1."
        )
    return field.strip().replace("-", "_"), where.strip()


def _whole(text: str, what: str) -> int:
    if not text.isdecimal():
        raise InvalidSpec(f"The {what} cannot be {text!r}: give a whole number, as 10.")
    return int(text)


def search(question: Sweep, logdir: Path, experiment: str, limit: int) -> int:
    """Trains a whole sweep and prints what it found, one JSON object, as the last line; gives the exit code.

    Raises InvalidSpec for a point that cannot be trained here, before anything is queued.
    """
    experiment = checked_name(experiment, "experiment")
    for point in question.points:
        availability.check(question.spec(point))
    terminal = Terminal()
    rule = MedianRule(logdir, growing_curves(logdir))
    runs = start(question, logdir, experiment)
    try:
        train_all(
            logdir,
            limit,
            lambda: _progress(question, logdir, experiment, limit),
            terminal,
            between=rule.apply,
        )
    except KeyboardInterrupt:
        stop_all(runs, limit)
    finally:
        terminal.clear()
        close(logdir)
    rule.apply()  # what was told to stop and completed all the same is said to be complete
    return _report(question, logdir, experiment, limit)


def _progress(question: Sweep, logdir: Path, experiment: str, limit: int) -> Progress:
    runs = [(one.name, run) for one, run in runs_of(question, logdir, experiment)]
    return progress_of(runs, limit=limit)


def _report(question: Sweep, logdir: Path, experiment: str, limit: int) -> int:
    now = _progress(question, logdir, experiment, limit)
    trials = results(question, logdir, experiment)
    found = best(trials, judged_by(question.task))
    failed = now.state in ("failed", "damaged")
    if failed:
        print(now.error, file=sys.stderr)
    told = {
        "experiment": experiment,
        "state": _state(now, [one.stopped_early for one in trials if one.state == "stopped"]),
        "best": None if found is None else asdict(found),
        "trials": [asdict(one) for one in trials],
        "error": now.error or None,
    }
    print(json.dumps(told, allow_nan=False), flush=True)
    return 1 if failed else 0


def _state(now: Progress, early: Sequence[bool]) -> str:
    """That of the whole: runs that the rule stopped are part of a completed sweep."""
    return "completed" if now.state == "stopped" and early and all(early) else now.state
