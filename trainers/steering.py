"""What people ask of a running training, through the run's folder `commands/`: judged, obeyed, answered."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from trainers.runs import Command, Run, Value, answer_command, pending_commands
from trainers.specs import STEERABLE, InvalidSpec, Spec, legal_values, parse_spec, settings

# Does what a command asks for and gives its outcome, one sentence; None where it answers later.
Obey = Callable[[Command], str | None]


class Steering:
    """Looks for commands since a time (Unix nanoseconds) and has each obeyed by the function of its kind."""

    def __init__(self, run: Run, spec: Spec, since_ns: int, obey: Mapping[str, Obey]) -> None:
        self._folder, self._spec = run.commands, spec
        self._since_ns, self._obey = since_ns, obey

    def look(self) -> None:
        """Obeys what was asked since the last look; raises StorageFailed."""
        for command in pending_commands(self._folder, since_ns=self._since_ns):
            outcome = refusal(command.kind, command.value, self._spec)
            if outcome is None and command.kind in self._obey:
                outcome = self._obey[command.kind](command)
            elif outcome is None:
                outcome = f"This trainer does not know the command {command.kind[:40]}."
            if outcome is not None:
                self.answer(command, outcome)

    def answer(self, command: Command, outcome: str) -> None:
        """Says what became of a command; raises StorageFailed."""
        answer_command(self._folder, command, outcome)


def refusal(kind: str, value: Value | None, spec: Spec) -> str | None:
    """Why a command's value cannot be used, in one sentence; None where it can."""
    if kind == "settings":
        return _refused_settings(value, spec)
    if kind != "learning_rate" or value is None:
        return None
    setting = next(one for one in settings(type(spec)) if one.name == "learning_rate")
    if (
        isinstance(value, str | dict)
        or not math.isfinite(value)
        or not _is_within(value, setting.minimum, setting.maximum)
    ):
        return f"{setting.label} cannot be {value!r}: it must be {legal_values(setting)}."
    return None


def steered(spec: Spec, values: Mapping[str, float | list[float]]) -> Spec:
    """A spec with other values of what may be changed while it runs; raises InvalidSpec with one sentence."""
    allowed = STEERABLE.get(spec.task, ())
    strange = next((name for name in values if name not in allowed), None)
    if strange is not None:
        raise InvalidSpec(
            f"{strange[:40]!r} cannot be changed while it runs: choose among {', '.join(allowed)}."
        )
    return parse_spec({**spec.model_dump(), **values})


def settings_from_words(words: Sequence[str], spec: Spec) -> dict[str, float | list[float]]:
    """The settings that "style-weight=50 style-blend=2,1" asks for; raises InvalidSpec with one sentence."""
    kinds = {one.name: one.kind for one in settings(type(spec))}
    values: dict[str, float | list[float]] = {}
    for word in words:
        option, equals, text = word.partition("=")
        name = option.removeprefix("--").replace("-", "_")
        try:
            if not equals:
                raise ValueError
            numbers = [float(part) for part in text.split(",")]
        except ValueError as error:
            raise InvalidSpec(
                f"{word!r} is no setting with a number: write it as style-weight=50."
            ) from error
        values[name] = numbers if kinds.get(name) == "numbers" else numbers[0]
    sentence = refusal("settings", values, spec)
    if sentence is not None:
        raise InvalidSpec(sentence)
    return values


def _refused_settings(value: Value | None, spec: Spec) -> str | None:
    if not STEERABLE.get(spec.task):
        return "This trainer has no settings that could be changed while it runs."
    if not isinstance(value, dict) or not value:
        return "Settings that shall be changed need their names and new values."
    try:
        steered(spec, value)
    except InvalidSpec as error:
        return str(error)
    return None


def _is_within(value: float, above: float | None, most: float | None) -> bool:
    return (above is None or value > above) and (most is None or value <= most)
