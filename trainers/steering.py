"""What people ask of a running training, through the run's folder `commands/`: judged, obeyed, answered."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from trainers.runs import Command, Run, answer_command, pending_commands
from trainers.specs import Spec, legal_values, settings

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


def refusal(kind: str, value: float | str | None, spec: Spec) -> str | None:
    """Why a command's value cannot be used, in one sentence; None where it can."""
    if kind != "learning_rate" or value is None:
        return None
    setting = next(one for one in settings(type(spec)) if one.name == "learning_rate")
    if (
        isinstance(value, str)
        or not math.isfinite(value)
        or not _is_within(value, setting.minimum, setting.maximum)
    ):
        return f"{setting.label} cannot be {value!r}: it must be {legal_values(setting)}."
    return None


def _is_within(value: float, above: float | None, most: float | None) -> bool:
    return (above is None or value > above) and (most is None or value <= most)
