"""What was asked for, as TensorBoard shows it: the HParams table and a text."""

from __future__ import annotations

import re

from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.plugins.hparams import api as hparams
from tensorboard.plugins.hparams import api_pb2
from tensorboard.plugins.hparams.summary import session_end_pb
from tensorboard.plugins.text.summary_v2 import text_pb

from trainers.runs import Run
from trainers.specs import ClassifySpec, effective_settings, settings


def hyperparameters(run: Run, spec: ClassifySpec) -> Summary:
    """The settings that have an effect, as a row of TensorBoard's HParams table; its metrics are the run's curves.

    Written in the run's root. There is no configuration for a whole log folder: that would be a second
    writer, and TensorBoard finds the columns by itself.
    """
    values = {
        name: value if isinstance(value, bool | int | float | str) else _in_words(value)
        for name, value in effective_settings(spec).items()
    }
    return hparams.hparams_pb(values, trial_id=run.key)


def ended() -> Summary:
    """Says in the HParams table that the run came to a good end."""
    return session_end_pb(api_pb2.STATUS_SUCCESS)


def text(spec: ClassifySpec, explanation: str) -> Summary:
    """The settings as a Markdown table with what each means, and what the model is."""
    chosen = effective_settings(spec)
    rows = [
        f"| {setting.label} | {_literal(_in_words(chosen[setting.name]))} {setting.unit} | {setting.description} |"
        for setting in settings(type(spec))
        if setting.name in chosen
    ]
    table = "\n".join(["| Setting | Value | Meaning |", "|---|---|---|", *rows])
    return text_pb("settings", f"{explanation}\n\n{table}")


def _in_words(value: object) -> str:
    """A setting's value as text; several with a comma between them."""
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)


def _literal(text: str) -> str:
    """A person's text, as the path of a file, so that Markdown and HTML in it are shown and not obeyed."""
    return re.sub(r"[^\w ./-]|_", lambda found: f"&#{ord(found[0])};", " ".join(text.split()))
