"""What a person can change so that a training takes less memory."""

from __future__ import annotations

import pydantic

from trainers.specs.settings import applies, settings

_DECIDING = ("batch_size", "width", "depth", "size")


def what_to_lower(spec: pydantic.BaseModel | None) -> str:
    """The settings that decide how much memory a training takes, with their values: "lower Batch size (now 128) …"."""
    known = [] if spec is None else settings(type(spec))
    deciding = [one for one in known if one.name in _DECIDING and spec is not None and applies(one, spec)]
    values = [f"{one.label} (now {getattr(spec, one.name):,})" for one in deciding]
    lower = f"lower {' and '.join(values)}" if values else "lower the batch size"
    has_networks = spec is None or "model" in {one.name for one in known}
    return f"{lower} or choose a smaller network" if has_networks else lower
